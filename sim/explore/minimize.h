/* The simplest schedule that shows the same finding. */
#ifndef TORNWORD_SIM_EXPLORE_MINIMIZE_H
#define TORNWORD_SIM_EXPLORE_MINIMIZE_H

#include "sim/explore/explorer.h"

/* Of the schedules that show a finding with the id and outcome of `finding`, the
 * one with the fewest interrupts, then the earliest place, then the shortest run
 * from there to the finding's last access. `finding` is one that a replay of its
 * schedule showed; that schedule itself is the worst answer. False only if the
 * image cannot be run. */
bool minimize_schedule(const struct image *image, const struct explorer_options *options,
                       const struct finding *finding, struct schedule *simplest,
                       struct error *error);

#endif
