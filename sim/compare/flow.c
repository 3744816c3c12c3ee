#include "sim/compare/flow.h"

#include <stdlib.h>
#include <string.h>

#include "sim/compare/value.h"
#include "sim/error.h"

enum { MOST_BYTES = 0x10000, ARGUMENTS = 4 };

/* One instruction of the function, at low + 2 * its index. */
struct step {
  struct state *state; /* ahead of it; NULL: not reached */
  struct operation operation;
  size_t jump;  /* 1 + the index of the jump by table that leads here; 0: none */
  bool changed; /* the state was, since it was last taken on */
  bool seen;    /* by the search for loops */
};

struct walk {
  const struct image *image;
  struct decoder *decoder;
  const struct function *function;
  struct step *steps;
  size_t count;
  struct flow *flow;
};

static uint32_t pc_of(const struct walk *walk, size_t index) {
  return walk->function->low + 2 * (uint32_t)index;
}

/* The function's bytes from pc on, as far as the segment goes. */
static const uint8_t *code_at(const struct image *image, uint32_t pc, size_t *size) {
  const struct segment *segments = NULL;
  size_t count = image_segments(image, &segments);
  for (size_t i = 0; i < count; i++) {
    uint32_t offset = pc - segments[i].run_address;
    if (offset < segments[i].size) {
      *size = segments[i].size - offset;
      return segments[i].bytes + offset;
    }
  }
  return NULL;
}

static bool leads_on(const struct operation *operation) {
  switch (operation->kind) {
    case OPERATION_BRANCH:
      return operation->conditional;
    case OPERATION_JUMP:
    case OPERATION_LEAVE:
    case OPERATION_END:
      return false;
    default:
      return true;
  }
}

/* Calls `visit` with the index of each instruction that may come next in the function. */
static void each_next(struct walk *walk, size_t index,
                      void (*visit)(struct walk *, size_t, void *), void *argument) {
  const struct step *step = &walk->steps[index];
  const struct operation *operation = &step->operation;
  if (leads_on(operation) || step->state->it != 0) {
    visit(walk, index + operation->length / 2, argument);
  }
  if (operation->kind == OPERATION_BRANCH && operation->address >= walk->function->low) {
    visit(walk, (operation->address - walk->function->low) / 2, argument);
  }
  for (size_t i = index + 1; operation->kind == OPERATION_JUMP && i < walk->count; i++) {
    if (walk->steps[i].jump == index + 1) {
      visit(walk, i, argument);
    }
  }
}

/* ARMv6-M has no TBB: libgcc's functions stand for it, with the table behind the call. */
static bool is_table_call(const struct walk *walk, const struct operation *operation) {
  static const char helper[] = "__gnu_thumb1_case_";
  const struct function *callee = operation->kind == OPERATION_CALL
                                      ? image_function_at(walk->image, operation->address)
                                      : NULL;
  return callee != NULL && strncmp(callee->name, helper, sizeof helper - 1) == 0;
}

static void decode(struct walk *walk, size_t index) {
  size_t size = 0;
  uint32_t pc = pc_of(walk, index);
  const uint8_t *bytes = code_at(walk->image, pc, &size);
  struct operation *operation = &walk->steps[index].operation;
  *operation = operation_of(walk->decoder, bytes, size, pc);
  if (is_table_call(walk, operation)) {
    operation->kind = OPERATION_JUMP;
  }
}

/* argument: the state that goes there */
static void reach(struct walk *walk, size_t index, void *argument) {
  if (index >= walk->count) {
    return;
  }
  struct step *step = &walk->steps[index];
  if (step->state == NULL) {
    step->state = allocate(1, sizeof *step->state);
    *step->state = *(const struct state *)argument;
    step->changed = true;
    decode(walk, index);
  } else if (state_join(step->state, argument, walk->image)) {
    step->changed = true;
  }
}

static uint8_t it_behind(const struct walk *walk, size_t index) {
  size_t size = 0;
  const uint8_t *bytes = code_at(walk->image, pc_of(walk, index), &size);
  uint8_t it = 0;
  if (size >= 2 && decode_is_it((uint16_t)(bytes[0] | bytes[1] << 8), &it)) {
    return it;
  }
  return decode_it_advance(walk->steps[index].state->it);
}

static void take_on(struct walk *walk, size_t index) {
  struct step *step = &walk->steps[index];
  struct state next = *step->state;
  step->changed = false;
  state_step(&next, &step->operation, pc_of(walk, index), walk->image, walk->function);
  if (step->state->it != 0) {
    state_join(&next, step->state, walk->image);
  }
  next.it = it_behind(walk, index);
  each_next(walk, index, reach, &next);
}

static void settle(struct walk *walk) {
  bool changed = true;
  while (changed) {
    changed = false;
    for (size_t i = 0; i < walk->count; i++) {
      if (walk->steps[i].changed) {
        take_on(walk, i);
        changed = true;
      }
    }
  }
}

/* The first line behind a jump by table that nothing else leads to is one of its targets. */
static bool follow_table(struct walk *walk) {
  size_t jump = 0;
  uint32_t row = UINT32_MAX;
  for (size_t i = 0; i < walk->count; i++) {
    if (walk->steps[i].state != NULL && walk->steps[i].operation.kind == OPERATION_JUMP) {
      jump = i + 1;
      row = image_row_behind(walk->image, pc_of(walk, i));
    }
    if (jump != 0 && pc_of(walk, i) == row) {
      if (walk->steps[i].state == NULL) {
        walk->steps[i].jump = jump;
        walk->steps[jump - 1].changed = true;
        return true;
      }
      row = image_row_behind(walk->image, row);
    }
  }
  return false;
}

static void settle_all(struct walk *walk) {
  struct state first;
  state_enter(&first);
  reach(walk, 0, &first);
  do {
    settle(walk);
  } while (follow_table(walk));
}

struct search {
  size_t *stack;
  size_t depth;
};

static void search_on(struct walk *walk, size_t index, void *argument) {
  struct search *search = argument;
  if (index < walk->count && walk->steps[index].state != NULL && !walk->steps[index].seen) {
    walk->steps[index].seen = true;
    search->stack[search->depth++] = index;
  }
}

/* Whether the instruction can come again. */
static bool is_in_loop(struct walk *walk, size_t index) {
  struct search search = {allocate(walk->count, sizeof *search.stack), 0};
  for (size_t i = 0; i < walk->count; i++) {
    walk->steps[i].seen = false;
  }
  each_next(walk, index, search_on, &search);
  while (search.depth > 0 && !walk->steps[index].seen) {
    each_next(walk, search.stack[--search.depth], search_on, &search);
  }
  free(search.stack);
  return walk->steps[index].seen;
}

static void add_access(struct walk *walk, size_t index, struct value address) {
  const struct operation *operation = &walk->steps[index].operation;
  struct flow *flow = walk->flow;
  array_reserve((void **)&flow->accesses, &flow->access_capacity, flow->access_count + 1,
                sizeof *flow->accesses);
  flow->accesses[flow->access_count++] = (struct flow_access){
      .pc = pc_of(walk, index),
      .address = address.number,
      .size = operation->size,
      .store = operation->kind == OPERATION_STORE,
      .indexed = address.kind == VALUE_NEAR,
      .loops = is_in_loop(walk, index),
  };
}

static void add_handed(struct walk *walk, struct value value, uint32_t callee,
                       uint8_t argument) {
  struct flow *flow = walk->flow;
  if (value.kind == VALUE_EXACT || value.kind == VALUE_NEAR) {
    array_reserve((void **)&flow->handed, &flow->handed_capacity, flow->handed_count + 1,
                  sizeof *flow->handed);
    flow->handed[flow->handed_count++] = (struct flow_handed){value.number, callee, argument};
  }
}

static void note_argument(struct walk *walk, struct value value) {
  if (value.kind == VALUE_ARGUMENT) {
    walk->flow->arguments |= (uint8_t)(1U << value.number);
  }
}

static void note_transfer(struct walk *walk, size_t index) {
  const struct step *step = &walk->steps[index];
  const struct operation *operation = &step->operation;
  struct value address = state_address(step->state, operation, pc_of(walk, index));
  note_argument(walk, address);
  note_argument(walk, state_register(step->state, operation->second));
  bool own = address.kind == VALUE_FRAME;
  for (uint8_t i = 0; operation->kind == OPERATION_STORE && i < operation->list_count; i++) {
    struct value stored = state_register(step->state, operation->list[i]);
    if (state_slot(step->state, value_plus(address, 4U * i)) == NULL) {
      note_argument(walk, stored);
      add_handed(walk, stored, 0, 0);
    }
  }
  if (address.kind == VALUE_EXACT || address.kind == VALUE_NEAR) {
    add_access(walk, index, address);
  } else if (!own) {
    walk->flow->unknown++;
  }
}

static void note_call(struct walk *walk, size_t index) {
  const struct step *step = &walk->steps[index];
  uint32_t callee = step->operation.address;
  uint8_t given = 0;
  for (uint8_t i = 0; i < ARGUMENTS; i++) {
    struct value value = state_register(step->state, i);
    add_handed(walk, value, callee, i);
    bool passed = value.kind == VALUE_ARGUMENT;
    if (passed && value.number == i) {
      given |= (uint8_t)(1U << i);
    } else {
      note_argument(walk, value);
    }
  }
  if (callee == 0) {
    walk->flow->arguments |= given;
    return;
  }
  struct flow *flow = walk->flow;
  array_reserve((void **)&flow->calls, &flow->call_capacity, flow->call_count + 1,
                sizeof *flow->calls);
  flow->calls[flow->call_count++] = (struct flow_call){callee, given};
}

static void note_wait(struct walk *walk, uint32_t pc) {
  struct flow *flow = walk->flow;
  array_reserve((void **)&flow->waits, &flow->wait_capacity, flow->wait_count + 1,
                sizeof *flow->waits);
  flow->waits[flow->wait_count++] = pc;
}

static bool is_outside(const struct walk *walk, const struct operation *operation) {
  return operation->address < walk->function->low || operation->address >= walk->function->high;
}

/* An argument that another instruction reads is used, but where it is only kept. */
static void note_other(struct walk *walk, const struct step *step) {
  for (uint8_t i = 0; i < STATE_REGISTERS; i++) {
    if ((step->operation.reads >> i & 1) != 0) {
      note_argument(walk, state_register(step->state, i));
    }
  }
}

static void note(struct walk *walk, size_t index) {
  const struct step *step = &walk->steps[index];
  const struct operation *operation = &step->operation;
  uint32_t pc = pc_of(walk, index);
  switch (operation->kind) {
    case OPERATION_LOAD:
    case OPERATION_STORE:
      note_transfer(walk, index);
      break;
    case OPERATION_CALL:
      note_call(walk, index);
      break;
    case OPERATION_BRANCH:
      if (is_outside(walk, operation)) {
        note_call(walk, index);
      } else if (operation->address <= pc && image_loops_blindly(walk->image, pc)) {
        note_wait(walk, pc);
      }
      note_other(walk, step);
      break;
    case OPERATION_LEAVE:
      if (operation->reads != 0 && operation->first == OPERATION_NONE) {
        note_other(walk, step);
      }
      break;
    case OPERATION_SUM:
    case OPERATION_OTHER:
    case OPERATION_SHIFT:
      note_other(walk, step);
      break;
    case OPERATION_NUMBER:
    case OPERATION_TOP:
    case OPERATION_JUMP:
    case OPERATION_END:
      break;
  }
}

void flow_of(const struct image *image, struct decoder *decoder,
             const struct function *function, struct flow *flow) {
  size_t size = 0;
  if (function->high <= function->low || function->high - function->low > MOST_BYTES ||
      code_at(image, function->low, &size) == NULL) {
    return;
  }
  size_t bytes = function->high - function->low;
  struct walk walk = {
      .image = image,
      .decoder = decoder,
      .function = function,
      .count = (bytes < size ? bytes : size) / 2,
      .flow = flow,
  };
  walk.steps = allocate(walk.count + 1, sizeof *walk.steps);
  settle_all(&walk);
  for (size_t i = 0; i < walk.count; i++) {
    if (walk.steps[i].state != NULL) {
      note(&walk, i);
    }
  }
  for (size_t i = 0; i < walk.count; i++) {
    free(walk.steps[i].state);
  }
  free(walk.steps);
}

void flow_free(struct flow *flow) {
  free(flow->accesses);
  free(flow->handed);
  free(flow->calls);
  free(flow->waits);
  *flow = (struct flow){.accesses = NULL};
}
