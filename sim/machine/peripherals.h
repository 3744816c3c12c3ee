/* Registers with a model, at work: registers.h is their description.
 *
 * What is due at a time happens before the next access to a device, and on the
 * spine also at the boundary of that time. Every change goes through the undo
 * log. */
#ifndef TORNWORD_SIM_MACHINE_PERIPHERALS_H
#define TORNWORD_SIM_MACHINE_PERIPHERALS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/machine/devices.h"

struct machine;

#define PERIPHERALS_NEVER UINT64_MAX

void peripherals_reset(struct machine *m);

/* The whole word; lanes of it are `mask`. */
uint32_t peripherals_read(struct machine *m, struct device_register *slot);
void peripherals_write(struct machine *m, struct device_register *slot, uint32_t value,
                       uint32_t mask);

/* A device raises this exception now: the status bits of the first of its lines that is
 * enabled are set, so that the handler finds why it was called. */
void peripherals_raise(struct machine *m, unsigned exception);

/* When the next thing happens by itself, or PERIPHERALS_NEVER. */
static inline uint64_t peripherals_due(const struct devices *devices) {
  return devices->due;
}

/* Of what is on its way, and how long it has yet to go. */
uint64_t peripherals_schedule_hash(const struct machine *m);

/* Makes happen what is due. */
void peripherals_advance(struct machine *m);

#endif
