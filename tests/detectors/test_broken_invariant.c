#include <criterion/criterion.h>

#include "detectors/claims.h"
#include "tests/detectors/story.h"

/* The stories' invariant is LEFT + RIGHT == 3; they begin as 1 and 2. */
#define LOOK READ(MAIN, 0x100, LEFT, 0, 4), READ(MAIN, 0x102, RIGHT, 0, 4)
#define SLEEP(pc_) HAPPENS(EVENT_SLEEP, MAIN, pc_, 0, 0, 0)
#define BROKEN(leaf_, victim_, intruder_, value_) \
  { FINDING_BROKEN_INVARIANT, leaf_, victim_, intruder_, value_, false }

static const struct story STORIES[] = {
    {"a handler reads between the two writes of an update",
     {LOOK, WRITE(MAIN, 0x110, LEFT, 0, 4, 0), ENTER(TICK), READ(TICK, 0x210, RIGHT, 0, 4),
      READ(TICK, 0x212, LEFT, 0, 4), LEAVE(TICK), OPEN(0), WRITE(MAIN, 0x112, RIGHT, 0, 4, 3)},
     {BROKEN(RIGHT, 0x110, 0x210, 2)}},
    {"it writes first: what it finds is judged all the same",
     {LOOK, WRITE(MAIN, 0x110, LEFT, 0, 4, 0), ENTER(TICK), WRITE(TICK, 0x210, LEFT, 0, 4, 1),
      LEAVE(TICK), OPEN(1), SLEEP(0x120), OPEN(0)},
     {BROKEN(LEFT, 0x110, 0x210, 1)}},
    {"ahead of the update and behind it",
     {LOOK, ENTER(TICK), READ(TICK, 0x210, RIGHT, 0, 4), LEAVE(TICK),
      WRITE(MAIN, 0x110, LEFT, 0, 4, 0), WRITE(MAIN, 0x112, RIGHT, 0, 4, 3), ENTER(TICK),
      READ(TICK, 0x210, RIGHT, 0, 4), LEAVE(TICK), SLEEP(0x120)},
     {{0}}},
    {"a handler's own update is its own business",
     {LOOK, ENTER(TICK), WRITE(TICK, 0x210, LEFT, 0, 4, 0), READ(TICK, 0x212, RIGHT, 0, 4),
      WRITE(TICK, 0x214, RIGHT, 0, 4, 3), LEAVE(TICK), OPEN(1), SLEEP(0x120), OPEN(0)},
     {{0}}},
    {"but not that of another handler that preempts it",
     {LOOK, ENTER(TICK), WRITE(TICK, 0x210, LEFT, 0, 4, 0), ENTER(UART),
      READ(UART, 0x310, RIGHT, 0, 4), LEAVE(UART), READ(TICK, 0x212, LEFT, 0, 4),
      WRITE(TICK, 0x214, RIGHT, 0, 4, 3), LEAVE(TICK)},
     {BROKEN(RIGHT, 0x210, 0x310, 2)}},
    {"an update that a handler spoiled shows when thread mode sleeps",
     {LOOK, READ(MAIN, 0x10e, LEFT, 0, 4), ENTER(TICK), WRITE(TICK, 0x210, LEFT, 0, 4, 0),
      WRITE(TICK, 0x212, RIGHT, 0, 4, 3), LEAVE(TICK), OPEN(1),
      WRITE(MAIN, 0x110, LEFT, 0, 4, 2), WRITE(MAIN, 0x112, RIGHT, 0, 4, 2), SLEEP(0x120),
      OPEN(0)},
     {BROKEN(RIGHT, 0x112, 0x120, 2)}},
    {"thread mode may see its own update half done",
     {LOOK, WRITE(MAIN, 0x110, LEFT, 0, 4, 0), LOOK, WRITE(MAIN, 0x112, RIGHT, 0, 4, 3),
      SLEEP(0x120)},
     {{0}}},
    {"nothing is known before all its variables were accessed",
     {WRITE(MAIN, 0x110, LEFT, 0, 4, 0), ENTER(TICK), READ(TICK, 0x210, LEFT, 0, 4),
      LEAVE(TICK), SLEEP(0x120)},
     {{0}}},
    {"the wait for sleep ends with the horizon",
     {LOOK, ENTER(TICK), WRITE(TICK, 0x210, LEFT, 0, 4, 1), LEAVE(TICK), OPEN(1),
      IDLE(STORY_HORIZON), SPILL(MAIN, 0x122), OPEN(0)},
     {{0}}},
};

Test(broken_invariant, stories) {
  story_check(&broken_invariant_detector, STORIES, sizeof STORIES / sizeof STORIES[0]);
}

Test(broken_invariant, random) {
  story_check_random(&broken_invariant_detector, 7, 200);
}

#define VALUE(bytes, number_) \
  { .kind = TERM_NUMBER, .size = bytes, .number = number_ }
#define MINUS(bytes, number_) \
  { .kind = TERM_NUMBER, .size = bytes, .is_signed = true, .number = UINT64_C(0) - (number_) }

#define BITS(first, count, sign, number_)                                                 \
  {                                                                                       \
    .kind = TERM_NUMBER, .size = 4, .is_signed = sign, .first_bit = first, .bits = count, \
    .number = number_                                                                     \
  }

/* One operator between two numbers: as a C compiler would have it. */
Test(broken_invariant, arithmetic) {
  static const struct {
    struct term left, right;
    enum term_kind kind;
    bool holds;
  } rows[] = {
      {VALUE(4, 2), VALUE(4, 0xffffffff), TERM_LESS, true},
      {MINUS(4, 1), VALUE(4, 1), TERM_LESS, false},                  /* -1 becomes unsigned */
      {MINUS(1, 1), VALUE(2, 1), TERM_LESS, true},                   /* both become int */
      {VALUE(4, 0x80000000), VALUE(4, 0x80000000), TERM_ADD, false}, /* wraps to 0 */
      {VALUE(2, 0x8000), VALUE(2, 0x8000), TERM_ADD, true},
      {VALUE(8, 0x80000000), VALUE(4, 0x80000000), TERM_ADD, true},
      {VALUE(4, 7), VALUE(4, 0), TERM_DIVIDE, false},
      {VALUE(4, 7), VALUE(4, 0), TERM_REMAINDER, false},
      {MINUS(4, 7), MINUS(1, 7), TERM_EQUAL, true},
      {VALUE(4, 1), VALUE(4, 32), TERM_SHIFT_LEFT, false},
      {VALUE(4, 0x80000000), VALUE(4, 31), TERM_SHIFT_RIGHT, true},
      {VALUE(4, 0), VALUE(4, 9), TERM_OR, true},
      {VALUE(4, 0), VALUE(4, 9), TERM_AND, false},
      {VALUE(4, 6), VALUE(4, 9), TERM_AND_BITS, false},
      {MINUS(8, 1), MINUS(4, 1), TERM_XOR_BITS, false},
      {BITS(4, 3, false, 0x5a), VALUE(1, 5), TERM_EQUAL, true},
      {BITS(4, 3, true, 0x5a), MINUS(1, 3), TERM_EQUAL, true},
      {BITS(4, 3, false, 0x50), MINUS(1, 1), TERM_LESS, false}, /* 5 is an int */
      {BITS(0, 32, false, 5), MINUS(1, 1), TERM_LESS, true},    /* and this is unsigned */
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const struct term terms[] = {rows[i].left, rows[i].right, {.kind = (uint8_t)rows[i].kind}};
    const struct invariant invariant = {.terms = terms, .term_count = 3};
    cr_expect(invariant_holds(&invariant, NULL, false) == rows[i].holds, "row %zu", i);
  }
}
