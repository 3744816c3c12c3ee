#include <criterion/criterion.h>

#include "tests/detectors/story.h"

static const struct story STORIES[] = {
    {"thread mode is left out",
     {READ(MAIN, 0x110, WORD, 0, 4), WRITE(MAIN, 0x112, WORD, 0, 4, 1)},
     {{0}}},
    {"the first access of each handler to each leaf",
     {ENTER(TICK), READ(TICK, 0x210, WORD, 0, 4), WRITE(TICK, 0x212, WORD, 0, 4, 11),
      READ(TICK, 0x214, FLAG, 0, 4), ENTER(UART), READ(UART, 0x310, WORD, 0, 4), LEAVE(UART),
      LEAVE(TICK), ENTER(TICK), READ(TICK, 0x210, WORD, 0, 4), LEAVE(TICK)},
     {{FINDING_TRACE, WORD, 0x210, 0x210, 10, false},
      {FINDING_TRACE, FLAG, 0x214, 0x214, 0, false},
      {FINDING_TRACE, WORD, 0x310, 0x310, 11, false}}},
    {"stacks and devices are no leaves",
     {ENTER(TICK), SPILL(TICK, 0x210), DEVICE(TICK, 0x212), LEAVE(TICK)},
     {{0}}},
};

Test(trace, stories) {
  story_check(&trace_detector, STORIES, sizeof STORIES / sizeof STORIES[0]);
}

Test(trace, registry) {
  const struct detector *const *list;
  size_t count = detectors(&list);
  const struct detector *const *all;
  cr_expect(detectors_all(&all) == count + 1);
  cr_expect(all == list && all[count] == &trace_detector);
  for (size_t i = 0; i < count; i++) {
    cr_expect(list[i]->summary != NULL && list[i]->events != 0);
  }
}

Test(trace, random_stories) {
  story_check_random(&trace_detector, 1, 200);
}
