/* A piece: the bytes of one leaf that one access touches. */
#ifndef TORNWORD_DETECTORS_PIECE_H
#define TORNWORD_DETECTORS_PIECE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/event.h"
#include "sim/leaf.h"

enum { PIECE_BYTES = 8 }; /* larger leaves are not judged */

struct piece {
  uint8_t size;   /* of the leaf */
  uint8_t offset; /* of the access in the leaf */
  uint8_t bytes;  /* mask: one bit for each byte accessed */
  uint8_t all;    /* mask: all bytes of the leaf */
};

static inline uint8_t piece_leaf_size(const struct leaf_table *table, uint32_t leaf) {
  return (uint8_t)leaf_extent(table, leaf).size;
}

static inline uint32_t piece_leaf_address(const struct leaf_table *table, uint32_t leaf) {
  return leaf_extent(table, leaf).address;
}

static inline uint8_t piece_mask(unsigned size) {
  return (uint8_t)(size >= PIECE_BYTES ? 0xffU : (1U << size) - 1U);
}

/* Of a read or write of a leaf (not LEAF_NONE) of at most PIECE_BYTES. */
static inline struct piece piece_of(const struct leaf_table *table, const struct event *event) {
  uint8_t size = piece_leaf_size(table, event->leaf);
  uint8_t offset = (uint8_t)((event->address - piece_leaf_address(table, event->leaf)) & 7);
  uint8_t all = piece_mask(size);
  return (struct piece){
      .size = size,
      .offset = offset,
      .bytes = (uint8_t)(all & (unsigned)piece_mask(event->size) << offset),
      .all = all,
  };
}

/* Ones in each byte of a value whose bit is set in `bytes`. */
static inline uint64_t piece_spread(uint8_t bytes) {
  uint64_t spread = 0;
  for (unsigned i = 0; i < PIECE_BYTES; i++) {
    if ((bytes >> i & 1) != 0) {
      spread |= UINT64_C(0xff) << (8 * i);
    }
  }
  return spread;
}

/* `base` with the bytes of `mask` taken from `other`. */
static inline uint64_t piece_mix(uint64_t base, uint64_t other, uint8_t mask) {
  uint64_t spread = piece_spread(mask);
  return (base & ~spread) | (other & spread);
}

/* The whole leaf as it was before this write. */
static inline uint64_t piece_before(const struct event *write, struct piece piece) {
  return piece_mix(write->whole, write->old << (8 * piece.offset), piece.bytes);
}

#endif
