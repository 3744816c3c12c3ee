#include <criterion/criterion.h>

#include "tests/detectors/story.h"

#define MIXED(victim_, intruder_, value_) \
  { FINDING_NON_REENTRANT, LOCAL, victim_, intruder_, value_, false }

static const struct story STORIES[] = {
    {"entered again in the middle",
     {CALLS(MAIN, 0x500), WRITE(MAIN, 0x510, LOCAL, 0, 4, 1), ENTER(TICK), CALLS(TICK, 0x500),
      WRITE(TICK, 0x510, LOCAL, 0, 4, 2), OPEN(1), LEAVES(TICK, 0x220), LEAVE(TICK),
      READ(MAIN, 0x520, LOCAL, 0, 4), OPEN(0), LEAVES(MAIN, 0x120)},
     {MIXED(0x510, 0x510, 2)}},
    {"the first call is done with it: it returns without looking again",
     {CALLS(MAIN, 0x500), WRITE(MAIN, 0x510, LOCAL, 0, 4, 1), ENTER(TICK), CALLS(TICK, 0x500),
      WRITE(TICK, 0x510, LOCAL, 0, 4, 2), LEAVES(TICK, 0x220), LEAVE(TICK), OPEN(1),
      LEAVES(MAIN, 0x120), OPEN(0)},
     {{0}}},
    {"before its first access, or behind its return, nothing is disturbed",
     {CALLS(MAIN, 0x500), ENTER(TICK), CALLS(TICK, 0x500), WRITE(TICK, 0x510, LOCAL, 0, 4, 2),
      LEAVES(TICK, 0x220), LEAVE(TICK), WRITE(MAIN, 0x510, LOCAL, 0, 4, 1), LEAVES(MAIN, 0x120),
      ENTER(TICK), CALLS(TICK, 0x500), WRITE(TICK, 0x510, LOCAL, 0, 4, 2), LEAVES(TICK, 0x220),
      LEAVE(TICK), OPEN(0)},
     {{0}}},
    {"two calls that only read",
     {CALLS(MAIN, 0x500), READ(MAIN, 0x510, LOCAL, 0, 4), ENTER(TICK), CALLS(TICK, 0x500),
      READ(TICK, 0x510, LOCAL, 0, 4), OPEN(0), LEAVES(TICK, 0x220), LEAVE(TICK),
      READ(MAIN, 0x520, LOCAL, 0, 4)},
     {{0}}},
    {"a handler that touches the variable without a call of the function",
     {CALLS(MAIN, 0x500), WRITE(MAIN, 0x510, LOCAL, 0, 4, 1), ENTER(TICK),
      WRITE(TICK, 0x210, LOCAL, 0, 4, 2), OPEN(0), LEAVE(TICK), READ(MAIN, 0x520, LOCAL, 0, 4)},
     {{0}}},
    {"recursion in one context is the program's own",
     {CALLS(MAIN, 0x500), WRITE(MAIN, 0x510, LOCAL, 0, 4, 1), CALLS(MAIN, 0x500),
      WRITE(MAIN, 0x510, LOCAL, 0, 4, 2), OPEN(0), LEAVES(MAIN, 0x220),
      READ(MAIN, 0x520, LOCAL, 0, 4), LEAVES(MAIN, 0x120)},
     {{0}}},
    {"a handler that ends in the middle of its call",
     {ENTER(TICK), CALLS(TICK, 0x500), WRITE(TICK, 0x510, LOCAL, 0, 4, 1), ENTER(UART),
      CALLS(UART, 0x500), WRITE(UART, 0x510, LOCAL, 0, 4, 2), OPEN(1), LEAVE(UART), LEAVE(TICK),
      OPEN(0), READ(MAIN, 0x520, LOCAL, 0, 4)},
     {{0}}},
};

Test(non_reentrant, stories) {
  story_check(&non_reentrant_detector, STORIES, sizeof STORIES / sizeof STORIES[0]);
}

Test(non_reentrant, random_stories) {
  story_check_random(&non_reentrant_detector, 7, 100);
}
