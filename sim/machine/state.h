/* All of a machine that is not in the executor's registers or in memory.
 *
 * One plain struct: a snapshot is a copy of it. Nothing here points anywhere. */
#ifndef TORNWORD_SIM_MACHINE_STATE_H
#define TORNWORD_SIM_MACHINE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/event.h"
#include "sim/machine/exception.h"
#include "sim/machine/late_mask.h"
#include "sim/machine/mpu.h"
#include "sim/machine/systick.h"

/* Activations below the current one. Four priority bits give 18 at most; deeper
 * ones (more bits, or software that clears active bits) end as a lockup. */
enum { NESTING = 32 };

/* System Control Block registers without a structure of their own (B3.2). */
struct scb {
  uint32_t vtor, ccr, cfsr, hfsr, dfsr, mmfar, bfar, afsr, scr, cpacr, demcr;
  uint32_t fpccr, fpcar, fpdscr; /* FP context: where it goes, what it begins with */
};

/* DWT's cycle counter: counts instructions while enabled (ARMv7-M C1.8). */
struct cycle_counter {
  uint32_t control;
  uint32_t value; /* at time `since` */
  uint64_t since;
};

/* What the machine does before it executes the next instruction. */
enum pending_action {
  ACTION_NONE,
  ACTION_ENTRY,  /* an exception is being entered */
  ACTION_RETURN, /* EXC_RETURN was loaded: exc_return */
  ACTION_RESUME, /* the return was made; the registers are still to be popped */
};

/* An instruction that was left between its accesses. */
struct interrupted_instruction {
  bool armed;
  bool continues; /* the accesses before `beat` are not made again (EPSR.ICI) */
  uint8_t beat;   /* accesses already made */
  uint8_t depth;  /* of the context that was left */
  uint32_t pc;
};

/* Recognition of a state that came back (Brent's cycle search). */
struct recurrence {
  uint64_t since, power; /* when the anchor was set, and how long it stays */
  uint32_t pc;
  uint32_t registers[15]; /* r0 to r12, sp, lr */
  uint32_t xpsr;
  uint64_t memory_hash; /* what differs first */
  uint64_t hash;        /* of devices and exceptions, too */
  bool set;
};

/* How the spine makes progress (progress.c). */
struct progress {
  struct recurrence loop;          /* of the program's state */
  struct recurrence tight;         /* the same, with an anchor that moves often: short loops */
  struct recurrence waiting;       /* of the states in which it waited */
  uint64_t walked;                 /* boundaries: the time of the searches ... */
  uint64_t next_anchor;            /* ... at which an anchor moves on */
  uint64_t waits;                  /* the same for the states in which it waited */
  uint64_t device_reads_then;      /* total at the loop's anchor */
  uint64_t searched;               /* boundary of the last look at the searches */
  uint64_t next_gift;              /* boundary at which a busy program is given an interrupt */
  uint32_t given[EXCEPTION_WORDS]; /* taken, or given, since it was enabled */
  uint16_t last_given;
  uint32_t last_device;  /* word most recently read without a model */
  uint64_t counter_next; /* when a counter register that was read goes on; 0: none was */
  bool devices_turn;     /* the last thing waited for came from a register's model */
  uint8_t polls;         /* answers given in this loop */
  uint64_t gifts;
};

/* Calls of functions with static locals, and regions, that are not over yet. */
enum { TRACKED = 16 };
struct tracked_calls {
  struct tracked_call {
    uint32_t function; /* first instruction */
    uint32_t back;     /* return address, or where the region ends */
    uint32_t sp;       /* at the call */
    uint16_t depth;    /* of the context that called */
    uint16_t region;   /* its index and 1; 0: a function with static locals */
  } call[TRACKED];
  uint32_t count;
};

/* The interrupts of the stimulus, as far as they came. */
struct arrivals {
  bool open;         /* an interrupt was enabled: the first gap began */
  uint8_t inside;    /* the one that is due waits for this beat of the instruction */
  uint8_t turns;     /* times that it waited, all came, and no input was taken since */
  uint32_t position; /* in the stream, bytes */
  uint64_t due;      /* state.instructions at which the next one comes */
  uint64_t came;
};

struct machine_state {
  uint64_t boundary; /* number of the next boundary */
  uint64_t time;     /* instructions executed, and time slept */
  uint64_t instructions;
  uint64_t acting; /* boundary of the instruction that executes or did last */
  uint32_t pc;     /* next instruction */
  uint32_t acting_pc;
  uint32_t acting_flags; /* enum code_flag of the instruction there */
  uint8_t it_state;      /* of the next instruction */
  uint8_t acting_it;
  bool in_block; /* its IT was executed: a jump into a block finds no conditions */
  struct context context;
  struct context preempted[NESTING]; /* below context, outermost first */
  uint8_t depth;
  uint32_t frame_end[NESTING + 1]; /* by depth: behind the frame that its entry pushed */
  bool stack_below;                /* the main stack is below its limit */
  struct tracked_calls calls;
  uint32_t serials;
  bool control_written; /* the last instruction was MSR CONTROL */
  uint8_t control_into; /* it was MRS CONTROL: 1 + its register; 0: it was not */
  bool recheck_masks;   /* the last instruction may have changed them, or a mask is late */
  bool monitor_set;     /* an LDREX is open */
  bool event_register;  /* WFE */
  bool asleep;
  bool locked_up;  /* only NMI goes on from there (B1.5.15) */
  uint8_t control; /* CONTROL as last seen */
  enum pending_action action;
  uint32_t exc_return;
  struct interrupted_instruction interrupted;
  struct exceptions exceptions;
  struct late_mask late;
  struct systick systick;
  struct scb scb;
  struct mpu mpu;
  struct cycle_counter cycles;
  uint32_t traps;        /* code flags that must be looked at now (traps_update) */
  bool invalid_state;    /* EPSR.T is clear: the next instruction faults */
  uint64_t next_arrival; /* time of the next natural arrival */
  uint64_t next_period;  /* time at which a periodic interrupt comes */
  uint64_t memory_hash;
  uint64_t unread_hash; /* how much of it is of words that nobody has read (reads.h) */
  uint64_t device_hash; /* of what the device registers hold */
  uint64_t answer_hash; /* of what reads are answered with instead */
  uint64_t output_hash; /* of everything written to devices and printed, in order */
  bool scs_touched;     /* pending state was read or written since this was cleared */
  uint64_t device_reads;
  uint64_t bus_accesses; /* of devices and the Private Peripheral Bus */
  uint64_t taken;        /* exceptions entered */
  struct progress progress;
  struct arrivals arrivals;
  int exit_code;
};

#endif
