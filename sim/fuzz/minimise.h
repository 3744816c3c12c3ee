/* Makes a stimulus smaller while it still shows one finding. */
#ifndef TORNWORD_SIM_FUZZ_MINIMISE_H
#define TORNWORD_SIM_FUZZ_MINIMISE_H

#include "sim/explore/judge.h"
#include "sim/machine/stimulus.h"

/* Whether the run with this stimulus shows the finding with this id. */
bool minimise_shows(struct judge *judge, const uint8_t *bytes, size_t size, const char *id);

/* Replaces the file by a smaller one that shows the finding: whole streams are left
 * out, then pieces of them, halves first, then bytes become 0. At most `most`
 * runs; returns how many it were. */
unsigned minimise(struct judge *judge, const char *id, unsigned most,
                  struct stimulus_writer *file);

#endif
