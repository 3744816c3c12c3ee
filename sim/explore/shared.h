/* Variables that thread mode and a handler both use in the run as it is: what a
 * report can show where nothing was found. */
#ifndef TORNWORD_SIM_EXPLORE_SHARED_H
#define TORNWORD_SIM_EXPLORE_SHARED_H

#include "sim/explore/explorer.h"

struct shared_leaf {
  uint32_t leaf;
  uint16_t exception; /* whose handler uses it, the first that did */
  uint64_t boundary;  /* of thread mode's access nearest ahead of the handler's first */
};

/* Typed leaves that both use and one of them writes, by boundary; at most `most`
 * are written to `list`. Returns how many. 0 too if the image cannot be run. */
size_t explorer_shared(const struct image *image, const struct explorer_options *options,
                       struct shared_leaf *list, size_t most);

#endif
