#include "sim/image/blocks.h"

#include <stdlib.h>
#include <string.h>

void blocks_fini(struct blocks *blocks) {
  free(blocks->blocks);
  free(blocks->pool);
  *blocks = (struct blocks){0};
}

static void add(struct blocks *blocks, struct block block, const uint8_t *bytes) {
  void *list = blocks->blocks;
  array_reserve(&list, &blocks->capacity, blocks->count + 1, sizeof block);
  blocks->blocks = list;
  void *pool = blocks->pool;
  array_reserve(&pool, &blocks->pool_capacity, blocks->used + block.size, 1);
  blocks->pool = pool;
  block.offset = blocks->used;
  memcpy(blocks->pool + blocks->used, bytes, block.size);
  blocks->used += block.size;
  blocks->blocks[blocks->count++] = block;
}

void blocks_add(struct blocks *blocks, uint32_t address, const uint8_t *bytes, size_t size,
                unsigned line) {
  uint64_t room = (uint64_t)UINT32_MAX + 1 - address;
  uint32_t first = (uint32_t)(size < room ? size : room);
  if (first > 0) {
    add(blocks, (struct block){.address = address, .size = first, .line = line}, bytes);
  }
  if (size > first) {
    add(blocks, (struct block){.size = (uint32_t)(size - first), .line = line}, bytes + first);
  }
}

static int compare_blocks(const void *left, const void *right) {
  const struct block *a = left;
  const struct block *b = right;
  if (a->address != b->address) {
    return a->address < b->address ? -1 : 1;
  }
  return a->offset < b->offset ? -1 : a->offset > b->offset;
}

static uint64_t block_end(const struct block *block) {
  return (uint64_t)block->address + block->size;
}

static bool refuse_overlap(const struct image *image, const struct block *one,
                           const struct block *other, const char *place, struct error *error) {
  unsigned first = one->line < other->line ? one->line : other->line;
  unsigned second = one->line < other->line ? other->line : one->line;
  return error_set(error,
                   "%s:%u: the byte at 0x%08x was already given in %s %u; each address may "
                   "stand in a file once",
                   image->path, second, other->address, place, first);
}

static bool blocks_sort(struct blocks *blocks, const struct image *image, const char *place,
                        struct error *error) {
  qsort(blocks->blocks, blocks->count, sizeof *blocks->blocks, compare_blocks);
  for (size_t i = 1; i < blocks->count; i++) {
    if (block_end(&blocks->blocks[i - 1]) > blocks->blocks[i].address) {
      return refuse_overlap(image, &blocks->blocks[i - 1], &blocks->blocks[i], place, error);
    }
  }
  return true;
}

/* Sorts the pool too, so that the bytes of a segment stand together. */
static uint8_t *sorted_pool(const struct blocks *blocks) {
  uint8_t *pool = allocate(blocks->used, 1);
  size_t used = 0;
  for (size_t i = 0; i < blocks->count; i++) {
    memcpy(pool + used, blocks->pool + blocks->blocks[i].offset, blocks->blocks[i].size);
    used += blocks->blocks[i].size;
  }
  return pool;
}

static struct segment segment_at(uint32_t address, const uint8_t *bytes) {
  return (struct segment){
      .address = address, .run_address = address, .bytes = bytes, .executable = true};
}

bool blocks_finish(struct blocks *blocks, struct image *image, const char *place,
                   struct error *error) {
  if (blocks->used == 0) {
    return error_set(error, "%s: holds no data; a firmware image is expected", image->path);
  }
  if (!blocks_sort(blocks, image, place, error)) {
    return false;
  }
  image->content = sorted_pool(blocks);
  image->segments = allocate(blocks->count, sizeof *image->segments);
  const uint8_t *bytes = image->content;
  struct segment *last = NULL;
  for (size_t i = 0; i < blocks->count; i++) {
    const struct block *block = &blocks->blocks[i];
    if (last == NULL || (uint64_t)last->address + last->size != block->address) {
      last = &image->segments[image->segment_count++];
      *last = segment_at(block->address, bytes);
    }
    last->size += block->size;
    last->memory_size = last->size;
    bytes += block->size;
  }
  return true;
}
