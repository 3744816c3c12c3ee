/* States that were seen: a set of hashes.
 *
 * Two runs that come to the same state go on alike, so that only one of them
 * needs its places decided. */
#ifndef TORNWORD_SIM_EXPLORE_SEEN_H
#define TORNWORD_SIM_EXPLORE_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seen {
  uint64_t *slots; /* open addressing; 0: free */
  size_t count, capacity;
};

void seen_free(struct seen *seen);
void seen_clear(struct seen *seen);
void seen_add(struct seen *seen, uint64_t hash);
bool seen_has(const struct seen *seen, uint64_t hash);

#endif
