/* What is known of a register: for flow.c alone. */
#ifndef TORNWORD_SIM_COMPARE_VALUE_H
#define TORNWORD_SIM_COMPARE_VALUE_H

#include "sim/image/image.h"
#include "sim/machine/operation.h"

enum value_kind {
  VALUE_UNKNOWN,
  VALUE_EXACT,   /* number */
  VALUE_NEAR,    /* number and something unknown */
  VALUE_FRAME,   /* SP at the function's entry, and number */
  VALUE_ARGUMENT /* r<number> at the function's entry */
};

struct value {
  enum value_kind kind;
  uint32_t number;
};

enum { STATE_REGISTERS = 15, STATE_SLOTS = 64 };

/* At one instruction, whatever the path to it. */
struct state {
  struct value registers[STATE_REGISTERS];
  struct value slots[STATE_SLOTS]; /* own stack words, from the highest down */
  uint8_t it;
};

/* The state at the function's first instruction. */
void state_enter(struct state *state);
/* Makes `state` true for another path's as well; whether that changed it. */
bool state_join(struct state *state, const struct state *other, const struct image *image);
/* Unknown for OPERATION_NONE and PC. */
struct value state_register(const struct state *state, uint8_t number);
/* The word of the stack at a FRAME value, or NULL. */
struct value *state_slot(struct state *state, struct value frame);
/* value + number. */
struct value value_plus(struct value value, uint32_t number);
/* Where a load or store begins; PC-relative ones included. */
struct value state_address(const struct state *state, const struct operation *operation,
                           uint32_t pc);
/* Takes `state` over one instruction that is executed; `image` for words that it loads
 * from its own code and constants. */
void state_step(struct state *state, const struct operation *operation, uint32_t pc,
                const struct image *image, const struct function *function);

#endif
