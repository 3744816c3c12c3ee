/* Steady: whether a run goes the same way, and accesses the same, whatever values it reads.
 *
 * Followed is what was read from memory, from register to register and through the run's
 * own stack. As long as no address, branch or divisor comes of it, other values there
 * change values alone. Conservative: what cannot be followed is not steady. */
#ifndef TORNWORD_SIM_MACHINE_STEADY_H
#define TORNWORD_SIM_MACHINE_STEADY_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/machine/code.h"

struct steady {
  bool holds;
  uint16_t loaded;   /* registers that may hold what came of a value in memory */
  bool loaded_flags; /* condition flags likewise */
  uint64_t slots;    /* words of the run's own stack likewise: numbered by the caller */

  /* Of the running instruction: the registers that it loads, whether PC is among what it
   * loads, whether it stores what came of a value. */
  uint16_t filling;
  bool fills_pc, stores_loaded;
};

void steady_begin(struct steady *steady);
/* Before the instruction executes; and what it then accesses but constants. */
void steady_instruction(struct steady *steady, const struct code *code);
void steady_read(struct steady *steady);
/* The same of the run's own stack: the bits of the words accessed, 0: they have none. A word
 * is written as a whole if `whole`. */
void steady_stack_read(struct steady *steady, uint64_t words);
void steady_stack_write(struct steady *steady, uint64_t words, bool whole);

#endif
