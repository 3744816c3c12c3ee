#include "sim/machine/memory.h"

#include <stdlib.h>

/* ARMv7-M B3.1: code, SRAM and external RAM may hold memory, the rest are
 * devices and the system. */
static const uint32_t DEVICE_SPACE = 0x40000000;
enum { PAGE = 0x1000, RAM_LEAST = 0x10000, ROW = 32 };

static struct region *add(struct memory *memory, uint64_t low, uint64_t high, bool writable,
                          struct error *error) {
  low &= ~(uint64_t)(PAGE - 1);
  high = (high + PAGE - 1) & ~(uint64_t)(PAGE - 1);
  for (size_t i = 0; i < memory->count; i++) {
    struct region *other = &memory->regions[i];
    uint64_t end = (uint64_t)other->base + other->size;
    if (low < end && high > other->base) {
      if (other->writable == writable && low >= other->base && high <= end) {
        return other;
      }
      error_set(error, "memory at 0x%08x overlaps memory at 0x%08x: give other addresses",
                (unsigned)low, other->base);
      return NULL;
    }
  }
  if (memory->count == MEMORY_REGIONS) {
    error_set(error, "the image has more than %d separate memory regions", MEMORY_REGIONS);
    return NULL;
  }
  struct region *region = &memory->regions[memory->count++];
  region->base = (uint32_t)low;
  region->size = (uint32_t)(high - low);
  region->writable = writable;
  region->host = aligned_alloc(PAGE, region->size);
  if (region->host == NULL) {
    abort();
  }
  return region;
}

struct extent {
  uint64_t low, high;
};

static void widen(struct extent *extent, uint64_t low, uint64_t high) {
  if (extent->high == 0 || low < extent->low) {
    extent->low = low;
  }
  if (high > extent->high) {
    extent->high = high;
  }
}

static bool in_ram(const struct extent *ram, uint64_t address) {
  return address >= ram->low && address < ram->high;
}

/* The writable part of the described map that holds the initial stack. */
static const struct memory_part *stack_part(const struct machine_config *config,
                                            uint32_t stack_top) {
  for (size_t i = 0; i < config->memory_count; i++) {
    const struct memory_part *part = &config->memory[i];
    if (part->writable && !part->device && stack_top - 4 - part->base < part->size) {
      return part;
    }
  }
  return NULL;
}

/* RAM: the stack's neighbourhood (same 16 MiB) and writable segments there. */
static struct extent ram_extent(const struct image *image, const struct machine_config *config,
                                uint32_t stack_top) {
  const struct memory_part *part = stack_part(config, stack_top);
  if (part != NULL) {
    return (struct extent){part->base, (uint64_t)part->base + part->size};
  }
  if (config->ram_size != 0) {
    return (struct extent){config->ram_base, (uint64_t)config->ram_base + config->ram_size};
  }
  const struct segment *segments = NULL;
  size_t count = image_segments(image, &segments);
  uint32_t area = (stack_top - 4) & 0xff000000U;
  struct extent ram = {0};
  widen(&ram, area >= 0x20000000 ? area : stack_top & ~0xffffU, stack_top);
  for (size_t i = 0; i < count; i++) {
    const struct segment *segment = &segments[i];
    if (segment->writable && (segment->run_address & 0xff000000U) == area) {
      widen(&ram, segment->run_address, (uint64_t)segment->run_address + segment->memory_size);
    }
  }
  if (ram.high - ram.low < RAM_LEAST) {
    ram.high = ram.low + RAM_LEAST;
  }
  return ram;
}

static bool add_flash(struct memory *memory, const struct image *image,
                      const struct extent *ram, struct error *error) {
  const struct segment *segments = NULL;
  size_t count = image_segments(image, &segments);
  struct extent flash = {0};
  for (size_t i = 0; i < count; i++) {
    const struct segment *segment = &segments[i];
    if (segment->size == 0 || in_ram(ram, segment->address) ||
        memory_region(memory, segment->address, segment->size) != NULL) {
      continue;
    }
    if (segment->address >= DEVICE_SPACE) {
      return error_set(error, "a segment lies at 0x%08x, which is no memory on this core",
                       segment->address);
    }
    bool far = flash.high != 0 && (segment->address >> 24) != (flash.low >> 24);
    if (far) {
      if (add(memory, flash.low, flash.high, false, error) == NULL) {
        return false;
      }
      flash = (struct extent){0};
    }
    widen(&flash, segment->address, (uint64_t)segment->address + segment->size);
  }
  return flash.high == 0 || add(memory, flash.low, flash.high, false, error) != NULL;
}

/* The described map without the part that is RAM already. */
static bool add_parts(struct memory *memory, const struct machine_config *config,
                      const struct extent *ram, struct error *error) {
  for (size_t i = 0; i < config->memory_count; i++) {
    const struct memory_part *part = &config->memory[i];
    if (part->device) {
      continue;
    }
    uint64_t end = (uint64_t)part->base + part->size;
    bool is_ram = part->writable && part->base >= ram->low && end <= ram->high;
    memory->has_other_ram |= !is_ram && part->writable;
    if (!is_ram && add(memory, part->base, end, part->writable, error) == NULL) {
      return false;
    }
  }
  return true;
}

/* RAM apart from the stack's, found by running. */
static bool add_blocks(struct memory *memory, const struct machine_config *config,
                       struct error *error) {
  for (unsigned i = 0; i < config->ram_block_count; i++) {
    uint64_t base = config->ram_blocks[i];
    memory->has_other_ram = true;
    if (add(memory, base, base + CONFIG_RAM_BLOCK, true, error) == NULL) {
      return false;
    }
  }
  return true;
}

/* Code that is answered may stand where nothing is: a page for each. */
static bool add_stub_pages(struct memory *memory, const struct machine_config *config,
                           struct error *error) {
  for (size_t i = 0; i < config->stub_count; i++) {
    uint32_t address = config->stubs[i].address;
    bool lacks = address < DEVICE_SPACE && memory_region(memory, address, 2) == NULL;
    if (lacks && add(memory, address, (uint64_t)address + 2, false, error) == NULL) {
      return false;
    }
  }
  return true;
}

/* The word leaves are numbered behind the typed ones. */
static void map_leaves(struct memory *memory, const struct image *image) {
  const struct region *ram = memory->ram;
  memory->leaves = *image_leaves(image);
  memory->leaves.bare = !image_has_debug(image);
  memory->leaves.word_base = ram->base;
  memory->leaves.word_count = ram->size / 4;
  memory->leaf_of = allocate(ram->size, sizeof *memory->leaf_of);
  for (uint32_t i = 0; i < ram->size; i++) {
    memory->leaf_of[i] = memory->leaves.count + i / 4;
  }
  for (uint32_t i = 0; i < memory->leaves.count; i++) {
    const struct leaf *leaf = &memory->leaves.leaves[i];
    for (uint32_t byte = 0; byte < leaf->size; byte++) {
      uint32_t offset = leaf->address + byte - ram->base;
      if (offset < ram->size) {
        memory->leaf_of[offset] = i;
      }
    }
  }
}

bool memory_init(struct memory *memory, const struct image *image,
                 const struct machine_config *config, struct error *error) {
  *memory = (struct memory){0};
  const uint32_t *words = NULL;
  image_vector_words(image, &words);
  memory->stack_top = words[0] & ~3U;
  struct extent ram = ram_extent(image, config, memory->stack_top);
  if (ram.low >= DEVICE_SPACE || ram.high > DEVICE_SPACE) {
    return error_set(error, "the initial stack pointer 0x%08x is not in RAM: give --vtor",
                     words[0]);
  }
  if (!add_parts(memory, config, &ram, error) || !add_flash(memory, image, &ram, error)) {
    return false;
  }
  if (add(memory, ram.low, ram.high, true, error) == NULL) {
    return false;
  }
  if (!add_blocks(memory, config, error) || !add_stub_pages(memory, config, error)) {
    return false;
  }
  memory->ram = memory_region(memory, (uint32_t)ram.low, 4);
  map_leaves(memory, image);
  memory->parts = config->memory;
  memory->part_count = config->memory_count;
  memory_reset(memory, image);
  return true;
}

void memory_fini(struct memory *memory) {
  for (size_t i = 0; i < memory->count; i++) {
    free(memory->regions[i].host);
  }
  free(memory->leaf_of);
  *memory = (struct memory){0};
}

void memory_reset(struct memory *memory, const struct image *image) {
  for (size_t i = 0; i < memory->count; i++) {
    const struct region *region = &memory->regions[i];
    memset(region->host, region->writable ? 0 : 0xff, region->size);
  }
  for (size_t i = 0; i < memory->part_count; i++) {
    const struct memory_part *part = &memory->parts[i];
    if (part->erased) {
      memset(memory_host(memory, part->base, part->size), 0xff, part->size);
    }
    uint8_t *host =
        part->byte_count > 0 ? memory_host(memory, part->base, part->byte_count) : NULL;
    if (host != NULL) {
      memcpy(host, part->bytes, part->byte_count);
    }
  }
  const struct segment *segments = NULL;
  size_t count = image_segments(image, &segments);
  for (size_t i = 0; i < count; i++) {
    const struct segment *segment = &segments[i];
    uint8_t *host =
        segment->size > 0 ? memory_host(memory, segment->address, segment->size) : NULL;
    if (host != NULL) {
      memcpy(host, segment->bytes, segment->size);
    }
  }
}

const struct region *memory_region(const struct memory *memory, uint32_t address,
                                   uint32_t size) {
  for (size_t i = 0; i < memory->count; i++) {
    const struct region *region = &memory->regions[i];
    if (address >= region->base && size <= region->size &&
        address - region->base <= region->size - size) {
      return region;
    }
  }
  return NULL;
}

uint64_t memory_get(const struct memory *memory, uint32_t address, unsigned size) {
  const uint8_t *host = memory_host(memory, address, size);
  return host != NULL ? bytes_get(host, size) : 0;
}

static uint64_t mix(uint32_t word, uint32_t value) {
  uint64_t x = (uint64_t)word << 32 | value;
  x *= 0x9e3779b97f4a7c15U;
  x ^= x >> 29;
  x *= 0xbf58476d1ce4e5b9U;
  return x ^ x >> 32;
}

uint64_t memory_hash_word(uint32_t address, uint32_t old, uint32_t new) {
  return old != new ? mix(address, old) ^ mix(address, new) : 0;
}

uint64_t memory_hash_change(const uint8_t *host, uint32_t address, unsigned size,
                            uint64_t value) {
  uint64_t change = 0;
  while (size > 0) {
    unsigned lane = address & 3U;
    unsigned part = 4 - lane < size ? 4 - lane : size;
    uint32_t old = 0;
    memcpy(&old, host - lane, 4);
    uint32_t new = old;
    memcpy((uint8_t *)&new + lane, &value, part);
    if (new != old) {
      change ^= mix(address - lane, old) ^ mix(address - lane, new);
    }
    host += part;
    address += part;
    size -= part;
    value = part < 8 ? value >> (8 * part) : 0;
  }
  return change;
}

/* Most of a stack was never used. */
static inline bool is_untouched(const uint8_t *host) {
  uint64_t words[ROW / 8];
  memcpy(words, host, sizeof words);
  return (words[0] | words[1] | words[2] | words[3]) == 0;
}

uint64_t memory_hash_part(const struct memory *memory, const struct reads *reads, uint32_t low,
                          uint32_t high) {
  const struct region *ram = memory->ram;
  uint64_t hash = 0;
  uint32_t at = low;
  while (at < high) {
    const uint8_t *host = ram->host + (at - ram->base);
    if (high - at >= ROW && is_untouched(host)) {
      at += ROW;
      continue;
    }
    uint32_t word = 0;
    memcpy(&word, host, 4);
    hash ^= word != 0 && reads_has(reads, at) ? mix(at, word) ^ mix(at, 0) : 0;
    at += 4;
  }
  return hash;
}
