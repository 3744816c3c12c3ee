/* Makes a new stimulus of old ones, stream by stream: what is changed in one input
 * or in the interrupts leaves the other inputs as they were. */
#ifndef TORNWORD_SIM_FUZZ_MUTATE_H
#define TORNWORD_SIM_FUZZ_MUTATE_H

#include "sim/fuzz/corpus.h"
#include "sim/fuzz/dictionary.h"
#include "sim/fuzz/random.h"
#include "sim/machine/stimulus.h"

/* What mutations draw from. */
struct mutator {
  const struct dictionary *dictionary;
  const uint32_t *inputs; /* registers that take input */
  size_t input_count;
};

/* A child of one entry of `corpus` (which has at least one), as a file. */
void mutate(const struct mutator *mutator, const struct corpus *corpus, struct random *random,
            struct stimulus_writer *child);

#endif
