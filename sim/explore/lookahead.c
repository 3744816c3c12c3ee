#include "sim/explore/lookahead.h"

#include <stdlib.h>

#include "sim/error.h"
#include "sim/hot.h"

enum { SPAN_MOST = 64 /* bytes of a leaf that are looked at one by one */ };

void lookahead_free(struct lookahead *l) {
  free(l->blocks);
  *l = (struct lookahead){0};
}

void lookahead_clear(struct lookahead *l) {
  l->count = 0;
  l->changes = 0;
  l->serial = 0;
  l->bus_accesses = l->code_changes = 0;
}

SELDOM static void add_blocks(struct lookahead *l, size_t count) {
  array_reserve((void **)&l->blocks, &l->capacity, count, sizeof *l->blocks);
  while (l->count < count) {
    l->blocks[l->count++] = (struct lookahead_block){0};
  }
}

static inline struct lookahead_block *block_of(struct lookahead *l, uint64_t boundary) {
  size_t index = (size_t)(boundary / LOOKAHEAD_BLOCK);
  if (index >= l->count) {
    add_blocks(l, index + 1);
  }
  return &l->blocks[index];
}

static uint32_t hash_of(uint32_t word) {
  return word * 0x9e3779b1U;
}

static void add(uint64_t *set, uint32_t word) {
  uint32_t hash = hash_of(word);
  set[hash >> 30] |= 1ULL << (hash >> 24 & 63U);
  set[hash >> 16 & 3U] |= 1ULL << (hash >> 18 & 63U);
}

static bool has(const uint64_t *set, uint32_t word) {
  uint32_t hash = hash_of(word);
  return (set[hash >> 30] >> (hash >> 24 & 63U) & set[hash >> 16 & 3U] >> (hash >> 18 & 63U) &
          1U) != 0;
}

/* What changes more than memory, and what detectors look at beside it. */
static bool is_eventful(const struct lookahead *l, const struct machine *m) {
  const struct machine_state *s = &m->state;
  return l->changes != s->exceptions.changes || l->serial != s->context.serial ||
         l->bus_accesses != s->bus_accesses || l->code_changes != m->code_changes ||
         s->acting_flags == 0 || (s->acting_flags & FOOTPRINT_STATE) != 0;
}

SELDOM static void note_event(struct lookahead *l, const struct machine *m) {
  const struct machine_state *s = &m->state;
  l->changes = s->exceptions.changes;
  l->serial = s->context.serial;
  l->bus_accesses = s->bus_accesses;
  l->code_changes = m->code_changes;
  block_of(l, s->acting)->eventful = true;
  block_of(l, s->boundary)->eventful = true; /* it may have come here */
}

static void note_access(struct lookahead_block *block, const struct access_record *access) {
  uint64_t *set = access->write ? block->written : block->read;
  uint32_t first = access->address / 4;
  uint32_t last = (access->address + access->size - 1) / 4;
  add(set, first);
  if (last != first) {
    add(set, last);
  }
}

bool lookahead_note(struct lookahead *l, const struct machine *m) {
  if (is_eventful(l, m)) {
    note_event(l, m);
    return true;
  }
  struct lookahead_block *block = block_of(l, m->state.acting);
  for (unsigned i = 0; i < m->last_count; i++) {
    note_access(block, &m->last[i]);
  }
  return false;
}

static bool touches(const struct lookahead_block *block, const struct granule *granule,
                    const struct leaf_table *leaves) {
  bool written = (granule->uses & FOOTPRINT_WRITTEN) != 0;
  struct leaf_extent extent = {(granule->id & ~GRANULE_WORD) * 4, 4};
  if ((granule->id & GRANULE_WORD) == 0) {
    extent = leaf_extent(leaves, granule->id);
  }
  if (extent.size > SPAN_MOST) {
    return true;
  }
  for (uint32_t at = extent.address & ~3U; at < extent.address + extent.size; at += 4) {
    if (has(block->written, at / 4) || (written && has(block->read, at / 4))) {
      return true;
    }
  }
  return false;
}

static bool meets(const struct lookahead_block *block, const struct footprint *footprint,
                  const struct leaf_table *leaves) {
  bool met = false;
  for (unsigned i = 0; !met && i < footprint->count; i++) {
    met = touches(block, &footprint->granules[i], leaves);
  }
  return met;
}

static bool is_quiet(const struct lookahead_block *block, const struct footprint *footprint,
                     const struct leaf_table *leaves) {
  return !block->eventful && !meets(block, footprint, leaves);
}

uint64_t lookahead_quiet(const struct lookahead *l, const struct footprint *footprint,
                         const struct machine *m, uint64_t boundary, uint64_t end) {
  size_t index = (size_t)(boundary / LOOKAHEAD_BLOCK);
  while (index + 1 < l->count && (index + 1) * LOOKAHEAD_BLOCK <= end &&
         is_quiet(&l->blocks[index], footprint, &m->memory.leaves)) {
    index++;
  }
  return index * LOOKAHEAD_BLOCK;
}

bool lookahead_passes(const struct lookahead *l, uint64_t boundary) {
  return boundary / LOOKAHEAD_BLOCK < l->count;
}

bool lookahead_meets(const struct lookahead *l, const struct footprint *footprint,
                     const struct machine *m, uint64_t from, uint64_t to) {
  bool met = false;
  for (uint64_t at = from; !met && at < to; at += LOOKAHEAD_BLOCK) {
    size_t index = (size_t)(at / LOOKAHEAD_BLOCK);
    met = index < l->count && meets(&l->blocks[index], footprint, &m->memory.leaves);
  }
  return met;
}
