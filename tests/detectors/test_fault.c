#include <criterion/criterion.h>

#include "tests/detectors/story.h"

#define FAULTS(who_, pc_) HAPPENS(EVENT_FAULT, who_, pc_, 0x40, 5, 0)

static const struct story STORIES[] = {
    {"a handler that is tail-chained: what comes behind it is looked at",
     {ENTER(TICK),
      {.kind = EVENT_RETURN, .who = TICK, .flags = EVENT_TAIL},
      OPEN(1),
      CHAIN(UART),
      LEAVE(UART),
      OPEN(1),
      FAULTS(MAIN, 0x114),
      OPEN(1),
      IDLE(60),
      SPILL(MAIN, 0x120),
      OPEN(0)},
     {{FINDING_FAULT, LEAF_NONE, 0x114, 0x114, 0, false}}},
    {"a fault on its own",
     {READ(MAIN, 0x110, WORD, 0, 4), FAULTS(MAIN, 0x112)},
     {{FINDING_FAULT, LEAF_NONE, 0x112, 0x112, 0, false}}},
    {"checked, withdrawn, used",
     {READ(MAIN, 0x110, WORD, 0, 4), ENTER(TICK), WRITE(TICK, 0x210, WORD, 0, 4, 0), OPEN(1),
      LEAVE(TICK), READ(MAIN, 0x112, WORD, 0, 4), FAULTS(MAIN, 0x114), OPEN(1)},
     {{FINDING_FAULT, WORD, 0x110, 0x210, 0, false}}},
    {"written, overwritten, used",
     {WRITE(MAIN, 0x110, WORD, 0, 4, 7), ENTER(TICK), WRITE(TICK, 0x210, WORD, 0, 4, 0),
      LEAVE(TICK), FAULTS(MAIN, 0x114)},
     {{FINDING_FAULT, WORD, 0x110, 0x210, 0, false}}},
    {"the handler's own fault is not the victim's",
     {READ(MAIN, 0x110, WORD, 0, 4), ENTER(TICK), WRITE(TICK, 0x210, WORD, 0, 4, 0),
      FAULTS(TICK, 0x212), LEAVE(TICK)},
     {{FINDING_FAULT, LEAF_NONE, 0x212, 0x212, 0, false}}},
    {"a write that changes nothing, and a leaf that main did not touch, are no cause",
     {READ(MAIN, 0x110, WORD, 0, 4), ENTER(TICK), WRITE(TICK, 0x210, WORD, 0, 4, 10),
      WRITE(TICK, 0x212, LEFT, 0, 4, 9), OPEN(0), LEAVE(TICK), FAULTS(MAIN, 0x114)},
     {{FINDING_FAULT, LEAF_NONE, 0x114, 0x114, 0, false}}},
    {"looked at for a while only, but still named",
     {READ(MAIN, 0x110, WORD, 0, 4), ENTER(TICK), WRITE(TICK, 0x210, WORD, 0, 4, 0),
      LEAVE(TICK), OPEN(1), IDLE(60), READ(MAIN, 0x112, LEFT, 0, 4), OPEN(0),
      FAULTS(MAIN, 0x114)},
     {{FINDING_FAULT, WORD, 0x110, 0x210, 0, false}}},
    {"too long ago",
     {READ(MAIN, 0x110, WORD, 0, 4), ENTER(TICK), WRITE(TICK, 0x210, WORD, 0, 4, 0),
      LEAVE(TICK), IDLE(STORY_HORIZON), FAULTS(MAIN, 0x114)},
     {{FINDING_FAULT, LEAF_NONE, 0x114, 0x114, 0, false}}},
    {"a lockup",
     {HAPPENS(EVENT_LOCKUP, MAIN, 0x110, 0, 0, 0)},
     {{FINDING_LOCKUP, LEAF_NONE, 0x110, 0x110, 0, false}}},
    {"one breakpoint is none, a loop of them is; it is said once",
     {HAPPENS(EVENT_BKPT, MAIN, 0x110, 0, 0, 0), IDLE(40),
      HAPPENS(EVENT_BKPT, MAIN, 0x110, 0, 0, 0), HAPPENS(EVENT_BKPT, MAIN, 0x120, 0, 0, 0),
      HAPPENS(EVENT_BKPT, MAIN, 0x120, 0, 0, 0), HAPPENS(EVENT_BKPT, MAIN, 0x120, 0, 0, 0),
      HAPPENS(EVENT_BKPT, MAIN, 0x120, 0, 0, 0)},
     {{FINDING_FAULT, LEAF_NONE, 0x120, 0x120, 0, false}}},
};

Test(fault, stories) {
  story_check(&fault_detector, STORIES, sizeof STORIES / sizeof STORIES[0]);
}

Test(fault, random_stories) {
  story_check_random(&fault_detector, 7, 100);
}
