/* Late masks: what a write to NVIC_ICER disables may still be taken for some instructions,
 * as far as the scenario asks for it (Application Note 321, 4.6: the processor may be
 * entering the interrupt while the write is made).
 *
 * Until then the exception stays enabled in the model. The delay ends early at an ISB, at
 * an exception entry and return, and at the next access to the System Control Space.
 * What could not have been taken at the write (it was masked) is disabled at once. */
#ifndef TORNWORD_SIM_MACHINE_LATE_MASK_H
#define TORNWORD_SIM_MACHINE_LATE_MASK_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/machine/exception.h"

struct late_mask {
  bool open;
  uint64_t until; /* boundary at which it is over */
  uint32_t set[EXCEPTION_WORDS];
};

struct machine;

/* At an access to the System Control Space, an entry or a return. */
void late_mask_end(struct machine *m);
/* Behind a write to the enable bits, which were `before`. */
void late_mask_begin(struct machine *m, const uint32_t before[EXCEPTION_WORDS]);
/* At a boundary. */
void late_mask_step(struct machine *m);

static inline bool late_mask_holds(const struct late_mask *late, unsigned exception) {
  return late->open && exception_bit(late->set, exception);
}

#endif
