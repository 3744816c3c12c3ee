/* Device registers as members of a group: by the name that the board's files give them,
 * or by address. */
#ifndef TORNWORD_SIM_EXPLORE_CLAIM_REGISTERS_H
#define TORNWORD_SIM_EXPLORE_CLAIM_REGISTERS_H

#include "detectors/claims.h"
#include "sim/error.h"
#include "sim/machine/config.h"
#include "sim/words.h"

struct claim_registers {
  const struct machine_config *config; /* borrowed; NULL: no register has a name */
  struct claim_register *items;        /* room for CLAIM_REGISTERS */
  uint32_t count;
};

/* Whether the text is an address, or the name of a register: then it fills `address`. */
bool claim_registers_named(const struct claim_registers *registers, const char *text,
                           uint32_t *address);
/* Tries the names of all registers. */
void claim_registers_try(const struct claim_registers *registers,
                         struct words_nearest *nearest);

/* Adds one to a group (once). Refuses what is no peripheral's, and one that is in
 * another group; the error does not say where. */
bool claim_registers_add(struct claim_registers *registers, uint32_t address, uint32_t group,
                         struct error *error);

/* Nothing is added after this: parts of one word end where the next one begins. */
void claim_registers_finish(struct claim_registers *registers);

#endif
