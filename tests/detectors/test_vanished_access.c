#include <criterion/criterion.h>

#include "tests/detectors/story.h"

/* Thread mode is preempted at this pc; those that end in 4 are of a blind loop. */
#define ENTER_AT(who_, pc_) \
  { .kind = EVENT_ENTRY, .who = who_, .pc = pc_, .flags = EVENT_INJECTED }
#define VANISHED(leaf_, value_) \
  { FINDING_VANISHED_ACCESS, leaf_, 0x110, 0x210, value_, false }

static const struct story STORIES[] = {
    {"a flag is read once, and waited for in a loop that does not read it",
     {READ(MAIN, 0x110, WORD, 0, 4), ENTER_AT(TICK, 0x114), WRITE(TICK, 0x210, WORD, 0, 4, 1),
      LEAVE(TICK)},
     {VANISHED(WORD, 1)}},
    {"also by a handler that came on its own, once",
     {READ(MAIN, 0x110, WORD, 0, 4), ARRIVE(UART), LEAVE(UART), ENTER_AT(TICK, 0x114),
      WRITE(TICK, 0x210, WORD, 0, 4, 1), WRITE(TICK, 0x210, WORD, 0, 4, 2), LEAVE(TICK)},
     {VANISHED(WORD, 1)}},
    {"by a handler above the one that came into the loop",
     {READ(MAIN, 0x110, WORD, 0, 4), ENTER_AT(UART, 0x114), ENTER(TICK),
      WRITE(TICK, 0x210, WORD, 0, 4, 1), LEAVE(TICK), LEAVE(UART)},
     {VANISHED(WORD, 1)}},
    {"the loop is another statement's",
     {READ(MAIN, 0x110, WORD, 0, 4), ENTER_AT(TICK, 0x124), WRITE(TICK, 0x210, WORD, 0, 4, 1),
      LEAVE(TICK)},
     {{0}}},
    {"it is no such loop",
     {READ(MAIN, 0x110, WORD, 0, 4), ENTER_AT(TICK, 0x112), WRITE(TICK, 0x210, WORD, 0, 4, 1),
      LEAVE(TICK)},
     {{0}}},
    {"the handler changes nothing; it changes something else; main does, afterwards",
     {READ(MAIN, 0x110, WORD, 0, 4), ENTER_AT(TICK, 0x114), WRITE(TICK, 0x210, WORD, 0, 4, 10),
      WRITE(TICK, 0x212, LEFT, 0, 4, 1), LEAVE(TICK), WRITE(MAIN, 0x118, WORD, 0, 4, 3)},
     {{0}}},
    {"what is asked for as such is not left out",
     {READ(MAIN, 0x810, WORD, 0, 4), ENTER_AT(TICK, 0x814), WRITE(TICK, 0x210, WORD, 0, 4, 1),
      LEAVE(TICK)},
     {{0}}},
};

Test(vanished_access, stories) {
  story_check(&vanished_access_detector, STORIES, sizeof STORIES / sizeof STORIES[0]);
}

Test(vanished_access, random_stories) {
  story_check_random(&vanished_access_detector, 7, 100);
}
