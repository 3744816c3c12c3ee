#include <criterion/criterion.h>

#include "tests/detectors/story.h"

#define SPLIT(victim_, intruder_, value_) \
  { FINDING_SPLIT_SECTION, WORD, victim_, intruder_, value_, false }

static const struct story STORIES[] = {
    {"CPSIE inside CPSIE",
     {DISABLE(MAIN, 0x110, 0), READ(MAIN, 0x112, WORD, 0, 4), DISABLE(MAIN, 0x130, 1),
      ENABLE(MAIN, 0x132, 1), ENTER(TICK), WRITE(TICK, 0x210, WORD, 0, 4, 12), OPEN(1),
      LEAVE(TICK), WRITE(MAIN, 0x114, WORD, 0, 4, 11), OPEN(1), ENABLE(MAIN, 0x116, 0),
      OPEN(0)},
     {SPLIT(0x112, 0x210, 11)}},
    {"the inner section puts back what it found",
     {DISABLE(MAIN, 0x110, 0), READ(MAIN, 0x112, WORD, 0, 4), DISABLE(MAIN, 0x130, 1),
      PRIMASK_TO(MAIN, 0x132, 1, 1), WRITE(MAIN, 0x114, WORD, 0, 4, 11), ENABLE(MAIN, 0x116, 1),
      ENTER(TICK), WRITE(TICK, 0x210, WORD, 0, 4, 12), OPEN(0), LEAVE(TICK),
      READ(MAIN, 0x120, WORD, 0, 4), ENABLE(MAIN, 0x122, 0)},
     {{0}}},
    {"two sections, one after the other",
     {DISABLE(MAIN, 0x110, 0), READ(MAIN, 0x112, WORD, 0, 4), ENABLE(MAIN, 0x114, 1),
      ENTER(TICK), WRITE(TICK, 0x210, WORD, 0, 4, 12), OPEN(0), LEAVE(TICK),
      DISABLE(MAIN, 0x120, 0), WRITE(MAIN, 0x122, WORD, 0, 4, 11), ENABLE(MAIN, 0x124, 1)},
     {{0}}},
    {"opened early, but the section was done with the variable",
     {DISABLE(MAIN, 0x110, 0), READ(MAIN, 0x112, WORD, 0, 4), DISABLE(MAIN, 0x130, 1),
      ENABLE(MAIN, 0x132, 1), ENTER(TICK), WRITE(TICK, 0x210, WORD, 0, 4, 12), LEAVE(TICK),
      OPEN(1), ENABLE(MAIN, 0x116, 0), OPEN(0)},
     {{0}}},
    {"the handler works on something else",
     {DISABLE(MAIN, 0x110, 0), READ(MAIN, 0x112, WORD, 0, 4), DISABLE(MAIN, 0x130, 1),
      ENABLE(MAIN, 0x132, 1), ENTER(TICK), WRITE(TICK, 0x210, LEFT, 0, 4, 12), OPEN(0),
      LEAVE(TICK), WRITE(MAIN, 0x114, WORD, 0, 4, 11), ENABLE(MAIN, 0x116, 0)},
     {{0}}},
    {"BASEPRI is lowered on the way",
     {BASEPRI_TO(MAIN, 0x110, 0x40, 0), READ(MAIN, 0x112, WORD, 0, 4),
      BASEPRI_TO(MAIN, 0x114, 0x80, 0x40), ENTER(TICK), WRITE(TICK, 0x210, WORD, 0, 4, 12),
      LEAVE(TICK), OPEN(1), WRITE(MAIN, 0x116, WORD, 0, 4, 11),
      BASEPRI_TO(MAIN, 0x118, 0, 0x80), OPEN(0)},
     {SPLIT(0x112, 0x210, 11)}},
    {"BASEPRI is raised on the way",
     {BASEPRI_TO(MAIN, 0x110, 0x80, 0), READ(MAIN, 0x112, WORD, 0, 4),
      BASEPRI_TO(MAIN, 0x114, 0x40, 0x80), ENTER(TICK), WRITE(TICK, 0x210, WORD, 0, 4, 12),
      OPEN(0), LEAVE(TICK), WRITE(MAIN, 0x116, WORD, 0, 4, 11),
      BASEPRI_TO(MAIN, 0x118, 0, 0x40)},
     {{0}}},
    {"a priority is raised on the way",
     {BASEPRI_TO(MAIN, 0x110, 0x40, 0), READ(MAIN, 0x112, WORD, 0, 4),
      HAPPENS(EVENT_PRIORITY, MAIN, 0x114, TICK, 0x20, 0x80), ENTER(TICK),
      WRITE(TICK, 0x210, WORD, 0, 4, 12), LEAVE(TICK), WRITE(MAIN, 0x116, WORD, 0, 4, 11),
      BASEPRI_TO(MAIN, 0x118, 0, 0x40)},
     {SPLIT(0x112, 0x210, 11)}},
    {"the end never comes, or not before the horizon",
     {DISABLE(MAIN, 0x110, 0), READ(MAIN, 0x112, WORD, 0, 4), DISABLE(MAIN, 0x130, 1),
      ENABLE(MAIN, 0x132, 1), ENTER(TICK), WRITE(TICK, 0x210, WORD, 0, 4, 12), LEAVE(TICK),
      WRITE(MAIN, 0x114, WORD, 0, 4, 11), OPEN(1), IDLE(STORY_HORIZON),
      READ(MAIN, 0x116, LEFT, 0, 4), OPEN(0)},
     {{0}}},
};

Test(split_section, stories) {
  story_check(&split_section_detector, STORIES, sizeof STORIES / sizeof STORIES[0]);
}

Test(split_section, random_stories) {
  story_check_random(&split_section_detector, 7, 100);
}
