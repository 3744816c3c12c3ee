/* A finding's run, one step at a time: what the last step did, source and code
 * around the next one, the bytes of the finding's variable, registers and masks.
 *
 * On a terminal, keys go forward and back; elsewhere all steps follow one another
 * as plain text. */
#ifndef TORNWORD_CLI_STEP_VIEW_H
#define TORNWORD_CLI_STEP_VIEW_H

#include "report/report.h"
#include "sim/explore/timeline.h"

struct step_options {
  uint64_t before;    /* positions shown ahead of the finding's first access */
  bool until_finding; /* plain text: end there; on a terminal: begin there */
  bool keys;          /* on a terminal */
  FILE *out;
};

/* `finding` may be NULL: the run around the schedule's place is shown. The
 * report's texts grow while it is shown. */
void step_view_run(const struct report *report, const struct finding *finding,
                   const struct schedule *schedule, struct timeline *timeline,
                   const struct step_options *options);

#endif
