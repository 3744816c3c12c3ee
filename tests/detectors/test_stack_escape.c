#include <criterion/criterion.h>

#include "tests/detectors/story.h"

#define TOUCHES(who_, pc_) HAPPENS(EVENT_STACK_WRITE, who_, pc_, 0x2000ffe0, 1, 0)

static const struct story STORIES[] = {
    {"a handler writes, and reads, its victim's frame; each instruction once an activation",
     {ENTER(TICK), TOUCHES(TICK, 0x210), TOUCHES(TICK, 0x210),
      HAPPENS(EVENT_STACK_READ, TICK, 0x220, 0x2000ffe0, 1, 0), LEAVE(TICK), ENTER(TICK),
      TOUCHES(TICK, 0x210)},
     {{FINDING_STACK_ESCAPE, LEAF_NONE, 0x210, 0x210, 1, false},
      {FINDING_STACK_ESCAPE, LEAF_NONE, 0x220, 0x220, 1, false},
      {FINDING_STACK_ESCAPE, LEAF_NONE, 0x210, 0x210, 1, false}}},
    {"the handlers of faults look at stacks on purpose", {ENTER(3), TOUCHES(3, 0x210)}, {{0}}},
};

Test(stack_escape, stories) {
  story_check(&stack_escape_detector, STORIES, sizeof STORIES / sizeof STORIES[0]);
}

Test(stack_escape, random_stories) {
  story_check_random(&stack_escape_detector, 7, 100);
}
