/* Device registers without a model: they read what was last written.
 *
 * One that is polled without end is answered with another value (progress.c).
 * The table has a fixed place for each register once it was touched, so that
 * the undo log can restore it. */
#ifndef TORNWORD_SIM_MACHINE_DEVICES_H
#define TORNWORD_SIM_MACHINE_DEVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/undo.h"

struct device_register {
  uint32_t address; /* of the word */
  uint32_t value;
  uint32_t answer;  /* read instead of value while answered */
  uint32_t answers; /* how often a poll of it was answered */
  uint64_t reads, writes;
  bool used, answered;
};

struct devices {
  struct device_register *slots;
  size_t capacity; /* a power of two */
  size_t count;
};

void devices_init(struct devices *devices);
void devices_fini(struct devices *devices);
void devices_reset(struct devices *devices);

/* The register's place, made if it is new; NULL when the table is full. Its
 * bytes must be saved in the undo log before they are changed. */
struct device_register *devices_find(struct devices *devices, uint32_t address,
                                     struct undo *undo);

/* Access of 1, 2 or 4 bytes at any address within the word. */
uint32_t devices_read(struct devices *devices, uint32_t address, unsigned size,
                      struct undo *undo);
void devices_write(struct devices *devices, uint32_t address, unsigned size, uint32_t value,
                   struct undo *undo);

#endif
