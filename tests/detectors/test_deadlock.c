#include <criterion/criterion.h>

#include "tests/detectors/story.h"

#define SPINS(who_, pc_, others_) HAPPENS(EVENT_SPIN, who_, pc_, 0, others_, 0)

static const struct story STORIES[] = {
    {"a handler waits for what main holds, whoever else may come",
     {WRITE(MAIN, 0x110, WORD, 0, 4, 1), ENTER(TICK), READ(TICK, 0x210, WORD, 0, 4),
      READ(TICK, 0x210, WORD, 0, 4), SPINS(TICK, 0x212, 1)},
     {{FINDING_DEADLOCK, WORD, 0x110, 0x210, 1, false}}},
    {"a nested handler waits for what the one below it holds",
     {ENTER(TICK), WRITE(TICK, 0x210, WORD, 0, 4, 1), ENTER(UART),
      READ(UART, 0x310, WORD, 0, 4), SPINS(UART, 0x312, 1)},
     {{FINDING_DEADLOCK, WORD, 0x210, 0x310, 1, false}}},
    {"it was given back and another holds it, who is done",
     {WRITE(MAIN, 0x110, WORD, 0, 4, 1), ENTER(TICK), WRITE(TICK, 0x210, WORD, 0, 4, 2),
      LEAVE(TICK), ENTER(UART), READ(UART, 0x310, WORD, 0, 4), SPINS(UART, 0x312, 1)},
     {{0}}},
    {"nobody can come to end it",
     {ENTER(TICK), READ(TICK, 0x210, WORD, 0, 4), SPINS(TICK, 0x212, 0)},
     {{FINDING_DEADLOCK, WORD, 0x210, 0x210, 10, false}}},
    {"a more urgent handler may",
     {ENTER(TICK), READ(TICK, 0x210, WORD, 0, 4), SPINS(TICK, 0x212, 1)},
     {{0}}},
    {"a loop that reads nothing stands still on purpose",
     {WRITE(MAIN, 0x110, WORD, 0, 4, 1), ENTER(TICK), SPINS(TICK, 0x212, 0)},
     {{0}}},
    {"what was read long ago is not waited for",
     {WRITE(MAIN, 0x110, WORD, 0, 4, 1), ENTER(TICK), READ(TICK, 0x210, WORD, 0, 4), IDLE(100),
      SPINS(TICK, 0x212, 0)},
     {{0}}},
};

Test(deadlock, stories) {
  story_check(&deadlock_detector, STORIES, sizeof STORIES / sizeof STORIES[0]);
}

Test(deadlock, random_stories) {
  story_check_random(&deadlock_detector, 7, 100);
}
