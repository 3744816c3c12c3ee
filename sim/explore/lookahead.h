/* Lookahead: what the program's own run comes to, as its bare pass saw it.
 *
 * Behind a handler the interrupted code does the same as without it, until an
 * instruction touches what the handler touched (one of the two writing). As long as
 * none does, a branch shows nothing that a branch from a later place would not show:
 * its suspicions are left to the last place ahead of such an instruction. Which one
 * that is cannot be known exactly, and need not: kept are, for each block of
 * boundaries, sets of the words that were read and written, which may say yes where
 * no is right, and whether exceptions, masks or devices had a part in it. Dead stack
 * below the stack pointer is left out. */
#ifndef TORNWORD_SIM_EXPLORE_LOOKAHEAD_H
#define TORNWORD_SIM_EXPLORE_LOOKAHEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/machine/machine.h"

enum { LOOKAHEAD_BLOCK = 64 /* boundaries */, LOOKAHEAD_WORDS = 4 /* of a set */ };

struct lookahead_block {
  uint64_t read[LOOKAHEAD_WORDS], written[LOOKAHEAD_WORDS]; /* each word is two bits */
  bool eventful;
};

struct lookahead {
  struct lookahead_block *blocks;
  size_t count, capacity;
  /* Where the newest instruction left off. */
  uint32_t changes, serial;
  uint64_t bus_accesses, code_changes;
};

void lookahead_free(struct lookahead *lookahead);
/* A bare pass begins. */
void lookahead_clear(struct lookahead *lookahead);
/* At each of its boundaries: what the instruction ahead of it did. False: nothing but
 * access memory. */
bool lookahead_note(struct lookahead *lookahead, const struct machine *machine);

/* Up to which boundary the run goes on from `boundary` as if the handlers of this
 * footprint had not been: a multiple of LOOKAHEAD_BLOCK, at most `end`; or not more than
 * `boundary`. The last block of the run is never passed. */
uint64_t lookahead_quiet(const struct lookahead *lookahead, const struct footprint *footprint,
                         const struct machine *machine, uint64_t boundary, uint64_t end);
/* Whether it accesses what they touched between two multiples of LOOKAHEAD_BLOCK. */
bool lookahead_meets(const struct lookahead *lookahead, const struct footprint *footprint,
                     const struct machine *machine, uint64_t from, uint64_t to);
/* Whether this boundary is ahead of the run's last block. */
bool lookahead_passes(const struct lookahead *lookahead, uint64_t boundary);

#endif
