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
  assert(mark >= undo->oldest && mark <= undo_mark(undo));
  size_t keep = (size_t)(mark - undo->dropped);
  while (undo->count > keep) {
    struct undo_entry *entry = &undo->entries[--undo->count];
    bytes_copy_record(entry->where, entry->bytes, entry->size);
  }
}

static void swap(struct undo_entry *entry) {
  uint64_t now[2];
  bytes_copy_record(now, entry->where, entry->size);
  bytes_copy_record(entry->where, entry->bytes, entry->size);
  bytes_copy_record(entry->bytes, now, entry->size);
}

void undo_swap_back(struct undo *undo, uint64_t mark) {
  assert(mark >= undo->oldest && mark <= undo_mark(undo));
  for (size_t i = undo->count; i > mark - undo->dropped; i--) {
    swap(&undo->entries[i - 1]);
  }
}

void undo_swap_forward(struct undo *undo, uint64_t mark, uint64_t end) {
  assert(mark >= undo->oldest && end == undo_mark(undo));
  for (uint64_t i = mark; i < end; i++) {
    swap(&undo->entries[i - undo->dropped]);
  }
}

/* Entries are moved only when most of them are forgotten: each is moved once. */
void undo_forget(struct undo *undo, uint64_t mark) {
  assert(mark >= undo->oldest && mark <= undo_mark(undo));
  size_t drop = (size_t)(mark - undo->dropped);
  undo->oldest = mark;
  if (drop / 3 <= undo->count - drop) { /* moving what stays is to cost little */
    return;
  }
  memmove(undo->entries, undo->entries + drop, (undo->count - drop) * sizeof *undo->entries);
  undo->count -= drop;
  undo->dropped = mark;
}
