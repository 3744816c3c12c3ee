#include <criterion/criterion.h>

#include "tests/detectors/story.h"

#define BEGIN(who_, number_) HAPPENS(EVENT_REGION, who_, 0x100, 0x100, number_, 0)
#define END(who_, number_) HAPPENS(EVENT_REGION_END, who_, 0x1f0, 0x100, number_, 0)
#define SEEN(leaf_, victim_, intruder_, value_) \
  { FINDING_NON_SERIALISABLE, leaf_, victim_, intruder_, value_, false }

static const struct story STORIES[] = {
    {"read-write-read: two reads differ",
     {BEGIN(MAIN, 0), READ(MAIN, 0x110, WORD, 0, 4), ENTER(TICK),
      WRITE(TICK, 0x210, WORD, 0, 4, 99), OPEN(1), LEAVE(TICK), READ(MAIN, 0x120, WORD, 0, 4),
      OPEN(1), END(MAIN, 0), OPEN(0)},
     {SEEN(WORD, 0x110, 0x210, 99)}},
    {"write-read-write: the handler sees what was not meant to be seen",
     {BEGIN(MAIN, 0), WRITE(MAIN, 0x110, WORD, 0, 4, 1), ENTER(TICK),
      READ(TICK, 0x210, WORD, 0, 4), LEAVE(TICK), WRITE(MAIN, 0x120, WORD, 0, 4, 2),
      END(MAIN, 0)},
     {SEEN(WORD, 0x110, 0x210, 1)}},
    {"read-write-write: an update is lost",
     {BEGIN(MAIN, 0), READ(MAIN, 0x110, WORD, 0, 4), ENTER(TICK),
      WRITE(TICK, 0x210, WORD, 0, 4, 99), LEAVE(TICK), WRITE(MAIN, 0x120, WORD, 0, 4, 11),
      END(MAIN, 0)},
     {SEEN(WORD, 0x110, 0x210, 99)}},
    {"write-write-read: the region reads another value than it wrote",
     {BEGIN(MAIN, 0), WRITE(MAIN, 0x110, WORD, 0, 4, 1), ENTER(TICK),
      WRITE(TICK, 0x210, WORD, 0, 4, 99), LEAVE(TICK), READ(MAIN, 0x120, WORD, 0, 4),
      END(MAIN, 0)},
     {SEEN(WORD, 0x110, 0x210, 99)}},
    {"two variables: one is written ahead of the handler, the other behind it",
     {BEGIN(MAIN, 0), WRITE(MAIN, 0x110, LEFT, 0, 4, 7), ENTER(TICK),
      READ(TICK, 0x210, LEFT, 0, 4), READ(TICK, 0x214, RIGHT, 0, 4), LEAVE(TICK),
      WRITE(MAIN, 0x120, RIGHT, 0, 4, 8), END(MAIN, 0)},
     {SEEN(LEFT, 0x110, 0x210, 7)}},
    {"a region of a handler, in which a more urgent one comes",
     {ARRIVE(UART), BEGIN(UART, 1), READ(UART, 0x110, WORD, 0, 4), ENTER(TICK),
      WRITE(TICK, 0x210, WORD, 0, 4, 99), LEAVE(TICK), READ(UART, 0x120, WORD, 0, 4),
      END(UART, 1), LEAVE(UART)},
     {SEEN(WORD, 0x110, 0x210, 99)}},
    {"conflicts on one side only: the order is serial",
     {BEGIN(MAIN, 0), READ(MAIN, 0x110, WORD, 0, 4), ENTER(TICK),
      WRITE(TICK, 0x210, WORD, 0, 4, 99), OPEN(1), LEAVE(TICK), END(MAIN, 0), OPEN(0),
      BEGIN(MAIN, 0), ENTER(TICK), WRITE(TICK, 0x210, WORD, 0, 4, 7), OPEN(0), LEAVE(TICK),
      READ(MAIN, 0x120, WORD, 0, 4), END(MAIN, 0)},
     {{0}}},
    {"both only read; or they use different variables",
     {BEGIN(MAIN, 0), READ(MAIN, 0x110, WORD, 0, 4), ENTER(TICK), READ(TICK, 0x210, WORD, 0, 4),
      WRITE(TICK, 0x214, FLAG, 0, 4, 1), OPEN(0), LEAVE(TICK), READ(MAIN, 0x120, WORD, 0, 4),
      END(MAIN, 0)},
     {{0}}},
    {"no region is open",
     {READ(MAIN, 0x110, WORD, 0, 4), ENTER(TICK), WRITE(TICK, 0x210, WORD, 0, 4, 99), OPEN(0),
      LEAVE(TICK), READ(MAIN, 0x120, WORD, 0, 4)},
     {{0}}},
    {"the region is not over within the horizon; its handler ends without it",
     {BEGIN(MAIN, 0), READ(MAIN, 0x110, WORD, 0, 4), ENTER(TICK),
      WRITE(TICK, 0x210, WORD, 0, 4, 99), OPEN(1), LEAVE(TICK), READ(MAIN, 0x120, WORD, 0, 4),
      IDLE(STORY_HORIZON), SPILL(MAIN, 0x130), OPEN(0), END(MAIN, 0), ARRIVE(UART),
      BEGIN(UART, 1), READ(UART, 0x110, WORD, 0, 4), LEAVE(UART), SPILL(MAIN, 0x132)},
     {{0}}},
};

Test(non_serialisable, stories) {
  story_check(&non_serialisable_detector, STORIES, sizeof STORIES / sizeof STORIES[0]);
}
