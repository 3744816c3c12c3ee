#include <criterion/criterion.h>

#include "tests/detectors/story.h"

#define MIXED(leaf_, victim_, intruder_, value_) \
  { FINDING_INCONSISTENT_SNAPSHOT, leaf_, victim_, intruder_, value_, false }

/* Groups of the stories have a register with WORD and FLAG; and three: a word, two halves. */
#define CLOCK 0x40000010
#define DATE 0x40000018
#define LOW 0x4000001c
#define HALF(kind_, who_, pc_, address_, value_, old_, whole_)                                \
  {                                                                                           \
    .kind = kind_, .who = who_, .pc = pc_, .leaf = LEAF_NONE, .size = 2, .address = address_, \
    .value = value_, .old = old_, .whole = whole_                                             \
  }

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
    {"two registers of a group; the writer is interrupted",
     {REGISTER_WRITE(MAIN, 0x110, DATE, 8, 1, 8), ENTER(TICK),
      REGISTER_READ(TICK, 0x210, DATE, 8), REGISTER_READ(TICK, 0x212, LOW, 2), OPEN(2),
      LEAVE(TICK), REGISTER_WRITE(MAIN, 0x112, LOW, 0x30009, 2, 0x30009), OPEN(0)},
     {MIXED(LEAF_NONE, 0x110, 0x212, 9), MIXED(LEAF_NONE, 0x110, 0x212, 3)}},
    {"the halves of one register",
     {HALF(EVENT_DEVICE_WRITE, MAIN, 0x110, LOW, 8, 0x10002, 0x10008), ENTER(TICK),
      REGISTER_READ(TICK, 0x210, LOW, 0x10008), OPEN(1), LEAVE(TICK),
      HALF(EVENT_DEVICE_WRITE, MAIN, 0x112, LOW + 2, 7, 0x10008, 0x70008), OPEN(0)},
     {MIXED(LEAF_NONE, 0x110, 0x210, 7)}},
    {"both halves by one access; and writes that the register does not take",
     {REGISTER_WRITE(MAIN, 0x110, LOW, 0x20003, 0x10002, 0x20003), ENTER(TICK),
      REGISTER_READ(TICK, 0x210, LOW, 0x20003), OPEN(0), LEAVE(TICK), IDLE(STORY_HORIZON),
      REGISTER_WRITE(MAIN, 0x110, DATE, 9, 8, 8), ENTER(TICK),
      REGISTER_READ(TICK, 0x210, DATE, 8), REGISTER_READ(TICK, 0x212, LOW, 0x20003), OPEN(0),
      LEAVE(TICK), REGISTER_WRITE(MAIN, 0x112, LOW, 4, 0x20003, 4)},
     {{0}}},
    {"a variable and a register; the reader is interrupted",
     {READ(MAIN, 0x110, WORD, 0, 4), ENTER(TICK), WRITE(TICK, 0x210, WORD, 0, 4, 11),
      REGISTER_WRITE(TICK, 0x212, CLOCK, 0, 59, 0), OPEN(1), LEAVE(TICK),
      REGISTER_READ(MAIN, 0x112, CLOCK, 0), OPEN(1), DEVICE(MAIN, 0x114), OPEN(0)},
     {MIXED(LEAF_NONE, 0x110, 0x212, 0)}},
    {"the same, the register first",
     {REGISTER_READ(MAIN, 0x110, CLOCK, 59), ENTER(TICK), WRITE(TICK, 0x210, WORD, 0, 4, 11),
      REGISTER_WRITE(TICK, 0x212, CLOCK, 0, 59, 0), OPEN(1), LEAVE(TICK),
      READ(MAIN, 0x112, WORD, 0, 4), WRITE(MAIN, 0x114, MODE, 0, 4, 1), OPEN(0)},
     {MIXED(WORD, 0x110, 0x210, 11)}},
    {"a variable and a register; the reader looks again",
     {READ(MAIN, 0x110, WORD, 0, 4), ENTER(TICK), WRITE(TICK, 0x210, WORD, 0, 4, 11),
      REGISTER_WRITE(TICK, 0x212, CLOCK, 0, 59, 0), OPEN(1), LEAVE(TICK),
      REGISTER_READ(MAIN, 0x112, CLOCK, 0), READ(MAIN, 0x110, WORD, 0, 4), OPEN(0),
      DEVICE(MAIN, 0x114)},
     {{0}}},
    {"registers of two groups, and one that is in none",
     {REGISTER_WRITE(MAIN, 0x110, DATE, 8, 1, 8), ENTER(TICK),
      REGISTER_READ(TICK, 0x210, DATE, 8), REGISTER_READ(TICK, 0x212, CLOCK, 2),
      REGISTER_READ(TICK, 0x214, 0x40000020, 2), OPEN(0), LEAVE(TICK),
      REGISTER_WRITE(MAIN, 0x112, CLOCK, 9, 2, 9),
      REGISTER_WRITE(MAIN, 0x114, 0x40000020, 9, 2, 9)},
     {{0}}},
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
