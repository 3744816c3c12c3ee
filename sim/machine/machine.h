/* A Cortex-M with its memory, its exceptions and its time.
 *
 * A machine shares nothing but its image. It runs forward by machine_continue,
 * and comes back by snapshots, also from inside a run: the place callback of a
 * spine run may pend an exception, continue the machine in a nested run, and
 * restore. All of its behaviour follows from image, configuration and what was
 * pended where. */
#ifndef TORNWORD_SIM_MACHINE_MACHINE_H
#define TORNWORD_SIM_MACHINE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/error.h"
#include "sim/event.h"
#include "sim/image/image.h"
#include "sim/machine/code.h"
#include "sim/machine/config.h"
#include "sim/machine/cpu.h"
#include "sim/machine/devices.h"
#include "sim/machine/edges.h"
#include "sim/machine/footprint.h"
#include "sim/machine/memory.h"
#include "sim/machine/place.h"
#include "sim/machine/state.h"
#include "sim/machine/stride.h"
#include "sim/undo.h"

enum run_mode {
  RUN_SPINE,  /* natural arrivals and progress; the place callback is asked */
  RUN_PROBE,  /* until the injected exception is done and priority falls back */
  RUN_BRANCH, /* to a limit or a meeting point; time brings no arrivals */
};

enum machine_stop {
  STOP_NONE,
  STOP_LIMIT,  /* the limit was reached; nothing of that boundary executed */
  STOP_DONE,   /* probe: over; branch: settled, or met its point */
  STOP_SLEEP,  /* asleep, and nothing in this run can wake it */
  STOP_CLOSED, /* spine: the state came back and nothing new can come */
  STOP_STUCK,  /* spine: a register is polled, and no value ends the loop */
  STOP_EXIT,
  STOP_LOCKUP,
  STOP_RESET,
  STOP_BKPT,
  STOP_INPUT, /* input is wanted, and the stimulus has no more */
};

/* A probe's handlers, or a silent run, that come back to a state that they had (spin.c). */
struct spin {
  uint64_t from; /* boundary from which it is looked for; 0: not begun */
  uint64_t steps;
  uint64_t value_changes, bus_accesses, taken;
  uint32_t pc;
  uint32_t registers[15];
  uint32_t xpsr;
  uint8_t depth;
  bool set;
};

/* Where the exception that a run is about was taken. */
struct landing {
  bool happened;
  bool late; /* it had to wait, and others came by themselves meanwhile */
  uint64_t boundary;
  uint32_t pc;                       /* where it is to return to */
  uint32_t serials;                  /* activations before it */
  uint32_t pending[EXCEPTION_WORDS]; /* late: what was pending beside it */
  bool behind; /* not where it was pended: behind other instructions, or tail-chained */
  /* Then: the frame that leads back, r4 to r11 when it came, and whether they were others
   * when that frame was popped. */
  uint32_t frame;
  uint32_t registers[8];
  bool lost;
};

struct run {
  enum run_mode mode;
  uint64_t limit;       /* boundary at which it stops */
  uint8_t base_depth;   /* probe: activations at its place */
  uint16_t exception;   /* probe: the one that must be done */
  bool natural;         /* until it is taken, what comes by itself comes */
  struct landing taken; /* where it was entered first */
  const uint32_t *open; /* branch: stop when this is down to 0; NULL: do not */
  bool places;          /* probe, branch: the place callback is asked, as on the spine */
  bool hashes;          /* probe, branch: machine_live_hash is asked for */
  bool silent;          /* branch: its accesses are told to nobody, and it stops where its
                           state came back, too */
  uint16_t opens_for;   /* branch: stop where this exception could be taken; 0: do not */
  bool meets;           /* branch: stop at meet_pc in context depth meet_depth */
  uint32_t meet_pc;
  uint8_t meet_depth;
  uint64_t meet_after; /* not before this boundary */
  /* Probe, silent branch: from this boundary on it strides where it can (stride.h), and such
   * a branch does not stop where its state came back; 0: nowhere. */
  uint64_t strides_from;
  struct spin spin;
  enum machine_stop stop;
};

/* Who listens. All may be NULL. */
struct machine_host {
  void *owner;
  void (*event)(void *owner, const struct event *event);
  bool stack_events; /* accesses without a leaf too */
  /* Spine, and runs that ask for it: an exception can be taken here; may run
   * probes. */
  void (*place)(void *owner, enum place_kind kind, unsigned beat);
  /* In a stride (machine_stride): the last instruction accessed memory, machine->last. */
  void (*accessed)(void *owner);
  /* The instruction at state.pc is about to execute (any run). */
  void (*instruction)(void *owner);
  /* Each boundary between instructions is met (any run), before anything happens
   * there: true stops the run, as its limit would. Asked again when it goes on. */
  bool (*stops)(void *owner);
  void (*output)(void *owner, const char *bytes, size_t size); /* semihosting, spine only */
};

enum { MACHINE_QUEUE = 72 };

/* One single-copy-atomic access of the instruction that executes. */
struct access_record {
  uint32_t address;
  uint8_t size;
  bool write;
  uint64_t value, old;
};

/* A fault to be raised: exception 0 is none. */
struct fault {
  uint8_t exception;
  uint32_t cfsr; /* status bits */
  uint32_t address;
};

struct decoder;
struct snapshot;

struct machine {
  /* What a snapshot holds (with the executor's registers and undone memory). */
  struct machine_state state;

  const struct image *image;
  struct machine_config config;
  const struct core_traits *core;
  struct cpu *cpu;
  struct memory memory;
  struct devices devices;
  struct undo undo;
  struct decoder *decoder;
  struct code *code[MEMORY_REGIONS]; /* one for each halfword of a region */
  struct recent_code {               /* where code was last looked for */
    uint32_t base, size;
    struct code *codes;
    bool constant; /* the program cannot write there */
  } recent;
  bool code_in_ram;
  struct machine_host host;
  bool beats;           /* offer places inside instructions */
  uint32_t stack_low;   /* untyped words from here to the stack's top are stack */
  uint32_t lowest_sp;   /* seen so far */
  uint32_t stack_limit; /* of the main stack; 0: not known */
  bool moves_stack;     /* the instruction that executes may */
  struct arrival_account arrival_accounts[CONFIG_ARRIVALS]; /* by rule */
  bool asks;              /* a write may request an interrupt */
  uint64_t value_changes; /* writes to memory that changed it, so far */
  struct reads reads;     /* of all that ran; see machine_leave_unread_out */

  struct edges edges; /* of the spine, if its map is set */

  /* Of the innermost run. */
  struct run *run;
  struct stride stride;
  bool stopping; /* left before state.pc, on purpose */
  bool special;  /* because that instruction is not the executor's */
  bool draining; /* letting the executor leave an IT block */
  bool leaving;  /* machine_leave was called */
  bool goes_on;  /* after that: an interrupt of the stimulus came there */
  struct cpu_context *drain_context;
  uint64_t drain_mark;
  struct fault trap;        /* the next instruction must not execute */
  struct fault violation;   /* the instruction that executes did what it must not */
  bool guarded;             /* `guard` holds the machine before that instruction */
  bool unprivileged_access; /* it is LDRT or the like */
  struct snapshot *guard;
  struct snapshot *trial; /* around what is tried to end a poll */
  struct access_record queue[MACHINE_QUEUE];
  unsigned queued;
  struct access_record last[MACHINE_QUEUE]; /* of the last instruction that is over */
  unsigned last_count;
  uint16_t written;            /* registers that instructions wrote since the last injection */
  uint64_t path;               /* hash of all that ran since then, and of where it accessed */
  struct footprint *footprint; /* where a probe's accesses are recorded, or NULL */
  uint64_t clock_reads;        /* of SysTick's, the cycle counter, timers; never rewinds */
  uint64_t flag_reads;         /* of SysTick's COUNTFLAG, likewise */
  uint64_t schedule_changes;   /* of what devices will do, likewise */
  uint64_t code_changes;       /* times that code in RAM was overwritten */
  bool endless;                /* a closed run goes on: its interrupts come again */
  bool before_saved;
  struct cpu_registers before; /* of the instruction that executes, if saved */
};

struct machine *machine_create(const struct image *image, const struct machine_config *config,
                               struct error *error);
void machine_destroy(struct machine *machine);
/* Back to reset; the undo log is emptied. */
void machine_reset(struct machine *machine);

/* Runs until run->stop says why not. */
void machine_continue(struct machine *machine, struct run *run);

/* A probe stops when its last handler has returned, before the registers of what
 * it interrupted are popped: this pops them. Nothing to do elsewhere. */
void machine_settle(struct machine *machine);

/* From the place callback, at a beat: the run stops there. The machine is left as
 * an exception that is taken at this beat finds it. */
void machine_leave(struct machine *machine);

/* From the place callback at a boundary of the spine: its owner need not be asked again
 * before boundary `until`, as long as nothing but memory changes and no access meets what
 * is `likely` (footprint_may_meet). It is asked wherever anything else could come. */
static inline void machine_stride(struct machine *machine, uint64_t until, uint64_t likely) {
  machine->stride.offered = until;
  machine->stride.likely = likely;
  machine->stride.changes = machine->state.exceptions.changes;
  machine->stride.bus_accesses = machine->state.bus_accesses;
}
/* From any callback: it must be asked at the next boundary. */
static inline void machine_end_stride(struct machine *machine) {
  machine->stride.until = machine->stride.offered = 0;
}

/* A closed or stuck run goes on: what it waited for comes again. */
void machine_reopen(struct machine *machine);

/* What the outside sends from now on; borrowed. */
void machine_set_stimulus(struct machine *machine, const struct stimulus *stimulus);

/* The exception that comes by itself at the place that is being offered, should
 * it be a boundary (beat 0) or that beat of the instruction; 0: none. */
unsigned machine_arrival_due(const struct machine *machine, unsigned beat);

/* An exception becomes pending now. A tick restarts SysTick's count. */
void machine_pend(struct machine *machine, unsigned exception);

/* The same from outside: registers that describe its lines say so, too. */
void machine_inject(struct machine *machine, unsigned exception);

/* Level of an interrupt's line: while high, the interrupt is pending again
 * whenever it is neither active nor pending (ARMv7-M B3.4.1). */
void machine_set_line(struct machine *machine, unsigned exception, bool high);

struct snapshot *snapshot_create(struct machine *machine);
void snapshot_destroy(struct snapshot *snapshot);
void snapshot_save(struct snapshot *snapshot, struct machine *machine);
/* Takes back everything since the save. */
void snapshot_restore(struct snapshot *snapshot, struct machine *machine);
/* Registers and state only: memory was brought there by undo_swap_back. */
void snapshot_restore_registers(const struct snapshot *snapshot, struct machine *machine);
uint64_t snapshot_mark(const struct snapshot *snapshot);
const struct machine_state *snapshot_state(const struct snapshot *snapshot);
/* Behind an injection made at the snapshot, back in the code that it interrupted: whether
 * its handlers kept r4 to r11, as the procedure call standard asks of them. So did those
 * that went over to another stack. */
bool snapshot_kept_registers(const struct snapshot *snapshot, struct machine *machine);

/* Looking at a machine, and changing it, between two runs. Nothing changes by a
 * look, not even where the firmware's own read would clear bits. Up to 4 bytes;
 * false where there is neither memory nor a register. What is changed can be
 * undone; memory that the firmware cannot write is refused. */
bool machine_peek(struct machine *machine, uint32_t address, unsigned size, uint32_t *value);
bool machine_poke(struct machine *machine, uint32_t address, unsigned size, uint32_t value);

enum machine_register {
  REGISTER_R0,
  REGISTER_SP = 13,
  REGISTER_LR,
  REGISTER_PC,
  REGISTER_XPSR, /* poke: flags, Q and GE bits only */
  REGISTER_MSP,
  REGISTER_PSP,
  REGISTER_PRIMASK,
  REGISTER_BASEPRI,
  REGISTER_FAULTMASK,
  REGISTER_CONTROL, /* cannot be poked */
  REGISTER_D0,      /* 16 of them, 64 bits; cores with an FPU only */
  REGISTER_FPSCR = REGISTER_D0 + 16,
};
enum { REGISTER_COUNT = REGISTER_FPSCR + 1 };
uint64_t machine_register(struct machine *machine, enum machine_register which);
bool machine_set_register(struct machine *machine, enum machine_register which, uint64_t value);

struct code *machine_code_elsewhere(struct machine *machine, uint32_t pc);

/* Record of the instruction at pc; decoded when first asked for. NULL where
 * there is no memory. */
static inline struct code *machine_code(struct machine *machine, uint32_t pc) {
  const struct recent_code *recent = &machine->recent;
  uint32_t offset = pc - recent->base;
  struct code *code = offset < recent->size ? &recent->codes[offset / 2] : NULL;
  return code != NULL && code->flags != 0 ? code : machine_code_elsewhere(machine, pc);
}

/* Hash of RAM, registers and exception state, without elapsed time: two runs
 * that end alike have the same. */
uint64_t machine_state_hash(struct machine *machine);
/* Hash of all that shapes what comes: pc, registers, memory but for what lies below
 * the main stack pointer, devices, exceptions. Neither time nor the place's number
 * is part of it. False: there is none here (the machine is in the middle of
 * something). Known on the spine, and in runs that ask for it. */
bool machine_live_hash(struct machine *machine, uint64_t *hash);
/* From here on it leaves out words of RAM that nobody has read since, by machine->reads. When
 * one is read the hashes so far are void (reads.generation), and also when the machine goes
 * back to a state from before that. */
void machine_leave_unread_out(struct machine *machine);
/* The part of it that is neither registers nor memory. */
uint64_t machine_model_hash(const struct machine *machine);

#endif
