/* Shared by the files of the machine; nobody else includes it. */
#ifndef TORNWORD_SIM_MACHINE_PRIVATE_H
#define TORNWORD_SIM_MACHINE_PRIVATE_H

#include "sim/hot.h"
#include "sim/machine/machine.h"

/* Whether this run asks what may come at its places. */
static inline bool machine_offers(const struct machine *m) {
  return (m->run->mode == RUN_SPINE || m->run->places) && m->host.place != NULL;
}

/* Whether what comes by itself comes in this run. */
static inline bool machine_is_natural(const struct machine *m) {
  return m->run->mode == RUN_SPINE || m->run->natural;
}

/* What runs, and where it accesses, since the last injection. */
static inline void machine_passes(struct machine *m, uint32_t address) {
  m->path = (m->path ^ ((uint64_t)address << 32 | address)) * 0x9e3779b97f4a7c15U;
}

/* accesses.c */
void accesses_note(struct machine *m, bool write, uint32_t address, unsigned size,
                   uint64_t value);
/* One single-copy-atomic access, to be told when the instruction is over. */
void accesses_queue(struct machine *m, bool write, uint32_t address, unsigned size,
                    uint64_t value);
/* The instruction is over: says its events and offers its beats. */
void accesses_tell(struct machine *m);
static inline void accesses_finish(struct machine *m) {
  m->last_count = m->queued;
  if (m->queued > 0 || m->moves_stack) {
    accesses_tell(m);
  }
}
/* Replaces bytes of RAM: undo log, hash and translations follow. */
void machine_write(struct machine *m, uint32_t address, unsigned size, uint64_t value);
void machine_write_words(struct machine *m, uint32_t address, const uint32_t *words,
                         unsigned count);
void machine_emit(struct machine *m, struct event *event);

/* boundary.c */
/* All that can come before the instruction at pc. `told`: what the instruction ahead of it
 * accessed is. */
void boundary_meet_fully(struct machine *m, uint32_t pc, bool told);
/* The executor is about to execute the instruction at pc: what can come before it
 * does. Stops the executor where something does. */
static inline void boundary_meet(struct machine *m, uint32_t pc) {
  if (m->state.boundary < m->stride.until) {
    stride_meet(m, pc);
  } else {
    boundary_meet_fully(m, pc, false);
  }
}
/* The last instruction was left between its accesses: the executor, which is behind
 * it, must not go on. */
bool boundary_was_left(struct machine *m);

/* masks.c: after an instruction that may have changed them. */
void masks_refresh(struct machine *m);

/* map.c: tells the executor what is where. */
bool map_everything(struct machine *m, struct error *error);

/* bus.c */
bool bitband_exists(const struct machine *m);
uint64_t machine_device_read(struct machine *m, uint32_t address, unsigned size);
void machine_device_write(struct machine *m, uint32_t address, unsigned size, uint64_t value);

/* What a register's value adds to state.device_hash. */
uint64_t device_hash(uint32_t word, uint32_t value);

/* code.c */
void code_forget(struct machine *m, uint32_t address, unsigned size);
void code_forget_undone(struct machine *m, uint64_t mark);

/* entry.c */
void exception_enter(struct machine *m);
void exception_return(struct machine *m);
void exception_resume(struct machine *m);

/* faults.c: CFSR bits (ARMv7-M B3.2.15) */
enum {
  CFSR_IACCVIOL = 1 << 0,
  CFSR_DACCVIOL = 1 << 1,
  CFSR_MUNSTKERR = 1 << 3,
  CFSR_MSTKERR = 1 << 4,
  CFSR_MLSPERR = 1 << 5,
  CFSR_MMARVALID = 1 << 7,
  CFSR_IBUSERR = 1 << 8,
  CFSR_PRECISERR = 1 << 9,
  CFSR_UNSTKERR = 1 << 11,
  CFSR_STKERR = 1 << 12,
  CFSR_LSPERR = 1 << 13,
  CFSR_BFARVALID = 1 << 15,
  CFSR_UNDEFINSTR = 1 << 16,
  CFSR_INVSTATE = 1 << 17,
  CFSR_INVPC = 1 << 18,
  CFSR_NOCP = 1 << 19,
  CFSR_UNALIGNED = 1 << 24,
  CFSR_DIVBYZERO = 1 << 25,
};
/* A synchronous fault whose return address is state.pc: it becomes pending, or
 * what it escalates to does. False: the processor locked up. */
bool fault_pend(struct machine *m, const struct fault *fault);
void fault_raise(struct machine *m, unsigned exception, uint32_t cfsr, uint32_t address);
/* The same for a fault of lazy FP stacking: it escalates as it would have done
 * when the frame was pushed, which FPCCR's ready bits say (B1.5.7). */
bool fault_pend_lazily(struct machine *m, const struct fault *fault, bool own_ready,
                       bool hard_ready);
/* The exception that a fault is taken as now; 0: lockup. */
unsigned fault_target(const struct machine *m, unsigned exception);
void fault_breakpoint(struct machine *m);
/* The run ends; an NMI that is pended then is taken by a further run. */
void fault_lock_up(struct machine *m);
/* What fetching from an address that is no memory raises. */
struct fault fault_of_fetch(uint32_t address);
/* The executor stopped at an instruction that it could not finish. */
void fault_of_exit(struct machine *m, const struct cpu_exit *exit);

/* guard.c */
bool guard_is_privileged(const struct machine *m);
/* CPACR's answer for code of that privilege. */
bool guard_fp_is_accessible(const struct machine *m, bool privileged);
/* After a change of mode, privilege or a trap's enable: derives state.traps. */
void guard_update(struct machine *m);
/* Before an instruction: sets m->trap if it must not execute. */
void guard_fetch(struct machine *m);
void guard_instruction(struct machine *m, const struct code *code);
/* While it accesses: sets m->violation. */
void guard_access(struct machine *m, bool write, uint32_t address, unsigned size);
/* The instruction is undone and its violation raised. */
void guard_take_back(struct machine *m);

/* fp.c */
bool fp_is_active(const struct machine *m);
/* Before an FP instruction: what was to be saved lazily is saved. A fault of that
 * is pending afterwards. */
void fp_touch(struct machine *m);
/* The FP part of a frame that begins at `frame`, where memory is. False: CPACR
 * does not let the interrupted code have it saved; nothing is. */
bool fp_push(struct machine *m, uint32_t frame);
/* The same part comes back. `privileged`: of the code returned to. False as
 * above: fp_can_pop. */
bool fp_can_pop(const struct machine *m, bool privileged);
void fp_pop(struct machine *m, uint32_t frame);

/* special.c: the instruction at state.pc that the executor does not do. */
void special_execute(struct machine *m);
/* What the configuration answers for the code there, or NULL. */
const struct code_stub *special_stub(const struct machine *m, uint32_t pc);
void special_sleep(struct machine *m, bool event);

/* spin.c */
/* Before an instruction of a probe executes: stops the run if it can never end. */
void spin_look(struct machine *m);
static inline void spin_step(struct machine *m) {
  if (m->state.boundary >= m->run->spin.from) {
    spin_look(m);
  }
}
void spin_tell(struct machine *m);
/* Before an instruction of a silent run executes: stops it if it goes on for ever. */
void spin_settle(struct machine *m);

/* stacks.c: the main stack's limit, and who touches whose frames. */
void stack_check(struct machine *m, uint32_t sp, uint32_t pc);
bool stack_is_foreign(const struct machine *m, uint32_t address);

/* calls.c: functions with static locals, and regions. */
/* The region that begins there, from 1; 0: none does. */
unsigned calls_region(const struct machine *m, uint32_t pc);
void call_begin(struct machine *m);
/* Before the instruction at pc: have calls returned there? */
void calls_look(struct machine *m, uint32_t pc);

/* semihosting.c */
void semihosting_call(struct machine *m);

/* progress.c */
void progress_reset(struct machine *m);
/* Before an instruction of the spine executes: natural arrivals. */
void progress_boundary(struct machine *m);
/* Whether the state of this anchor may have come back where pc executes next. */
static inline bool progress_may_recur(const struct machine *m, const struct recurrence *r,
                                      uint32_t pc) {
  return pc == r->pc && m->state.memory_hash == r->memory_hash && r->set;
}
/* Asleep: makes the next arrival happen; false if none can. */
bool progress_wake(struct machine *m);

/* inputs.c: bytes of the stimulus. False: there are not so many, and the run
 * stops (draw) or nothing happens (take, fill). */
bool inputs_draw(struct machine *m, uint32_t word, unsigned size, uint32_t *value);
bool inputs_take(struct machine *m, uint32_t word, uint8_t *byte);
bool inputs_fill(struct machine *m, uint32_t word, uint32_t address, uint32_t count);

/* arrivals.c: whether the stimulus, not the machine's policy, gives interrupts. */
static inline bool arrivals_are_given(const struct machine *m) {
  const struct stimulus *stimulus = m->config.stimulus;
  return stimulus != NULL && (stimulus->awaited || stimulus->streams[STREAM_INTERRUPTS].said);
}
/* Before an instruction of the spine executes. */
void arrivals_boundary(struct machine *m);
/* The program waits: the next one comes now. False: there is none. */
bool arrivals_next(struct machine *m);
/* Whether the instruction that was executed is left behind `beat` accesses. */
bool arrivals_leave(struct machine *m, unsigned beat);

#endif
