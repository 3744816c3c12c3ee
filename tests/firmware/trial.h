/* What was found in one image, judged by what its scenario expects: both ways. */
#ifndef TORNWORD_TESTS_FIRMWARE_TRIAL_H
#define TORNWORD_TESTS_FIRMWARE_TRIAL_H

#include "sim/explore/scenario.h"
#include "tests/firmware/comments.h"

/* One image of one program, and what was found in it. */
struct trial {
  const struct scenario_program *program;
  const struct comments *comments; /* NULL: the source does not speak of this trial */
  enum core core;
  enum optimisation optimisation;
  char name[128]; /* for messages */
  struct image *image;
  struct check check;
};

/* Each row that applies to the trial is found; `where` it stands, for messages. */
void nothing_is_missing(const struct trial *trial, const struct expectation *rows, size_t count,
                        const char *where);

/* Each finding above a note is expected, by scenario and comments. */
void nothing_is_unexpected(const struct trial *trial);

#endif
