#include "sim/image/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

enum { FIRST_BLOCK = 4 * 1024, LARGEST_BLOCK = 64 * 1024 }; /* bytes; each twice the last */

struct arena_block {
  struct arena_block *older;
  size_t used;
  size_t size;
  max_align_t bytes[];
};

static struct arena_block *block_add(struct arena *arena, size_t needed) {
  const struct arena_block *older = arena->blocks;
  size_t usual = older == NULL                      ? FIRST_BLOCK
                 : older->size >= LARGEST_BLOCK / 2 ? LARGEST_BLOCK
                                                    : 2 * older->size;
  size_t size = needed > usual ? needed : usual;
  struct arena_block *block = allocate(1, sizeof *block + size);
  block->older = arena->blocks;
  block->size = size;
  arena->blocks = block;
  return block;
}

void *arena_allocate(struct arena *arena, size_t count, size_t size) {
  size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2) {
    abort();
  }
  bytes = (bytes + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
  struct arena_block *block = arena->blocks;
  if (block == NULL || block->size - block->used < bytes) {
    block = block_add(arena, bytes);
  }
  void *memory = (char *)block->bytes + block->used;
  block->used += bytes;
  return memory;
}

char *arena_text(struct arena *arena, const char *text) {
  size_t size = strlen(text) + 1;
  return memcpy(arena_allocate(arena, size, 1), text, size);
}

char *arena_format(struct arena *arena, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  size_t size = length > 0 ? (size_t)length + 1 : 1;
  char *text = arena_allocate(arena, size, 1);
  va_start(arguments, format);
  vsnprintf(text, size, format, arguments);
  va_end(arguments);
  return text;
}

void arena_fini(struct arena *arena) {
  while (arena->blocks != NULL) {
    struct arena_block *older = arena->blocks->older;
    free(arena->blocks);
    arena->blocks = older;
  }
}
