/* What the machine must know of an instruction before it executes.
 *
 * One record for each halfword of executable memory, filled when the
 * instruction is first met. IT membership is found when the IT instruction is. */
#ifndef TORNWORD_SIM_MACHINE_CODE_H
#define TORNWORD_SIM_MACHINE_CODE_H

#include <stdbool.h>
#include <stdint.h>

enum code_flag {
  CODE_KNOWN = 1,
  CODE_WAIT = 1 << 1, /* WFI, WFE, YIELD: not left to the executor */
  CODE_SVC = 1 << 2,
  CODE_BKPT = 1 << 3,
  CODE_MASKS = 1 << 4,     /* may change PRIMASK, BASEPRI, FAULTMASK, CONTROL */
  CODE_EXCLUSIVE = 1 << 5, /* LDREX, STREX */
  CODE_CLEARS = 1 << 6,    /* CLREX, STREX: the monitor is open afterwards */
  CODE_SEND = 1 << 7,      /* SEV */
  CODE_BEATS = 1 << 8,     /* more than one access may be made: STRD, STM, VSTM, STR with
                              writeback; beats restart */
  CODE_CONTINUES = 1 << 9, /* LDM, STM: beats may continue (EPSR.ICI) */
  CODE_LOAD = 1 << 10,     /* with CODE_BEATS: it loads */
  CODE_STACK = 1 << 11,    /* writes the stack pointer */
  CODE_CALL = 1 << 12,     /* BL, BLX */
  CODE_WFI = 1 << 13,      /* with CODE_WAIT */
  CODE_WFE = 1 << 14,
  CODE_WIDE = 1 << 15,     /* 4 bytes */
  CODE_FP = 1 << 16,       /* uses the FP unit */
  CODE_MEMORY = 1 << 17,   /* loads or stores */
  CODE_WORDS = 1 << 18,    /* faults unless `base` is word-aligned */
  CODE_DIVIDE = 1 << 19,   /* by the register `base` */
  CODE_READS_NZ = 1 << 20, /* condition flags that it reads or sets */
  CODE_READS_CV = 1 << 21,
  CODE_WRITES_NZ = 1 << 22,
  CODE_WRITES_CV = 1 << 23,
  CODE_UNPRIVILEGED = 1 << 27, /* LDRT and the like: accesses as unprivileged code */
  CODE_SETS_CONTROL = 1 << 25, /* MSR CONTROL */
  CODE_GETS_CONTROL = 1 << 26, /* MRS CONTROL, into the register `base` */
  CODE_STUB = 1 << 24,         /* the configuration answers for the code here */
  CODE_STATICS = 1 << 28,      /* a function with static locals, or a region, begins here */
  CODE_BLOCK = 1 << 29,        /* IT: the block behind it begins */
  CODE_TO_PC = 1 << 30,        /* LDR: into pc */
};
/* The flags that make the machine stop before the instruction. */
enum { CODE_SPECIAL = CODE_WAIT | CODE_SVC | CODE_BKPT | CODE_STUB };
/* The flags that are looked at before every instruction; CODE_FP, CODE_MEMORY
 * and CODE_DIVIDE only while something can trap them (machine_state.traps). */
enum {
  CODE_NOTED = CODE_SPECIAL | CODE_MASKS | CODE_EXCLUSIVE | CODE_SEND | CODE_BEATS |
               CODE_WORDS | CODE_UNPRIVILEGED | CODE_SETS_CONTROL | CODE_GETS_CONTROL |
               CODE_STATICS
};

struct code {
  uint32_t flags;         /* of enum code_flag; 0: not met yet */
  uint16_t list;          /* LDM, STM: the register list */
  uint8_t it_state;       /* ITSTATE where the block was begun by its IT; 0 outside of blocks */
  uint8_t base;           /* base register of a load or store; divisor */
  uint8_t value;          /* BKPT, SVC: the immediate */
  bool descends : 1;      /* LDRD, STRD: the second register is not above the first */
  bool fills_pc : 1;      /* it loads pc, or what it branches by */
  uint16_t reads, writes; /* core registers r0 to r14, one bit each: see decode.h */
  uint16_t addresses; /* of `reads`, of a load or store: those that its address is made of */
};

static inline unsigned code_size(const struct code *code) {
  return (code->flags & CODE_WIDE) != 0 ? 4 : 2;
}

#endif
