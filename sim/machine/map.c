/* The memory map as the executor has it. */
#include "sim/machine/private.h"

/* Code space where the image has no memory: the rest of the flash, and the pages
 * where parts keep calibration, serial numbers or boot ROM. It reads as erased
 * flash, and each such read is listed with the registers. Where no flash lies at
 * the bottom, the lowest addresses fault, so that null pointers are seen. */
static const uint32_t FACTORY_LOW = 0x00800000, FACTORY_HIGH = 0x20000000;

static const struct region *next_region(const struct memory *memory, uint64_t from) {
  const struct region *next = NULL;
  for (size_t i = 0; i < memory->count; i++) {
    const struct region *region = &memory->regions[i];
    bool ahead = (uint64_t)region->base + region->size > from;
    if (ahead && (next == NULL || region->base < next->base)) {
      next = region;
    }
  }
  return next;
}

static bool map_factory_pages(struct machine *m, struct error *error) {
  uint64_t at = memory_region(&m->memory, 0, 4) != NULL ? 0 : FACTORY_LOW;
  while (at < FACTORY_HIGH) {
    const struct region *next = next_region(&m->memory, at);
    uint64_t end = next != NULL && next->base < FACTORY_HIGH ? next->base : FACTORY_HIGH;
    if (end > at && !cpu_map_device(m->cpu, (uint32_t)at, (uint32_t)(end - at), error)) {
      return false;
    }
    at = next != NULL ? (uint64_t)next->base + next->size : FACTORY_HIGH;
  }
  return true;
}

/* Registers where other parts have RAM: LPC17xx's GPIO. */
static bool map_devices(struct machine *m, struct error *error) {
  for (size_t i = 0; i < m->config.memory_count; i++) {
    const struct memory_part *part = &m->config.memory[i];
    if (part->device && part->base >= FACTORY_HIGH &&
        !cpu_map_device(m->cpu, part->base, part->size, error)) {
      return false;
    }
  }
  return true;
}

bool map_everything(struct machine *m, struct error *error) {
  for (size_t i = 0; i < m->memory.count; i++) {
    const struct region *region = &m->memory.regions[i];
    if (!cpu_map_memory(m->cpu, region->base, region->size, region->host, region->writable,
                        error)) {
      return false;
    }
    m->code[i] = allocate(region->size / 2, sizeof *m->code[i]);
  }
  if (!map_devices(m, error)) {
    return false;
  }
  if (!m->config.strict_memory && !map_factory_pages(m, error)) {
    return false;
  }
  if (bitband_exists(m) && !cpu_map_device(m->cpu, 0x22000000, 0x02000000, error)) {
    return false;
  }
  /* The vendor's part of the system region: CoreSight ROM tables and the like. */
  if (!m->config.strict_memory && !cpu_map_device(m->cpu, 0xf0000000, 0x00100000, error)) {
    return false;
  }
  return cpu_map_device(m->cpu, 0x40000000, 0x20000000, error) &&
         cpu_map_device(m->cpu, 0xe0000000, 0x00100000, error);
}
