/* Edge coverage: which jumps of the program a run took, as counters in a map.
 *
 * The map is AFL's: one byte for each hash of (from, to). Only the spine counts,
 * and only steps that are not to the next instruction in memory; entering and
 * leaving a handler is no edge (see sim/explore/target.c for those, and inputs.c for
 * registers that take input). */
#ifndef TORNWORD_SIM_MACHINE_EDGES_H
#define TORNWORD_SIM_MACHINE_EDGES_H

#include <stdint.h>

enum { EDGE_MAP_BITS = 16, EDGE_MAP_SIZE = 1 << EDGE_MAP_BITS }; /* at most */

struct edges {
  uint8_t *map;      /* 1 << bits counters; borrowed. NULL: not wanted */
  unsigned bits;     /* EDGE_MAP_BITS or less */
  uint32_t expected; /* pc of the next instruction in memory */
  uint32_t from;     /* the last instruction */
  uint32_t serial;   /* of its context */
};

/* Counts one event that the hash of two numbers names. */
static inline void edge_count(const struct edges *edges, uint32_t from, uint32_t to) {
  uint32_t hash = (from * 0x9e3779b1U ^ to) * 0x85ebca6bU;
  uint8_t *counter = &edges->map[hash >> (32 - edges->bits)];
  *counter = (uint8_t)(*counter + 1 == 256 ? 1 : *counter + 1);
}

/* Before the instruction at pc, of `size` bytes, executes in this context. */
static inline void edges_step(struct edges *edges, uint32_t pc, unsigned size,
                              uint32_t serial) {
  if (pc != edges->expected && serial == edges->serial) {
    edge_count(edges, edges->from, pc);
  }
  edges->expected = pc + size;
  edges->from = pc;
  edges->serial = serial;
}

#endif
