/* The instruction executor: Unicorn, and nothing but Unicorn.
 *
 * Executes Thumb code on real registers and host memory, and tells its owner
 * of each instruction before it executes, of each access as it is made, and
 * why it stopped. Exceptions, masks' meaning, time and devices are not its
 * business. cpu_run may be called again from inside the instruction callback
 * (a probe); never from the access callbacks.
 *
 * Known inaccuracy of the executor: docs/fidelity.md. */
#ifndef TORNWORD_SIM_MACHINE_CPU_H
#define TORNWORD_SIM_MACHINE_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/core.h"
#include "sim/error.h"

struct cpu;

struct cpu_owner {
  void *owner;
  /* Before the instruction at pc executes. */
  void (*instruction)(void *owner, uint32_t pc);
  /* RAM or flash is about to be read or written; value is what is written. */
  void (*access)(void *owner, bool write, uint32_t address, unsigned size, uint64_t value);
  uint64_t (*device_read)(void *owner, uint32_t address, unsigned size);
  void (*device_write)(void *owner, uint32_t address, unsigned size, uint64_t value);
};

enum cpu_exit_kind {
  CPU_STOPPED,          /* cpu_stop was called; pc is the next instruction */
  CPU_EXCEPTION_RETURN, /* EXC_RETURN was loaded into the pc: value */
  CPU_SVC,
  CPU_BKPT,
  CPU_UNDEFINED, /* undefined instruction */
  CPU_NO_COPROCESSOR,
  CPU_UNALIGNED,
  CPU_INVALID_STATE, /* T bit clear */
  CPU_BAD_FETCH,     /* address */
  CPU_BAD_READ,
  CPU_BAD_WRITE,
  CPU_HALTED, /* WFI or alike that the owner did not intercept */
};

struct cpu_exit {
  enum cpu_exit_kind kind;
  uint32_t pc;      /* the instruction concerned; not set when stopped */
  uint32_t address; /* faulting address */
  uint32_t value;   /* EXC_RETURN */
};

/* NULL with an error if Unicorn refuses (never seen with Debian's 2.0.1). */
struct cpu *cpu_create(enum core core, const struct cpu_owner *owner, struct error *error);
void cpu_destroy(struct cpu *cpu);

/* Maps host memory (borrowed, page-aligned by the caller) or a device region.
 * Sizes are multiples of 1 KiB. Before the first cpu_run only. */
bool cpu_map_memory(struct cpu *cpu, uint32_t base, uint32_t size, void *host, bool writable,
                    struct error *error);
bool cpu_map_device(struct cpu *cpu, uint32_t base, uint32_t size, struct error *error);

/* Runs from pc until something stops it. ITSTATE as of that instruction. */
struct cpu_exit cpu_run(struct cpu *cpu, uint32_t pc, uint8_t it_state);
/* From the instruction callback, outside IT blocks: stops before it executes. */
void cpu_stop(struct cpu *cpu);

/* r0 to r12, sp, lr (as seen by the current mode), pc ignored, and xPSR. */
struct cpu_registers {
  uint32_t r[13];
  uint32_t sp, lr, xpsr;
};
void cpu_get(struct cpu *cpu, struct cpu_registers *registers);
/* The same, without r4 to r11: what a frame holds. */
void cpu_get_frame(struct cpu *cpu, struct cpu_registers *registers);
uint32_t cpu_get_one(struct cpu *cpu, unsigned number); /* r0 to r12, sp, lr */
/* r0 to r12 only, for the interrupted values at a beat. */
void cpu_set_low(struct cpu *cpu, const uint32_t r[13]);
void cpu_set_one(struct cpu *cpu, unsigned number, uint32_t value);

/* What exception entry writes: the mode follows the exception number; the flags
 * and the Q and GE bits come from xpsr, IT bits are dropped. */
struct cpu_entry {
  uint32_t xpsr, msp, lr;
  unsigned exception;
  bool from_process_stack; /* SPSEL is set: it must be cleared on the way */
};
void cpu_enter_handler(struct cpu *cpu, const struct cpu_entry *entry);
/* What exception return writes. */
void cpu_resume(struct cpu *cpu, const uint32_t frame[8], unsigned exception, bool thread_psp,
                uint32_t sp); /* thread_psp: exception is 0 and the process stack is used */
void cpu_set_lr(struct cpu *cpu, uint32_t lr);

/* The caller-saved FP registers; cores with an FPU only. */
struct cpu_fp {
  uint32_t s[16];
  uint32_t fpscr;
};
void cpu_get_fp(struct cpu *cpu, struct cpu_fp *fp);
void cpu_set_fp(struct cpu *cpu, const struct cpu_fp *fp);
uint32_t cpu_get_fpscr(struct cpu *cpu);
void cpu_set_fpscr(struct cpu *cpu, uint32_t value);
void cpu_set_fpca(struct cpu *cpu, bool active);
uint64_t cpu_get_double(struct cpu *cpu, unsigned number); /* d0 to d15 */
void cpu_set_double(struct cpu *cpu, unsigned number, uint64_t value);

struct cpu_special {
  uint32_t primask, basepri, faultmask, control;
};
void cpu_get_special(struct cpu *cpu, struct cpu_special *special);
void cpu_clear_faultmask(struct cpu *cpu);
/* The masks of `special`; control is left as it is. */
void cpu_set_masks(struct cpu *cpu, const struct cpu_special *special);
/* Flags, Q and GE bits of xpsr. */
void cpu_set_flags(struct cpu *cpu, uint32_t xpsr);
uint32_t cpu_msp(struct cpu *cpu);
uint32_t cpu_psp(struct cpu *cpu);
void cpu_set_msp(struct cpu *cpu, uint32_t value);
void cpu_set_psp(struct cpu *cpu, uint32_t value);

void cpu_reset(struct cpu *cpu, uint32_t msp);
void cpu_clear_exclusive(struct cpu *cpu);
/* Code at these addresses changed behind the executor's back. */
void cpu_forget_code(struct cpu *cpu, uint32_t low, uint32_t high);

/* All registers, to come back to. */
struct cpu_context;
struct cpu_context *cpu_context_create(struct cpu *cpu);
void cpu_context_destroy(struct cpu_context *context);
void cpu_context_save(struct cpu *cpu, struct cpu_context *context);
void cpu_context_restore(struct cpu *cpu, const struct cpu_context *context);
uint32_t cpu_context_get_one(const struct cpu_context *context, unsigned number);

#endif
