/* Where a report goes: stdout, or a file that appears whole or not at all. */
#ifndef TORNWORD_REPORT_OUTPUT_H
#define TORNWORD_REPORT_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "sim/error.h"

struct output {
  FILE *stream;     /* write here */
  const char *path; /* NULL: stdout; borrowed */
  char *temporary;  /* beside the path, renamed at the end */
};

/* A NULL path is stdout. */
bool output_open(struct output *output, const char *path, struct error *error);

/* Finishes: the file appears under its name. On failure nothing is left. */
bool output_close(struct output *output, struct error *error);

/* Gives up: a file that was there before is untouched. */
void output_discard(struct output *output);

#endif
