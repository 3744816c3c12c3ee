/* Footing: what a handler finds beside memory, registers and time. Where it stands as it
 * stood, and the handler reads what it read, it does the same. */
#ifndef TORNWORD_SIM_EXPLORE_FOOTING_H
#define TORNWORD_SIM_EXPLORE_FOOTING_H

#include "sim/machine/machine.h"

struct footing {
  struct exceptions exceptions;
  struct context context;
  uint32_t sp;
  uint8_t control;
  bool monitor_set, event_register;
  uint64_t bus_accesses, code_changes; /* devices, and code in RAM, stay as they are */
};

void footing_take(struct footing *footing, struct machine *machine);

/* Whether it is the machine's now, but for the stack pointer: that is asked of the
 * processor. `flaws` of enum equivalence_flaw are left out. */
bool footing_stands(struct footing *footing, const struct machine *machine, unsigned flaws);

#endif
