/* What shapes a run besides the image: core, memory, policies. */
#ifndef TORNWORD_SIM_MACHINE_CONFIG_H
#define TORNWORD_SIM_MACHINE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/core.h"
#include "sim/machine/registers.h"

enum bkpt_policy { BKPT_CONTINUE, BKPT_STOP, BKPT_FAULT };

enum { CONFIG_INTERRUPTS = 64 };

struct machine_config {
  enum core core;
  uint8_t priority_bits; /* implemented bits, 2 to 8 */
  uint32_t vtor;         /* address of the vector table at reset */
  uint32_t ram_base;     /* 0: from the image */
  uint32_t ram_size;     /* bytes; 0: from the image */
  enum bkpt_policy bkpt;
  /* Registers with a model; borrowed, and outlives the machines. NULL: none. */
  const struct register_set *registers;
  bool strict_memory; /* code space without memory faults (else: factory pages) */
};

/* Defaults for a core: its priority bits, everything else from the image. */
struct machine_config machine_config_default(enum core core);

#endif
