#include <criterion/criterion.h>

#include "tests/detectors/story.h"

#define MIXED(leaf_, victim_, intruder_, value_) \
  { FINDING_INCONSISTENT_SNAPSHOT, leaf_, victim_, intruder_, value_, false }

static const struct story STORIES[] = {
    {"the writer is interrupted between two members",
     {WRITE(MAIN, 0x110, LEFT, 0, 4, 8), ENTER(TICK), READ(TICK, 0x210, LEFT, 0, 4),
      READ(TICK, 0x212, RIGHT, 0, 4), OPEN(1), LEAVE(TICK), WRITE(MAIN, 0x112, RIGHT, 0, 4, 9),
      OPEN(0)},
     {MIXED(RIGHT, 0x110, 0x212, 9)}},
    {"the handler reads them the other way round",
     {WRITE(MAIN, 0x110, LEFT, 0, 4, 8), ENTER(TICK), READ(TICK, 0x210, RIGHT, 0, 4),
      READ(TICK, 0x212, LEFT, 0, 4), OPEN(1), LEAVE(TICK), WRITE(MAIN, 0x112, RIGHT, 0, 4, 9),
      OPEN(0)},
     {MIXED(RIGHT, 0x110, 0x210, 9)}},
    {"the reader is interrupted, and uses the mixture",
     {READ(MAIN, 0x110, LEFT, 0, 4), ENTER(TICK), WRITE(TICK, 0x210, LEFT, 0, 4, 8),
      WRITE(TICK, 0x212, RIGHT, 0, 4, 9), OPEN(1), LEAVE(TICK), READ(MAIN, 0x112, RIGHT, 0, 4),
      OPEN(1), WRITE(MAIN, 0x114, WORD, 0, 4, 1), OPEN(0)},
     {MIXED(RIGHT, 0x110, 0x212, 9)}},
    {"the reader reads again before it uses them",
     {READ(MAIN, 0x110, LEFT, 0, 4), ENTER(TICK), WRITE(TICK, 0x210, LEFT, 0, 4, 8),
      WRITE(TICK, 0x212, RIGHT, 0, 4, 9), LEAVE(TICK), READ(MAIN, 0x112, RIGHT, 0, 4),
      READ(MAIN, 0x110, LEFT, 0, 4), OPEN(0), WRITE(MAIN, 0x114, WORD, 0, 4, 1)},
     {{0}}},
    {"behind both writes",
     {WRITE(MAIN, 0x110, LEFT, 0, 4, 8), WRITE(MAIN, 0x112, RIGHT, 0, 4, 9), ENTER(TICK),
      READ(TICK, 0x210, LEFT, 0, 4), READ(TICK, 0x212, RIGHT, 0, 4), LEAVE(TICK),
      WRITE(MAIN, 0x420, LEFT, 0, 4, 1), OPEN(0)},
     {{0}}},
    {"the other member is written elsewhere, or with the same value",
     {WRITE(MAIN, 0x110, LEFT, 0, 4, 8), ENTER(TICK), READ(TICK, 0x210, LEFT, 0, 4),
      READ(TICK, 0x212, RIGHT, 0, 4), LEAVE(TICK), WRITE(MAIN, 0x420, RIGHT, 0, 4, 9), OPEN(0),
      WRITE(MAIN, 0x110, LEFT, 0, 4, 7), ENTER(TICK), READ(TICK, 0x210, LEFT, 0, 4),
      READ(TICK, 0x212, RIGHT, 0, 4), LEAVE(TICK), WRITE(MAIN, 0x112, RIGHT, 0, 4, 9), OPEN(0)},
     {{0}}},
    {"the next round of a loop; and another section",
     {WRITE(MAIN, 0x112, RIGHT, 0, 4, 9), ENTER(TICK), READ(TICK, 0x210, LEFT, 0, 4),
      READ(TICK, 0x212, RIGHT, 0, 4), OPEN(1), LEAVE(TICK), WRITE(MAIN, 0x110, LEFT, 0, 4, 8),
      OPEN(0), ENTER(TICK), READ(TICK, 0x210, LEFT, 0, 4), READ(TICK, 0x212, RIGHT, 0, 4),
      OPEN(1), LEAVE(TICK), DISABLE(MAIN, 0x111, 0), OPEN(0),
      WRITE(MAIN, 0x112, RIGHT, 0, 4, 7)},
     {{0}}},
    {"a first write that changes nothing: what the handler reads was there before",
     {WRITE(MAIN, 0x110, LEFT, 0, 4, 1), ENTER(TICK), READ(TICK, 0x210, LEFT, 0, 4),
      READ(TICK, 0x212, RIGHT, 0, 4), OPEN(0), LEAVE(TICK), WRITE(MAIN, 0x112, RIGHT, 0, 4, 9)},
     {{0}}},
    {"two variables of a group",
     {WRITE(MAIN, 0x110, WORD, 0, 4, 8), ENTER(TICK), READ(TICK, 0x210, WORD, 0, 4),
      READ(TICK, 0x212, FLAG, 0, 4), OPEN(1), LEAVE(TICK), WRITE(MAIN, 0x112, FLAG, 0, 4, 9),
      OPEN(0)},
     {{FINDING_INCONSISTENT_SNAPSHOT, FLAG, 0x110, 0x212, 9, false}}},
    {"a handler that reads one member only; members of two objects",
     {WRITE(MAIN, 0x110, LEFT, 0, 4, 8), ENTER(TICK), READ(TICK, 0x210, LEFT, 0, 4),
      READ(TICK, 0x212, WORD, 0, 4), OPEN(0), LEAVE(TICK), WRITE(MAIN, 0x112, RIGHT, 0, 4, 9)},
     {{0}}},
    {"never written within the horizon",
     {WRITE(MAIN, 0x110, LEFT, 0, 4, 8), ENTER(TICK), READ(TICK, 0x210, LEFT, 0, 4),
      READ(TICK, 0x212, RIGHT, 0, 4), OPEN(1), LEAVE(TICK), IDLE(STORY_HORIZON),
      SPILL(MAIN, 0x114), OPEN(0)},
     {{0}}},
};

Test(inconsistent_snapshot, stories) {
  story_check(&inconsistent_snapshot_detector, STORIES, sizeof STORIES / sizeof STORIES[0]);
}

Test(inconsistent_snapshot, random_stories) {
  story_check_random(&inconsistent_snapshot_detector, 7, 100);
}
