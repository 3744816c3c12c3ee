#include "sim/compare/value.h"

#include <string.h>

enum { WORD = 4, ARGUMENTS = 4, STACK = 13, LINK = 14, COUNTER = 15 };

void state_enter(struct state *state) {
  memset(state, 0, sizeof *state);
  for (uint32_t i = 0; i < ARGUMENTS; i++) {
    state->registers[i] = (struct value){VALUE_ARGUMENT, i};
  }
  state->registers[STACK] = (struct value){VALUE_FRAME, 0};
}

static const struct variable *variable_at(const struct image *image, uint32_t address) {
  uint32_t leaf = image_leaf_at(image, address);
  const struct variable *variables = NULL;
  image_variables(image, &variables);
  return leaf == LEAF_NONE ? NULL : &variables[image_leaves(image)->leaves[leaf].variable];
}

static bool is_address(struct value value) {
  return value.kind == VALUE_EXACT || value.kind == VALUE_NEAR;
}

/* Two addresses of one variable are near each other: a pointer goes through an array. */
static struct value value_join(struct value a, struct value b, const struct image *image) {
  if (a.kind == b.kind && a.number == b.number) {
    return a;
  }
  if (is_address(a) && is_address(b)) {
    const struct variable *variable = variable_at(image, a.number);
    if (a.number == b.number ||
        (variable != NULL && variable == variable_at(image, b.number))) {
      return (struct value){VALUE_NEAR, a.number};
    }
  }
  return (struct value){VALUE_UNKNOWN, 0};
}

static bool values_join(struct value *values, const struct value *others, size_t count,
                        const struct image *image) {
  bool changed = false;
  for (size_t i = 0; i < count; i++) {
    struct value joined = value_join(values[i], others[i], image);
    changed |= joined.kind != values[i].kind || joined.number != values[i].number;
    values[i] = joined;
  }
  return changed;
}

bool state_join(struct state *state, const struct state *other, const struct image *image) {
  bool registers = values_join(state->registers, other->registers, STATE_REGISTERS, image);
  bool slots = values_join(state->slots, other->slots, STATE_SLOTS, image);
  return registers || slots;
}

struct value state_register(const struct state *state, uint8_t number) {
  return number < STATE_REGISTERS ? state->registers[number] : (struct value){VALUE_UNKNOWN, 0};
}

struct value *state_slot(struct state *state, struct value frame) {
  uint32_t below = 0U - frame.number;
  bool within = frame.kind == VALUE_FRAME && below >= WORD && below % WORD == 0 &&
                below / WORD <= STATE_SLOTS;
  return within ? &state->slots[below / WORD - 1] : NULL;
}

struct value value_plus(struct value value, uint32_t number) {
  if (value.kind == VALUE_ARGUMENT) {
    return number == 0 ? value : (struct value){VALUE_UNKNOWN, 0};
  }
  value.number += value.kind != VALUE_UNKNOWN ? number : 0;
  return value;
}

/* An address and something unknown is near it. */
static struct value value_sum(struct value a, struct value b, unsigned shift) {
  if (b.kind == VALUE_EXACT && a.kind != VALUE_UNKNOWN) {
    return value_plus(a, b.number << shift);
  }
  if (is_address(a)) {
    return (struct value){VALUE_NEAR, a.number};
  }
  bool swapped = shift == 0 && is_address(b);
  return swapped ? (struct value){VALUE_NEAR, b.number} : (struct value){VALUE_UNKNOWN, 0};
}

struct value state_address(const struct state *state, const struct operation *operation,
                           uint32_t pc) {
  struct value base = operation->first == COUNTER ? (struct value){VALUE_EXACT, (pc + 4) & ~3U}
                                                  : state_register(state, operation->first);
  if (operation->second != OPERATION_NONE) {
    base = value_sum(base, state_register(state, operation->second), operation->shift);
  }
  /* With a step behind it the access is at the base itself. */
  return value_plus(base, operation->number);
}

static void set(struct state *state, uint8_t number, struct value value) {
  if (number < STATE_REGISTERS) {
    value.number = value.kind != VALUE_UNKNOWN ? value.number : 0;
    state->registers[number] = value;
  }
}

/* A word that no program changes: of a constant, or of the literals of the function. */
static struct value constant_at(const struct image *image, const struct function *function,
                                struct value address) {
  const struct segment *segments = NULL;
  size_t count = image_segments(image, &segments);
  for (size_t i = 0; address.kind == VALUE_EXACT && i < count; i++) {
    const struct segment *segment = &segments[i];
    uint32_t offset = address.number - segment->run_address;
    bool own = address.number >= function->low && address.number < function->high;
    if ((own || !segment->writable) && segment->size >= WORD &&
        offset <= segment->size - WORD) {
      const uint8_t *at = segment->bytes + offset;
      uint32_t word = (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
                      (uint32_t)at[3] << 24;
      return (struct value){VALUE_EXACT, word};
    }
  }
  return (struct value){VALUE_UNKNOWN, 0};
}

static void step_load(struct state *state, const struct operation *operation, uint32_t pc,
                      const struct image *image, const struct function *function) {
  struct value address = state_address(state, operation, pc);
  bool words = operation->size == WORD * operation->list_count;
  for (uint8_t i = 0; i < operation->list_count; i++) {
    struct value from = value_plus(address, (uint32_t)WORD * i);
    const struct value *slot = words ? state_slot(state, from) : NULL;
    struct value unknown = {VALUE_UNKNOWN, 0};
    struct value value = words && slot == NULL ? constant_at(image, function, from) : unknown;
    set(state, operation->list[i], slot != NULL ? *slot : value);
  }
}

static void step_store(struct state *state, const struct operation *operation, uint32_t pc) {
  struct value address = state_address(state, operation, pc);
  bool words = operation->size == WORD * operation->list_count && address.number % WORD == 0;
  for (uint32_t at = 0; at < operation->size; at += WORD) {
    struct value part = value_plus(address, at);
    part.number &= ~(uint32_t)(WORD - 1);
    struct value *slot = state_slot(state, part);
    if (slot != NULL) {
      *slot = words ? state_register(state, operation->list[at / WORD])
                    : (struct value){VALUE_UNKNOWN, 0};
    }
  }
}

static struct value sum_of(const struct state *state, const struct operation *operation) {
  struct value first = state_register(state, operation->first);
  struct value second = state_register(state, operation->second);
  if (operation->second == OPERATION_NONE) {
    return value_plus(first, operation->subtract ? 0U - operation->number : operation->number);
  }
  if (operation->subtract) { /* of unknown size: still of the same variable */
    return value_sum(first, (struct value){VALUE_UNKNOWN, 0}, 0);
  }
  return value_sum(first, second, operation->shift);
}

static void forget(struct state *state, uint16_t registers) {
  for (uint8_t i = 0; i < STATE_REGISTERS; i++) {
    if ((registers >> i & 1) != 0) {
      set(state, i, (struct value){VALUE_UNKNOWN, 0});
    }
  }
}

void state_step(struct state *state, const struct operation *operation, uint32_t pc,
                const struct image *image, const struct function *function) {
  enum { CALL_CLOBBERS = 1U << 0 | 1U << 1 | 1U << 2 | 1U << 3 | 1U << 12 | 1U << LINK };
  struct value value = state_register(state, operation->target);
  struct value base = state_register(state, operation->first);
  switch (operation->kind) {
    case OPERATION_NUMBER:
      value = (struct value){VALUE_EXACT, operation->number};
      break;
    case OPERATION_TOP:
      value.number = (value.number & 0xffff) | operation->number << 16;
      break;
    case OPERATION_SUM:
      value = sum_of(state, operation);
      break;
    case OPERATION_SHIFT:
      value = (struct value){base.kind == VALUE_EXACT ? VALUE_EXACT : VALUE_UNKNOWN,
                             base.number << operation->number};
      break;
    case OPERATION_LOAD:
      step_load(state, operation, pc, image, function);
      break;
    case OPERATION_STORE:
      step_store(state, operation, pc);
      forget(state, operation->writes); /* STREX's result */
      break;
    case OPERATION_CALL:
      forget(state, CALL_CLOBBERS);
      break;
    case OPERATION_OTHER:
      forget(state, operation->writes);
      break;
    case OPERATION_BRANCH:
    case OPERATION_JUMP:
    case OPERATION_LEAVE:
    case OPERATION_END:
      break;
  }
  set(state, operation->target, value);
  if (operation->writes_back) {
    set(state, operation->first, value_plus(base, (uint32_t)operation->step));
  }
}
