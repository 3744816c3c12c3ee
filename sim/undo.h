/* The undo log: what was overwritten, so that a probe can be taken back.
 *
 * Everything that changes while firmware runs and that must come back - RAM,
 * device registers, detector state - is saved here before it is overwritten.
 * A mark is a position in the log. Rewinding restores everything newer than
 * the mark and forgets it; swapping goes back (and forward again) without
 * forgetting. One log belongs to one machine. */
#ifndef TORNWORD_SIM_UNDO_H
#define TORNWORD_SIM_UNDO_H

#include <stddef.h>
#include <stdint.h>

#include "sim/bytes.h"

struct undo_entry {
  void *where;
  uint64_t bytes[2]; /* the first 16 bytes that stood there */
  uint32_t size;     /* 1 to 16 */
  uint32_t reserved;
};

struct undo {
  struct undo_entry *entries;
  size_t count;
  size_t capacity;
  uint64_t dropped; /* entries moved out at the front: marks stay valid numbers */
  uint64_t oldest;  /* mark to which a way back is still kept */
};

void undo_init(struct undo *undo);
void undo_fini(struct undo *undo);

/* Position of the newest entry, counted from the beginning of the run. */
static inline uint64_t undo_mark(const struct undo *undo) {
  return undo->dropped + undo->count;
}

/* Entries to which a way back is kept. */
static inline size_t undo_kept(const struct undo *undo) {
  return (size_t)(undo_mark(undo) - undo->oldest);
}

void undo_grow(struct undo *undo);

/* Saves `size` bytes at `where` (any size: it is cut into entries). */
void undo_save_large(struct undo *undo, void *where, size_t size);

static inline void undo_save(struct undo *undo, void *where, size_t size) {
  if (size > 16) {
    undo_save_large(undo, where, size);
    return;
  }
  if (undo->count == undo->capacity) {
    undo_grow(undo);
  }
  struct undo_entry *entry = &undo->entries[undo->count++];
  entry->where = where;
  entry->size = (uint32_t)size;
  bytes_copy_record(entry->bytes, where, size);
}

/* Restores everything newer than `mark` and drops those entries. */
void undo_rewind(struct undo *undo, uint64_t mark);

/* Goes back to `mark`, keeping in the log what undo_swap_forward needs. */
void undo_swap_back(struct undo *undo, uint64_t mark);

/* Undoes undo_swap_back from `mark` up to `end`, the log's mark at that time.
 * Entries added behind `end` must have been rewound. */
void undo_swap_forward(struct undo *undo, uint64_t mark, uint64_t end);

/* Forgets all entries older than `mark`: the run can no longer go back there. */
void undo_forget(struct undo *undo, uint64_t mark);

/* The entry at position `mark` (not forgotten). */
static inline const struct undo_entry *undo_at(const struct undo *undo, uint64_t mark) {
  return &undo->entries[mark - undo->dropped];
}

#endif
