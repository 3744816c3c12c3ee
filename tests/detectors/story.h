/* Stories: runs written down by hand, and what a detector must say of them.
 *
 * A story is a list of steps. Steps carry what a reader cares for; addresses,
 * boundaries, activation serials, the bytes in memory and therefore every value
 * read are worked out by telling it. story_check tells it to one detector and
 * compares all that it said, in order: missing and unexpected sightings fail.
 * It also rewinds the story behind each step and tells the rest again, and looks whether
 * what the core would hold back of each handler is no news. */
#ifndef TORNWORD_TESTS_DETECTORS_STORY_H
#define TORNWORD_TESTS_DETECTORS_STORY_H

#include "detectors/registry.h"

/* The variables of all stories. */
enum {
  WIDE,    /* uint64_t, 0x1111111122222222 at first */
  WORD,    /* uint32_t, 10 */
  STATE,   /* volatile enum of 8 bytes { STATE_A, STATE_B }, STATE_A */
  MODE,    /* enum of 4 bytes { 0x10001, 0x20002, 0x30003 }, 0x10001 */
  OPTIONS, /* enum of flags { 1, 2, 4 }, 1 */
  READY,   /* bool, false */
  LETTER,  /* a Unicode character; 0xd800, which is none, at first */
  BITS,    /* two bit-fields in one byte, 0 */
  FLAG,    /* volatile uint32_t, 0 */
  COUNT,   /* _Atomic uint32_t, 0 */
  LEFT,    /* two uint32_t in one struct, 1 and 2 */
  RIGHT,
  LOCAL,           /* uint32_t, 0: a static local of FUNCTION */
  HUGE_LEAF,       /* 16 bytes: not judged */
  TYPED,           /* how many these are */
  UNTYPED = TYPED, /* a word of memory that no variable covers */
};
#define FUNCTION 0x500
#define WIDE_AT_FIRST 0x1111111122222222
#define STATE_A 0x00000000ffffffff
#define STATE_B 0xffffffff00000000

/* Who acts: thread mode, or a handler by its exception number. */
enum { MAIN = 0, TICK = 15, UART = 16, TIMER = 17 };

struct step {
  uint8_t kind; /* enum event_kind, or a direction to the teller */
  uint16_t who;
  uint32_t pc; /* pcs that differ in the lowest 4 bits only are of one statement, and in
                  bit 3 only of one expression that the compiler made twice */
  uint32_t leaf;
  uint8_t offset;
  uint8_t size;
  uint64_t value;
  uint8_t flags;
  uint8_t beat;     /* above 0: the same instruction as the step before */
  uint32_t address; /* of events without a leaf, as the next */
  uint64_t old;
  uint64_t whole;
};
enum { STEP_IDLE = EVENT_KIND_COUNT, STEP_OPEN, STEP_PROBE, STEP_FULL };

/* Accesses: `size` bytes at `offset` of a leaf. READ2 and WRITE2 are further
 * accesses of the same instruction. */
#define READ(who_, pc_, leaf_, offset_, size_)                                    \
  {                                                                               \
    .kind = EVENT_READ, .who = who_, .pc = pc_, .leaf = leaf_, .offset = offset_, \
    .size = size_                                                                 \
  }
#define WRITE(who_, pc_, leaf_, offset_, size_, value_)                            \
  {                                                                                \
    .kind = EVENT_WRITE, .who = who_, .pc = pc_, .leaf = leaf_, .offset = offset_, \
    .size = size_, .value = value_                                                 \
  }
#define READ2(who_, pc_, leaf_, offset_, size_)                                   \
  {                                                                               \
    .kind = EVENT_READ, .who = who_, .pc = pc_, .leaf = leaf_, .offset = offset_, \
    .size = size_, .beat = 1                                                      \
  }
#define WRITE2(who_, pc_, leaf_, offset_, size_, value_)                           \
  {                                                                                \
    .kind = EVENT_WRITE, .who = who_, .pc = pc_, .leaf = leaf_, .offset = offset_, \
    .size = size_, .value = value_, .beat = 1                                      \
  }
#define LDREX(who_, pc_, leaf_)                                           \
  {                                                                       \
    .kind = EVENT_READ, .who = who_, .pc = pc_, .leaf = leaf_, .size = 4, \
    .flags = EVENT_EXCLUSIVE                                              \
  }
#define STREX(who_, pc_, leaf_, value_)                                                     \
  {                                                                                         \
    .kind = EVENT_WRITE, .who = who_, .pc = pc_, .leaf = leaf_, .size = 4, .value = value_, \
    .flags = EVENT_EXCLUSIVE                                                                \
  }
/* A store to the stack, and one to a device. */
#define SPILL(who_, pc_) \
  { .kind = EVENT_WRITE, .who = who_, .pc = pc_, .leaf = LEAF_NONE, .size = 4 }
#define DEVICE(who_, pc_) \
  { .kind = EVENT_DEVICE_WRITE, .who = who_, .pc = pc_, .leaf = LEAF_NONE, .size = 4 }
/* A 32-bit device register: what is read; what is written, and what it then holds. Its
 * lowest 4 bits are flags. */
#define REGISTER_READ(who_, pc_, address_, value_)                                   \
  {                                                                                  \
    .kind = EVENT_DEVICE_READ, .who = who_, .pc = pc_, .leaf = LEAF_NONE, .size = 4, \
    .address = address_, .value = value_, .old = value_, .whole = value_             \
  }
#define REGISTER_WRITE(who_, pc_, address_, value_, old_, whole_)                     \
  {                                                                                   \
    .kind = EVENT_DEVICE_WRITE, .who = who_, .pc = pc_, .leaf = LEAF_NONE, .size = 4, \
    .address = address_, .value = value_, .old = old_, .whole = whole_                \
  }
/* A handler comes: injected, injected inside the instruction at pc, on its own,
 * or tail-chained; and goes. */
#define ENTER(who_) \
  { .kind = EVENT_ENTRY, .who = who_, .flags = EVENT_INJECTED }
#define ENTER_INSIDE(who_, pc_) \
  { .kind = EVENT_ENTRY, .who = who_, .pc = pc_, .flags = EVENT_INJECTED | EVENT_AT_BEAT }
#define ARRIVE(who_) \
  { .kind = EVENT_ENTRY, .who = who_ }
#define CHAIN(who_) \
  { .kind = EVENT_ENTRY, .who = who_, .flags = EVENT_TAIL }
#define LEAVE(who_) \
  { .kind = EVENT_RETURN, .who = who_ }
/* The interrupted instruction begins again. */
#define AGAIN(who_, pc_) \
  { .kind = EVENT_RESTART, .who = who_, .pc = pc_ }
/* Some instructions that touch no memory. */
#define IDLE(count_) \
  { .kind = STEP_IDLE, .value = count_ }
/* An event without a leaf. */
#define HAPPENS(kind_, who_, pc_, address_, value_, old_)                                     \
  {                                                                                           \
    .kind = kind_, .who = who_, .pc = pc_, .leaf = LEAF_NONE, .size = 1, .address = address_, \
    .value = value_, .old = old_                                                              \
  }
#define CALLS(who_, pc_) HAPPENS(EVENT_CALL, who_, pc_, FUNCTION, 0, 0)
#define LEAVES(who_, pc_) HAPPENS(EVENT_LEAVE, who_, pc_, FUNCTION, 0, 0)
/* CPSID i, CPSIE i; PRIMASK and BASEPRI by MSR. */
#define DISABLE(who_, pc_, was_) HAPPENS(EVENT_MASK, who_, pc_, 0, 1, was_)
#define ENABLE(who_, pc_, was_) HAPPENS(EVENT_MASK, who_, pc_, 0, 0, was_)
#define PRIMASK_TO(who_, pc_, now_, was_) HAPPENS(EVENT_MASK, who_, pc_, 16, now_, was_)
#define BASEPRI_TO(who_, pc_, now_, was_) \
  HAPPENS(EVENT_MASK, who_, pc_, 17, (uint64_t)(now_) << 8, (uint64_t)(was_) << 8)

/* So many suspicions must be open here. */
#define OPEN(count_) \
  { .kind = STEP_OPEN, .value = count_ }

/* What comes ahead of this the spine does. Without it all of the story is a probe's. */
#define PROBE \
  { .kind = STEP_PROBE }

/* At the end: there was no room for all of it. */
#define FULL \
  { .kind = STEP_FULL }

/* The whole 8 bytes by one STRD or LDRD. */
#define LDRD(who_, pc_, leaf_) READ(who_, pc_, leaf_, 0, 4), READ2(who_, pc_, leaf_, 4, 4)
#define STRD(who_, pc_, leaf_, value_)                          \
  WRITE(who_, pc_, leaf_, 0, 4, (uint64_t)(value_)&0xffffffff), \
      WRITE2(who_, pc_, leaf_, 4, 4, (uint64_t)(value_) >> 32)

enum { STEPS = 40, SAYINGS = 6 };

struct saying {
  enum finding_kind kind;
  uint32_t leaf;
  uint32_t victim; /* pc */
  uint32_t intruder;
  uint64_t value;
  bool latent;
};

struct story {
  const char *name;
  struct step steps[STEPS];    /* ends with an all-zero step */
  struct saying says[SAYINGS]; /* ends with an all-zero saying */
};

/* Boundaries after which suspicions of a story end. */
enum { STORY_HORIZON = 200 };

/* Random stories from a seed: whatever happens, state comes back on rewinding,
 * and no suspicion stays open. */
void story_check_random(const struct detector *detector, uint32_t seed, unsigned count);

void story_check(const struct detector *detector, const struct story *stories, size_t count);

#endif
