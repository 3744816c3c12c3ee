#include <criterion/criterion.h>

#include "tests/detectors/story.h"

static const struct story STORIES[] = {
    {"below the limit",
     {HAPPENS(EVENT_STACK_LOW, MAIN, 0x110, 0x20000ff8, 0x20001000, 0)},
     {{FINDING_STACK_OVERFLOW, LEAF_NONE, 0x110, 0x110, 0, false}}},
    {"a push is no overflow", {SPILL(MAIN, 0x110)}, {{0}}},
};

Test(stack_overflow, stories) {
  story_check(&stack_overflow_detector, STORIES, sizeof STORIES / sizeof STORIES[0]);
}

Test(stack_overflow, random_stories) {
  story_check_random(&stack_overflow_detector, 7, 100);
}
