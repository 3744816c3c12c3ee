/* The expectations that a firmware source states on its own lines.
 *
 *   X = A;  // expect: torn-write X, invalid-enum X [m0 O2]
 *
 * Kind, variable (none where the defect is not about data), and in brackets the cores and
 * optimisation levels for which it holds. A line that is only such a comment speaks of the next
 * line of code. */
#ifndef TORNWORD_TESTS_FIRMWARE_COMMENTS_H
#define TORNWORD_TESTS_FIRMWARE_COMMENTS_H

#include "sim/explore/scenario.h"

enum { COMMENTS = 32 };

struct comments {
  struct expectation rows[COMMENTS]; /* with kind, variable, line and the masks */
  unsigned count;
};

/* Aborts the test, naming the line, if a comment is not understood. */
void comments_read(const char *path, struct comments *comments);
void comments_free(struct comments *comments);

/* False for a program that is run so that it cannot show all that its source says:
 * without beats, or with too few interrupts. */
bool comments_apply(const struct scenario_program *program);

#endif
