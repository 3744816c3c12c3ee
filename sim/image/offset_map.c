#include "sim/image/offset_map.h"

#include <stdlib.h>

#include "sim/error.h"

struct offset_slot {
  uintptr_t key; /* 0: free */
  uint32_t value;
};

static struct offset_slot *slot_of(const struct offset_map *map, uintptr_t key) {
  size_t at = (size_t)(((uint64_t)key * 0x9e3779b97f4a7c15U) >> 32);
  for (;; at++) {
    struct offset_slot *slot = &map->slots[at & (map->slot_count - 1)];
    if (slot->key == key || slot->key == 0) {
      return slot;
    }
  }
}

static void map_grow(struct offset_map *map) {
  struct offset_map grown = {.slot_count = map->slot_count > 0 ? 2 * map->slot_count : 256};
  grown.slots = allocate(grown.slot_count, sizeof *grown.slots);
  for (size_t i = 0; i < map->slot_count; i++) {
    if (map->slots[i].key != 0) {
      *slot_of(&grown, map->slots[i].key) = map->slots[i];
    }
  }
  grown.used = map->used;
  free(map->slots);
  *map = grown;
}

void offset_map_set(struct offset_map *map, uintptr_t key, uint32_t value) {
  if (2 * (map->used + 1) > map->slot_count) {
    map_grow(map);
  }
  struct offset_slot *slot = slot_of(map, key);
  map->used += slot->key == 0;
  *slot = (struct offset_slot){key, value};
}

uint32_t offset_map_get(const struct offset_map *map, uintptr_t key) {
  if (map->slot_count == 0) {
    return OFFSET_MAP_NONE;
  }
  const struct offset_slot *slot = slot_of(map, key);
  return slot->key == key ? slot->value : OFFSET_MAP_NONE;
}

void offset_map_fini(struct offset_map *map) {
  free(map->slots);
  *map = (struct offset_map){0};
}
