/* The machine's memory: flash and RAM on host buffers.
 *
 * Every change of RAM is saved in the undo log and kept in a hash of the whole
 * content, so that "the state came back" costs one comparison. Devices are not
 * memory (devices.h). */
#ifndef TORNWORD_SIM_MACHINE_MEMORY_H
#define TORNWORD_SIM_MACHINE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "sim/error.h"
#include "sim/image/image.h"
#include "sim/machine/config.h"
#include "sim/machine/reads.h"
#include "sim/undo.h"

enum { MEMORY_REGIONS = 24 };

struct region {
  uint32_t base;
  uint32_t size; /* a multiple of 4 KiB */
  uint8_t *host;
  bool writable;
};

struct memory {
  struct region regions[MEMORY_REGIONS];
  size_t count;
  const struct region *ram;        /* the region that holds the initial stack */
  uint32_t stack_top;              /* initial MSP */
  struct leaf_table leaves;        /* the image's, and the untyped words of `ram` */
  uint32_t *leaf_of;               /* for each byte of `ram` */
  const struct memory_part *parts; /* of the configuration: content at reset */
  size_t part_count;
  bool has_other_ram; /* a writable region besides `ram` */
};

/* Lays out flash and RAM for the image: flash around its segments, RAM from its
 * writable segments and the initial stack pointer unless the configuration
 * names it. Refuses overlaps and images that reach into device space. */
bool memory_init(struct memory *memory, const struct image *image,
                 const struct machine_config *config, struct error *error);
void memory_fini(struct memory *memory);

/* Content as it is at reset: the image's bytes, flash 0xff, RAM 0. */
void memory_reset(struct memory *memory, const struct image *image);

const struct region *memory_region(const struct memory *memory, uint32_t address,
                                   uint32_t size);

/* Host pointer of guest bytes, or NULL if they are not (all) memory. */
static inline uint8_t *memory_host(const struct memory *memory, uint32_t address,
                                   uint32_t size) {
  const struct region *region = memory->ram;
  if (address - region->base <= region->size - size && address >= region->base) {
    return region->host + (address - region->base);
  }
  region = memory_region(memory, address, size);
  return region != NULL ? region->host + (address - region->base) : NULL;
}

/* RAM that is not `ram`: it has no leaves. */
static inline bool memory_is_other_ram(const struct memory *memory, uint32_t address) {
  const struct region *region =
      memory->has_other_ram ? memory_region(memory, address, 1) : NULL;
  return region != NULL && region->writable && region != memory->ram;
}

/* Up to 8 bytes, little-endian; 0 where there is no memory. */
uint64_t memory_get(const struct memory *memory, uint32_t address, unsigned size);

/* How the hash differs from that of the same memory with zeros from `low` up to
 * `high`, both multiples of 4 in RAM, in words that count. */
uint64_t memory_hash_part(const struct memory *memory, const struct reads *reads, uint32_t low,
                          uint32_t high);
/* Changes in the hash when these bytes are replaced. */
uint64_t memory_hash_change(const uint8_t *host, uint32_t address, unsigned size,
                            uint64_t value);
/* The same for an aligned word. */
uint64_t memory_hash_word(uint32_t address, uint32_t old, uint32_t new);

/* Index of the leaf that covers this byte of RAM, else LEAF_NONE. */
static inline uint32_t memory_leaf(const struct memory *memory, uint32_t address) {
  uint32_t offset = address - memory->ram->base;
  return offset < memory->ram->size ? memory->leaf_of[offset] : LEAF_NONE;
}

#endif
