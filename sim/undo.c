#include "sim/undo.h"

#include <assert.h>
#include <stdlib.h>

#include "sim/error.h"

void undo_init(struct undo *undo) {
  *undo = (struct undo){0};
}

void undo_fini(struct undo *undo) {
  free(undo->entries);
  *undo = (struct undo){0};
}

void undo_grow(struct undo *undo) {
  size_t capacity = undo->capacity > 0 ? undo->capacity * 2 : 1024;
  undo->entries = reallocate(undo->entries, capacity, sizeof *undo->entries);
  undo->capacity = capacity;
}

void undo_save_large(struct undo *undo, void *where, size_t size) {
  unsigned char *bytes = where;
  while (size > 0) {
    size_t part = size < 16 ? size : 16;
    undo_save(undo, bytes, part);
    bytes += part;
    size -= part;
  }
}

void undo_rewind(struct undo *undo, uint64_t mark) {
  assert(mark >= undo->forgotten && mark <= undo_mark(undo));
  size_t keep = (size_t)(mark - undo->forgotten);
  while (undo->count > keep) {
    struct undo_entry *entry = &undo->entries[--undo->count];
    memcpy(entry->where, entry->bytes, entry->size);
  }
}

static void swap(struct undo_entry *entry) {
  uint64_t now[2];
  memcpy(now, entry->where, entry->size);
  memcpy(entry->where, entry->bytes, entry->size);
  memcpy(entry->bytes, now, entry->size);
}

void undo_swap_back(struct undo *undo, uint64_t mark) {
  assert(mark >= undo->forgotten && mark <= undo_mark(undo));
  for (size_t i = undo->count; i > mark - undo->forgotten; i--) {
    swap(&undo->entries[i - 1]);
  }
}

void undo_swap_forward(struct undo *undo, uint64_t mark, uint64_t end) {
  assert(mark >= undo->forgotten && end == undo_mark(undo));
  for (uint64_t i = mark; i < end; i++) {
    swap(&undo->entries[i - undo->forgotten]);
  }
}

void undo_forget(struct undo *undo, uint64_t mark) {
  assert(mark >= undo->forgotten && mark <= undo_mark(undo));
  size_t drop = (size_t)(mark - undo->forgotten);
  if (drop == 0) {
    return;
  }
  memmove(undo->entries, undo->entries + drop, (undo->count - drop) * sizeof *undo->entries);
  undo->count -= drop;
  undo->forgotten = mark;
}
