/* What a run made of the program's state, to compare runs that took the same
 * interrupt in different orders.
 *
 * It is taken where the run is at a given pc and call depth: the words
 * of memory that changed since a common beginning, the core registers, and what
 * went out to devices. Two of them are compared over what is live: memory that
 * is not stack, stack words and registers that the program reads afterwards
 * before it writes them. Condition flags are left out (docs/fidelity.md). */
#ifndef TORNWORD_SIM_EXPLORE_END_STATE_H
#define TORNWORD_SIM_EXPLORE_END_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/machine/machine.h"

struct changed_word {
  uint32_t address;
  uint32_t base, value; /* at the beginning, and now */
};

struct end_state {
  bool valid;
  struct changed_word *words; /* by address */
  size_t count, capacity;
  uint32_t registers[15]; /* r0 to r12, sp, lr */
  uint64_t output;
};

struct liveness {
  uint16_t registers;    /* one bit each: read before written */
  uint32_t *stack_words; /* addresses read before written */
  size_t count, capacity;
};

void end_state_free(struct end_state *state);
void liveness_free(struct liveness *liveness);

/* Takes the state that comes of everything behind undo mark `since`. */
void end_state_take(struct end_state *state, struct machine *machine, uint64_t since);

/* Looks ahead from here for at most `steps` boundaries; the machine is brought
 * back by `snapshot`, which is overwritten. */
void liveness_look(struct liveness *liveness, struct machine *machine,
                   struct snapshot *snapshot, uint64_t steps);

/* Whether any word differs from the beginning, the stack below `sp` left out. */
bool end_state_changes(const struct end_state *state, const struct machine *machine,
                       uint32_t sp);

bool end_state_equal(const struct end_state *a, const struct end_state *b,
                     const struct liveness *live, const struct machine *machine);

#endif
