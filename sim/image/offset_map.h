/* From the place of a DWARF entry to an index: an open-addressing hash map.
 *
 * Only ever looked up, never walked, so its order reaches no output. */
#ifndef TORNWORD_SIM_IMAGE_OFFSET_MAP_H
#define TORNWORD_SIM_IMAGE_OFFSET_MAP_H

#include <stddef.h>
#include <stdint.h>

#define OFFSET_MAP_NONE UINT32_MAX

struct offset_map {
  struct offset_slot *slots;
  size_t slot_count; /* a power of two, or 0 */
  size_t used;
};

/* Adds a key that is not there yet, or replaces its value. */
void offset_map_set(struct offset_map *map, uintptr_t key, uint32_t value);
/* OFFSET_MAP_NONE where the key is unknown. */
uint32_t offset_map_get(const struct offset_map *map, uintptr_t key);
void offset_map_fini(struct offset_map *map);

#endif
