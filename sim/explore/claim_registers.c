#include "sim/explore/claim_registers.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { WORD = 4 };
static const uint32_t DEVICE_SPACE = 0x40000000;
static const uint32_t SYSTEM_SPACE = 0xe0000000, VENDOR_SPACE = 0xe0100000;

static bool is_address(const char *text, uint32_t *address) {
  char *end = NULL;
  errno = 0;
  unsigned long long number = isdigit((unsigned char)text[0]) ? strtoull(text, &end, 0) : 0;
  bool whole = end != NULL && *end == '\0' && errno == 0 && number <= UINT32_MAX;
  *address = whole ? (uint32_t)number : *address;
  return whole;
}

bool claim_registers_named(const struct claim_registers *registers, const char *text,
                           uint32_t *address) {
  const struct register_set *set =
      registers->config != NULL ? registers->config->registers : NULL;
  for (size_t i = 0; set != NULL && i < set->model_count; i++) {
    if (set->models[i].name != NULL && strcmp(set->models[i].name, text) == 0) {
      *address = set->models[i].address;
      return true;
    }
  }
  return is_address(text, address);
}

void claim_registers_try(const struct claim_registers *registers,
                         struct words_nearest *nearest) {
  const struct register_set *set =
      registers->config != NULL ? registers->config->registers : NULL;
  for (size_t i = 0; set != NULL && i < set->model_count; i++) {
    if (set->models[i].name != NULL) {
      words_try(nearest, set->models[i].name);
    }
  }
}

/* Devices are everywhere from 0x40000000 on, and below where the memory map says so. */
static bool is_peripheral(const struct claim_registers *registers, uint32_t address) {
  const struct machine_config *config = registers->config;
  for (size_t i = 0; config != NULL && i < config->memory_count; i++) {
    const struct memory_part *part = &config->memory[i];
    if (address - part->base < part->size) {
      return part->device;
    }
  }
  return address >= DEVICE_SPACE && (address < SYSTEM_SPACE || address >= VENDOR_SPACE);
}

bool claim_registers_add(struct claim_registers *registers, uint32_t address, uint32_t group,
                         struct error *error) {
  if (!is_peripheral(registers, address)) {
    return error_set(error,
                     address >= DEVICE_SPACE
                         ? "0x%08" PRIx32
                           " is the processor's own; name a peripheral's register"
                         : "0x%08" PRIx32 " is no register; name the variable that is there",
                     address);
  }
  for (uint32_t i = 0; i < registers->count; i++) {
    if (registers->items[i].address == address) {
      return registers->items[i].group == group ||
             error_set(error, "0x%08" PRIx32 " is in two groups; make them one", address);
    }
  }
  if (registers->count == CLAIM_REGISTERS) {
    return error_set(error, "groups name more than %d registers", CLAIM_REGISTERS);
  }
  registers->items[registers->count++] =
      (struct claim_register){.address = address, .group = group};
  return true;
}

void claim_registers_finish(struct claim_registers *registers) {
  for (uint32_t i = 0; i < registers->count; i++) {
    struct claim_register *own = &registers->items[i];
    own->size = WORD - own->address % WORD;
    for (uint32_t n = 0; n < registers->count; n++) {
      uint32_t behind = registers->items[n].address - own->address;
      own->size = behind > 0 && behind < own->size ? behind : own->size;
    }
  }
}
