/* What device registers hold. One without a model reads what was last written;
 * the others follow their model (registers.h, peripherals.h).
 *
 * A register without a model that is polled without end is answered with another
 * value (progress.c). The table has a fixed place for each register once it was
 * touched, so that the undo log can restore it. */
#ifndef TORNWORD_SIM_MACHINE_DEVICES_H
#define TORNWORD_SIM_MACHINE_DEVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/machine/registers.h"
#include "sim/machine/stimulus.h"
#include "sim/undo.h"

struct device_register {
  uint32_t address; /* of the word */
  uint32_t value;
  uint32_t answer;  /* read instead of value while answered */
  uint32_t answers; /* how often a poll of it was answered */
  uint64_t reads, writes;
  bool used, answered;
  const struct register_model *model; /* first of its word; NULL: none */
  uint32_t position;                  /* in the model's values */
};

/* An effect (index in the set) that comes at a time. */
struct device_event {
  uint64_t time;
  uint64_t effect;
};

struct devices {
  struct device_register *slots;
  size_t capacity; /* a power of two */
  size_t count;
  const struct register_set *set; /* borrowed; NULL: nothing has a model */
  struct device_event *events;    /* room for one of each effect */
  size_t event_count;
  uint64_t due;                     /* the earliest event's time; UINT64_MAX: none */
  uint32_t taken[STIMULUS_STREAMS]; /* bytes of each stream of the stimulus */
};

void devices_init(struct devices *devices, const struct register_set *set);
void devices_fini(struct devices *devices);
void devices_reset(struct devices *devices);

/* The register's place, made if it is new; NULL when the table is full. Its
 * bytes must be saved in the undo log before they are changed. */
struct device_register *devices_find(struct devices *devices, uint32_t address,
                                     struct undo *undo);

/* What the register holds, without touching it: what it would at reset if nothing did. */
uint32_t devices_peek(const struct devices *devices, uint32_t address);

/* Access of 1, 2 or 4 bytes at any address within the word of a register
 * without a model. NULL reads 0. */
uint32_t devices_read(struct device_register *slot, uint32_t address, unsigned size,
                      struct undo *undo);
void devices_write(struct device_register *slot, uint32_t address, unsigned size,
                   uint32_t value, struct undo *undo);

#endif
