/* How much RAM a program uses of which nothing is known: neither segments (a hex
 * or raw image) nor a description of the part.
 *
 * The run itself says it. Where it accesses SRAM (0x20000000 to 0x3fffffff) behind
 * what the initial stack pointer gives, RAM is grown by blocks of 64 KiB and the run
 * begun again, so that the map is known before anything is judged: it is part of
 * the configuration, and no snapshot needs to know. What only a probe accesses
 * beyond it is a BusFault. */
#ifndef TORNWORD_SIM_EXPLORE_RAM_H
#define TORNWORD_SIM_EXPLORE_RAM_H

#include "sim/explore/explorer.h"

/* Grows options->machine's RAM as far as the run uses it; what was grown stands in
 * ram_known and ram_blocks there. False if the image cannot be run. */
bool ram_grow(const struct image *image, struct explorer_options *options, struct error *error);

#endif
