#include "sim/explore/seen.h"

#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

enum { FIRST_CAPACITY = 1024 };

void seen_free(struct seen *seen) {
  free(seen->slots);
  *seen = (struct seen){0};
}

void seen_clear(struct seen *seen) {
  if (seen->count > 0) {
    memset(seen->slots, 0, seen->capacity * sizeof *seen->slots);
  }
  seen->count = 0;
}

/* The slot that holds the hash, or where it belongs. */
static size_t slot_of(const struct seen *seen, uint64_t hash) {
  size_t at = (size_t)hash & (seen->capacity - 1);
  while (seen->slots[at] != 0 && seen->slots[at] != hash) {
    at = (at + 1) & (seen->capacity - 1);
  }
  return at;
}

static void grow(struct seen *seen) {
  struct seen old = *seen;
  seen->capacity = old.capacity > 0 ? old.capacity * 2 : FIRST_CAPACITY;
  seen->slots = allocate(seen->capacity, sizeof *seen->slots);
  for (size_t i = 0; i < old.capacity; i++) {
    if (old.slots[i] != 0) {
      seen->slots[slot_of(seen, old.slots[i])] = old.slots[i];
    }
  }
  free(old.slots);
}

void seen_add(struct seen *seen, uint64_t hash) {
  uint64_t key = hash != 0 ? hash : 1;
  if (seen->count * 2 >= seen->capacity) {
    grow(seen);
  }
  size_t at = slot_of(seen, key);
  seen->count += seen->slots[at] == 0;
  seen->slots[at] = key;
}

bool seen_has(const struct seen *seen, uint64_t hash) {
  uint64_t key = hash != 0 ? hash : 1;
  return seen->count > 0 && seen->slots[slot_of(seen, key)] == key;
}
