/* What a run shows of a program without debug information: where functions begin,
 * by the calls and exception entries that it makes (and the vector table), and how
 * large data are, by its accesses once interrupts are enabled (sizes.h).
 *
 * All follows from image and options, so that a replay finds the same. */
#ifndef TORNWORD_SIM_EXPLORE_SURVEY_H
#define TORNWORD_SIM_EXPLORE_SURVEY_H

#include "sim/explore/explorer.h"

/* Runs the spine; image_learn takes what it found. False if it cannot be run. */
bool survey_run(const struct image *image, const struct explorer_options *options,
                struct discovery *discovery, struct error *error);
void survey_free(struct discovery *discovery);

#endif
