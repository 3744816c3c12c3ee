#include <criterion/criterion.h>

#include "tests/detectors/story.h"

#define FETCHED(value_) \
  { FINDING_DOUBLE_FETCH, WORD, 0x110, 0x210, value_, false }
#define CHANGE ENTER(TICK), WRITE(TICK, 0x210, WORD, 0, 4, 99), LEAVE(TICK)

static const struct story STORIES[] = {
    {"checked, changed, read again, used",
     {READ(MAIN, 0x110, WORD, 0, 4), CHANGE, OPEN(1), READ(MAIN, 0x120, WORD, 0, 4), OPEN(1),
      WRITE(MAIN, 0x122, LEFT, 0, 4, 99), OPEN(0)},
     {FETCHED(99)}},
    {"used by a device; used by a handler's end",
     {READ(MAIN, 0x110, WORD, 0, 4), CHANGE, READ(MAIN, 0x120, WORD, 0, 4), DEVICE(MAIN, 0x122),
      ARRIVE(UART), READ(UART, 0x110, WORD, 0, 4), ENTER(TICK),
      WRITE(TICK, 0x210, WORD, 0, 4, 7), LEAVE(TICK), READ(UART, 0x120, WORD, 0, 4),
      LEAVE(UART), OPEN(0)}, /* what main read is used already */
     {FETCHED(99), FETCHED(7)}},
    {"the context stores something between the two",
     {READ(MAIN, 0x110, WORD, 0, 4), WRITE(MAIN, 0x112, LEFT, 0, 4, 1), CHANGE, OPEN(0),
      READ(MAIN, 0x120, WORD, 0, 4), WRITE(MAIN, 0x122, LEFT, 0, 4, 99)},
     {{0}}},
    {"a loop that waits: it reads a third time before it stores anything",
     {READ(MAIN, 0x110, WORD, 0, 4), CHANGE, READ(MAIN, 0x120, WORD, 0, 4), OPEN(1),
      READ(MAIN, 0x110, WORD, 0, 4), OPEN(0), WRITE(MAIN, 0x122, LEFT, 0, 4, 99)},
     {{0}}},
    {"a poll: the same instruction again",
     {READ(MAIN, 0x110, WORD, 0, 4), CHANGE, READ(MAIN, 0x110, WORD, 0, 4), OPEN(0),
      WRITE(MAIN, 0x122, LEFT, 0, 4, 99)},
     {{0}}},
    {"a condition that the compiler made twice: ahead of the loop and in it",
     {READ(MAIN, 0x110, WORD, 0, 4), CHANGE, READ(MAIN, 0x118, WORD, 0, 4), OPEN(0),
      WRITE(MAIN, 0x122, LEFT, 0, 4, 99)},
     {{0}}},
    {"the two halves of one variable are read once each",
     {READ(MAIN, 0x110, WIDE, 0, 4), ENTER(TICK), STRD(TICK, 0x210, WIDE, 1), LEAVE(TICK),
      READ(MAIN, 0x112, WIDE, 4, 4), WRITE(MAIN, 0x122, LEFT, 0, 4, 99), OPEN(0)},
     {{0}}},
    {"the first value was used before the second was read",
     {READ(MAIN, 0x110, WORD, 0, 4), CHANGE, WRITE(MAIN, 0x112, LEFT, 0, 4, 10), OPEN(0),
      READ(MAIN, 0x120, WORD, 0, 4), WRITE(MAIN, 0x122, RIGHT, 0, 4, 99)},
     {{0}}},
    {"in two functions, or in two sections",
     {READ(MAIN, 0x110, WORD, 0, 4), CHANGE, READ(MAIN, 0x420, WORD, 0, 4), OPEN(0),
      WRITE(MAIN, 0x122, LEFT, 0, 4, 99), READ(MAIN, 0x110, WORD, 0, 4), ENTER(TICK),
      WRITE(TICK, 0x210, WORD, 0, 4, 7), LEAVE(TICK), OPEN(1), DISABLE(MAIN, 0x112, 0), OPEN(0),
      READ(MAIN, 0x120, WORD, 0, 4), WRITE(MAIN, 0x122, LEFT, 0, 4, 99)},
     {{0}}},
    {"nothing changed; or the context wrote it itself",
     {READ(MAIN, 0x110, WORD, 0, 4), ENTER(TICK), WRITE(TICK, 0x210, WORD, 0, 4, 10), OPEN(0),
      LEAVE(TICK), WRITE(MAIN, 0x112, WORD, 0, 4, 1), CHANGE, OPEN(0),
      READ(MAIN, 0x120, WORD, 0, 4), WRITE(MAIN, 0x122, LEFT, 0, 4, 99)},
     {{0}}},
    {"atomic variables and exclusive accesses are read as often as is meant",
     {READ(MAIN, 0x110, COUNT, 0, 4), ENTER(TICK), WRITE(TICK, 0x210, COUNT, 0, 4, 9),
      LEAVE(TICK), READ(MAIN, 0x120, COUNT, 0, 4), WRITE(MAIN, 0x122, LEFT, 0, 4, 99),
      LDREX(MAIN, 0x110, WORD), CHANGE, OPEN(0)},
     {{0}}},
    {"not used within the horizon",
     {READ(MAIN, 0x110, WORD, 0, 4), CHANGE, READ(MAIN, 0x120, WORD, 0, 4), OPEN(1),
      IDLE(STORY_HORIZON), SPILL(MAIN, 0x122), OPEN(0)},
     {{0}}},
};

Test(double_fetch, stories) {
  story_check(&double_fetch_detector, STORIES, sizeof STORIES / sizeof STORIES[0]);
}

Test(double_fetch, random_stories) {
  story_check_random(&double_fetch_detector, 7, 100);
}
