/* The vocabulary of a run: who did what, where and when.
 *
 * The machine says events, the detectors read them. An event is a plain value:
 * it points at nothing live, and a run of them can be written down by hand in
 * a test. Accesses come in program order, one event for each single-copy-atomic
 * access and each leaf it touches; the accesses of one instruction share its
 * boundary. Nothing is said of code fetches or of the frames that exception
 * entry and return push and pop (they are never shared data). */
#ifndef TORNWORD_SIM_EVENT_H
#define TORNWORD_SIM_EVENT_H

#include <stdbool.h>
#include <stdint.h>

/* Who acts: one activation of a handler, or thread mode. Two contexts are the
 * same if all three members are equal. */
struct context {
  uint8_t core;       /* 0 until two cores are modelled */
  uint16_t exception; /* Arm's exception number; 0 is thread mode */
  uint32_t serial;    /* activation, counted over all exceptions from 1; 0 is thread mode */
};

enum event_kind {
  EVENT_READ,    /* memory was read */
  EVENT_WRITE,   /* memory was written */
  EVENT_ENTRY,   /* an exception was entered: context is the new activation */
  EVENT_RETURN,  /* an exception returned: context is the activation that ended */
  EVENT_RESTART, /* an instruction interrupted between its accesses begins again;
                    accesses it already made stand */
  EVENT_DEVICE_READ,
  EVENT_DEVICE_WRITE, /* a device register, the System Control Space left out */
  EVENT_BKPT,         /* value: the immediate */
  EVENT_SLEEP,        /* WFI or WFE with nothing to wake it */
  EVENT_FAULT,        /* value: exception number of the fault as it was raised */
  EVENT_LOCKUP,
  EVENT_RESET,       /* the firmware asked for it (AIRCR.SYSRESETREQ) */
  EVENT_STACK_LOW,   /* the main stack went below its limit: address is where it got to,
                        value the limit; of a handler pc is its first instruction */
  EVENT_SPIN,        /* a handler's state came back: nothing that it does will change
                        anything. value: 1 if an enabled exception could still preempt it */
  EVENT_STACK_READ,  /* a handler read, or wrote, the frames of what it preempted */
  EVENT_STACK_WRITE, /* (its own exception frame left out) */
  EVENT_MASK,        /* an instruction that sets masks: value and old are the masks
                        (event_masks) behind and before it, which may be the same;
                        address: the special register that MSR wrote, 0: it was CPS */
  EVENT_PRIORITY,    /* an exception's priority was written: address is its number */
  EVENT_CALL,        /* a function with static locals was entered; address: its first
                        instruction */
  EVENT_LEAVE,       /* that call returned */
  EVENT_REGION,      /* a region that the scenario names began; value: its index */
  EVENT_REGION_END,  /* it ended, in the same context */
};
enum { EVENT_KIND_COUNT = EVENT_REGION_END + 1 };

enum event_flag {
  EVENT_EXCLUSIVE = 1, /* made by LDREX or STREX */
  EVENT_PARTIAL = 2,   /* the access covers more than this leaf: a merged access */
  EVENT_INJECTED = 4,  /* EVENT_ENTRY: this activation was injected, not natural */
  EVENT_AT_BEAT = 8,   /* EVENT_ENTRY: taken inside the instruction at pc */
  EVENT_TAIL = 16,     /* EVENT_ENTRY: tail-chained; EVENT_RETURN: another follows */
};

struct event {
  uint8_t kind;  /* enum event_kind */
  uint8_t size;  /* bytes accessed of this leaf: 1, 2, 4 or 8 */
  uint8_t flags; /* of enum event_flag */
  uint8_t beat;  /* number of the access within its instruction, from 0 */
  uint32_t pc;   /* the instruction that acts; entry: the interrupted one's return address */
  struct context context;
  struct context other; /* entry: whom it preempted; return: who goes on */
  uint64_t boundary;    /* number of the boundary before the acting instruction */
  uint32_t address;     /* first byte accessed (of this leaf) */
  uint32_t leaf;        /* index in the leaf table, or LEAF_NONE */
  uint64_t value;       /* the bytes read, or written, zero-extended */
  uint64_t old;         /* write: the bytes that stood there before */
  uint64_t whole;       /* leaf of up to 8 bytes: all its bytes right after this access.
                           Device: what its 32-bit register holds then; old: before */
};

/* Shortest text of an event kind ("read", "entry"): for traces and messages. */
const char *event_kind_name(enum event_kind kind);

/* PRIMASK, FAULTMASK and BASEPRI in one value. */
static inline uint64_t event_masks(unsigned primask, unsigned faultmask, unsigned basepri) {
  return (uint64_t)primask | (uint64_t)faultmask << 1 | (uint64_t)basepri << 8;
}
static inline unsigned event_basepri(uint64_t masks) {
  return (unsigned)(masks >> 8 & 0xff);
}

static inline bool context_equal(struct context a, struct context b) {
  return a.serial == b.serial && a.exception == b.exception && a.core == b.core;
}

#endif
