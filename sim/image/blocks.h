/* Bytes with addresses, as the readers of hex files, S-records and UF2 find
 * them. They come in any order; blocks_finish makes segments of them and
 * refuses an address that was given twice. */
#ifndef TORNWORD_SIM_IMAGE_BLOCKS_H
#define TORNWORD_SIM_IMAGE_BLOCKS_H

#include "sim/image/object.h"

struct block {
  uint32_t address;
  uint32_t size;
  size_t offset; /* of its bytes in the pool */
  unsigned line; /* where it stands in the file (UF2: number of the block) */
};

struct blocks {
  struct block *blocks;
  size_t count, capacity;
  uint8_t *pool;
  size_t used, pool_capacity;
};

/* A zeroed struct blocks is an empty one. */
void blocks_fini(struct blocks *blocks);

/* Copies the bytes. They may wrap around the end of the address space. */
void blocks_add(struct blocks *blocks, uint32_t address, const uint8_t *bytes, size_t size,
                unsigned line);

/* Neighbours become one segment each. Refuses overlaps and "no data". `place`
 * is what line numbers count ("line", "block"). */
bool blocks_finish(struct blocks *blocks, struct image *image, const char *place,
                   struct error *error);

#endif
