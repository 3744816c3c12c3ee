#include <criterion/criterion.h>

#include "tests/detectors/story.h"

#define UNWRITTEN(leaf_, pc_, value_) \
  { FINDING_UNINITIALISED_READ, leaf_, pc_, pc_, value_, false }

static const struct story STORIES[] = {
    {"nobody wrote it; each leaf is said once",
     {ENTER(TICK), READ(TICK, 0x210, WORD, 0, 4), READ(TICK, 0x212, WORD, 0, 4),
      READ(TICK, 0x214, UNTYPED, 0, 4), LEAVE(TICK)},
     {UNWRITTEN(WORD, 0x210, 10), UNWRITTEN(UNTYPED, 0x214, 0)}},
    {"written, by whomever",
     {WRITE(MAIN, 0x110, WORD, 0, 4, 0), ENTER(TICK), READ(TICK, 0x210, WORD, 0, 4),
      WRITE(TICK, 0x212, LEFT, 0, 4, 1), READ(TICK, 0x214, LEFT, 0, 4), LEAVE(TICK)},
     {{0}}},
    {"half of it was written",
     {WRITE(MAIN, 0x110, WIDE, 0, 4, 0), ENTER(TICK), READ(TICK, 0x210, WIDE, 0, 4),
      READ(TICK, 0x212, WIDE, 4, 4), LEAVE(TICK)},
     {UNWRITTEN(WIDE, 0x212, 0x1111111100000000)}},
    {"thread mode may look at what it likes", {READ(MAIN, 0x110, WORD, 0, 4)}, {{0}}},
    {"the image put it there, or it is too large to be judged",
     {ENTER(TICK), READ(TICK, 0x210, COUNT, 0, 4), READ(TICK, 0x212, HUGE_LEAF, 0, 4),
      LEAVE(TICK)},
     {{0}}},
};

Test(uninitialised_read, stories) {
  story_check(&uninitialised_read_detector, STORIES, sizeof STORIES / sizeof STORIES[0]);
}

Test(uninitialised_read, random_stories) {
  story_check_random(&uninitialised_read_detector, 7, 100);
}
