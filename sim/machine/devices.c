#include "sim/machine/devices.h"

#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

enum { CAPACITY = 1 << 13 };

void devices_init(struct devices *devices, const struct register_set *set) {
  *devices = (struct devices){.capacity = CAPACITY, .set = set, .due = UINT64_MAX};
  devices->slots = allocate(CAPACITY, sizeof *devices->slots);
  devices->events = allocate(set != NULL ? set->effect_count + 1 : 1, sizeof *devices->events);
}

void devices_fini(struct devices *devices) {
  free(devices->slots);
  free(devices->events);
}

void devices_reset(struct devices *devices) {
  if (devices->count > 0) {
    memset(devices->slots, 0, devices->capacity * sizeof *devices->slots);
  }
  devices->count = 0;
  devices->event_count = 0;
  devices->due = UINT64_MAX;
  memset(devices->taken, 0, sizeof devices->taken);
}

static void take_model(const struct devices *devices, struct device_register *slot) {
  const struct register_model *model = registers_find(devices->set, slot->address);
  slot->value = model != NULL ? model->reset : 0;
  slot->model = model != NULL && !model->plain ? model : NULL;
}

static size_t place_of(const struct devices *devices, uint32_t word) {
  return (word >> 2) * 0x9e3779b1U & (devices->capacity - 1);
}

struct device_register *devices_find(struct devices *devices, uint32_t address,
                                     struct undo *undo) {
  uint32_t word = address & ~3U;
  size_t at = place_of(devices, word);
  for (size_t tries = 0; tries < devices->capacity; tries++) {
    struct device_register *slot = &devices->slots[at];
    if (slot->used && slot->address == word) {
      return slot;
    }
    if (!slot->used) {
      undo_save(undo, slot, sizeof *slot);
      undo_save(undo, &devices->count, sizeof devices->count);
      slot->used = true;
      slot->address = word;
      take_model(devices, slot);
      devices->count++;
      return slot;
    }
    at = (at + 1) & (devices->capacity - 1);
  }
  return NULL;
}

uint32_t devices_peek(const struct devices *devices, uint32_t address) {
  size_t at = place_of(devices, address);
  for (size_t tries = 0; tries < devices->capacity; tries++) {
    const struct device_register *slot = &devices->slots[at];
    if (!slot->used) {
      break;
    }
    if (slot->address == address) {
      return slot->value;
    }
    at = (at + 1) & (devices->capacity - 1);
  }
  const struct register_model *model = registers_find(devices->set, address);
  return model != NULL ? model->reset : 0;
}

static uint32_t size_mask(unsigned size) {
  return size >= 4 ? UINT32_MAX : (1U << (8 * size)) - 1U;
}

uint32_t devices_read(struct device_register *slot, uint32_t address, unsigned size,
                      struct undo *undo) {
  if (slot == NULL) {
    return 0;
  }
  undo_save(undo, &slot->reads, sizeof slot->reads);
  slot->reads++;
  uint32_t value = slot->answered ? slot->answer : slot->value;
  return value >> (8 * (address & 3U)) & size_mask(size);
}

void devices_write(struct device_register *slot, uint32_t address, unsigned size,
                   uint32_t value, struct undo *undo) {
  if (slot == NULL) {
    return;
  }
  unsigned shift = 8 * (address & 3U);
  uint32_t mask = size_mask(size) << shift;
  undo_save(undo, slot, sizeof *slot);
  slot->value = (slot->value & ~mask) | (value << shift & mask);
  slot->answered = false;
  slot->writes++;
}
