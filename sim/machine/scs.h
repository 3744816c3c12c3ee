/* The System Control Space: NVIC, SysTick and SCB registers.
 *
 * Registers are data of struct machine_state; this file knows their addresses
 * and what reading and writing does. Sources: ARMv7-M B3.2 to B3.4, ARMv6-M
 * B3.2 to B3.4. Registers that are not modelled are told to the caller. */
#ifndef TORNWORD_SIM_MACHINE_SCS_H
#define TORNWORD_SIM_MACHINE_SCS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/core.h"
#include "sim/machine/state.h"

#define SCS_BASE 0xe000e000U
enum { SCS_SIZE = 0x1000 };

enum scs_effect {
  SCS_DONE,
  SCS_UNKNOWN, /* not modelled, or bits of it: the caller lists it with the devices */
  SCS_RESET,   /* the firmware asked for a system reset */
};

struct scs_access {
  enum scs_effect effect;
  uint32_t value;
};

/* offset from SCS_BASE; size 1, 2 or 4. */
struct scs_access scs_read(struct machine_state *s, const struct core_traits *core,
                           uint32_t offset, unsigned size);
/* Leaves exceptions updated. */
enum scs_effect scs_write(struct machine_state *s, const struct core_traits *core,
                          uint32_t offset, unsigned size, uint32_t value);

/* Whether a priority register stands at this offset. */
bool scs_is_priority(uint32_t offset);

/* Whether an access to this offset can see or change what is pending: a masked
 * exception must then be decided on its own. */
bool scs_concerns_pending(uint32_t offset);

#endif
