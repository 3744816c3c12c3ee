/* A judge: decides what a run with one stimulus shows, at the places where its
 * interrupts come, with the serial orders run as a check does. */
#ifndef TORNWORD_SIM_EXPLORE_JUDGE_H
#define TORNWORD_SIM_EXPLORE_JUDGE_H

#include "sim/explore/explorer.h"

struct judge;

/* Options are copied; their stimulus is not used. */
struct judge *judge_create(const struct image *image, const struct explorer_options *options,
                           struct error *error);
void judge_destroy(struct judge *judge);

/* The findings of the run with this stimulus, by severity; the judge's until the
 * next call. A kind that needs its harm shown is left out where no serial order could
 * be compared. */
const struct finding *judge_decide(struct judge *judge, const struct stimulus *stimulus,
                                   size_t *count);

/* The same as a whole check with call stacks; the caller frees it. */
void judge_explain(struct judge *judge, const struct stimulus *stimulus, struct check *check);

#endif
