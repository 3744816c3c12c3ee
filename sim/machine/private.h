/* Shared by the files of the machine; nobody else includes it. */
#ifndef TORNWORD_SIM_MACHINE_PRIVATE_H
#define TORNWORD_SIM_MACHINE_PRIVATE_H

#include "sim/machine/machine.h"

/* accesses.c */
void accesses_note(struct machine *m, bool write, uint32_t address, unsigned size,
                   uint64_t value);
/* The instruction is over: says its events and offers its beats. */
void accesses_finish(struct machine *m);
/* Replaces bytes of RAM: undo log, hash and translations follow. */
void machine_write(struct machine *m, uint32_t address, unsigned size, uint64_t value);
void machine_emit(struct machine *m, struct event *event);
uint64_t machine_device_read(struct machine *m, uint32_t address, unsigned size);
void machine_device_write(struct machine *m, uint32_t address, unsigned size, uint64_t value);

/* code.c */
void code_forget(struct machine *m, uint32_t address, unsigned size);
void code_forget_undone(struct machine *m, uint64_t mark);

/* entry.c */
void exception_enter(struct machine *m);
void exception_return(struct machine *m);
/* A synchronous fault: pended, or escalated (ARMv7-M B1.5.14). cfsr: bits. */
void exception_fault(struct machine *m, unsigned exception, uint32_t cfsr, uint32_t address);

/* special.c: the instruction at state.pc that the executor does not do. */
void special_execute(struct machine *m);
void special_sleep(struct machine *m, bool event);

/* semihosting.c */
void semihosting_call(struct machine *m);

/* progress.c */
void progress_reset(struct machine *m);
/* Before an instruction of the spine executes: natural arrivals. */
void progress_boundary(struct machine *m);
/* Asleep: makes the next arrival happen; false if none can. */
bool progress_wake(struct machine *m);

#endif
