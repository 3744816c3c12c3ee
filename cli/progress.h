/* The progress line on stderr, and --stats. Only this file looks at a clock. */
#ifndef TORNWORD_CLI_PROGRESS_H
#define TORNWORD_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/explore/explorer.h"

struct progress {
  bool shown; /* stderr is a terminal and --quiet was not given */
  double start, last;
  bool drawn;
};

void progress_start(struct progress *progress, bool quiet);

/* explorer_options.progress, with a struct progress as its argument. */
void progress_tell(void *argument, const struct explorer_progress *progress);

/* Wipes the line. */
void progress_stop(struct progress *progress);

/* --stats: how much work it was, on stderr. */
void progress_stats(const struct progress *progress, const struct certificate *certificate);

#endif
