/* Variables that two contexts use in the run as it is, one of which can preempt the
 * other: what a report can show where nothing was found. */
#ifndef TORNWORD_SIM_EXPLORE_SHARED_H
#define TORNWORD_SIM_EXPLORE_SHARED_H

#include "sim/explore/explorer.h"

struct machine;

struct shared_leaf {
  uint32_t leaf;
  uint16_t exception; /* the more urgent of the two */
  uint64_t boundary;  /* of an access of the other, near where they met */
};

/* Whether any interrupt is enabled: what start-up code touches before is its own. */
bool shared_can_be(const struct machine *machine);

/* Typed leaves that both use and one of them writes, once interrupts are enabled, by
 * boundary; at most `most` are written to `list`. Returns how many. 0 too if the image cannot
 * be run. */
size_t explorer_shared(const struct image *image, const struct explorer_options *options,
                       struct shared_leaf *list, size_t most);

#endif
