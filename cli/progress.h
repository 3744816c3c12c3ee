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
  double entered[PHASE_COUNT]; /* 0: never */
  double ended;                /* the check */
  bool drawn;
};

void progress_start(struct progress *progress, bool quiet);

/* explorer_options.progress, with a struct progress as its argument. */
void progress_tell(void *argument, const struct explorer_progress *progress);

/* explorer_options.phase, with the same argument. */
void progress_phase(void *argument, enum check_phase phase);

/* The check is over: wipes the line. */
void progress_stop(struct progress *progress);

/* --stats: how much work it was and where the time went, on stderr. */
void progress_stats(const struct progress *progress, const struct certificate *certificate);

#endif
