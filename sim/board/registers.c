/* registers and lines: what registers.h says, in YAML. */
#include <string.h>

#include "sim/board/readers.h"

enum { FIRST_IRQ = 16, REGISTERS_MOST = 262144, EFFECTS_MOST = 65536 };

struct values {
  uint32_t *items;
  size_t count, capacity;
};

struct input {
  uint32_t status, bits, empty;
  uint64_t after;
  bool at_reset;
};

/* One entry of the list, while it is read. */
struct entry {
  struct register_model model;
  struct board *board;
  const char *alias_kind;
  struct values values;
  bool has_input;
  struct input input;
  uint32_t array; /* how many such words follow each other */
};

static bool add_value(struct yaml *yaml, const yaml_node_t *node, void *user) {
  struct values *values = user;
  uint32_t number = 0;
  if (!yaml_u32(yaml, node, &number)) {
    return false;
  }
  if (values->count == values->capacity) {
    size_t capacity = values->capacity > 0 ? 2 * values->capacity : 8;
    uint32_t *items = arena_allocate(&yaml->board->arena, capacity, sizeof *items);
    if (values->count > 0) {
      memcpy(items, values->items, values->count * sizeof *items);
    }
    values->items = items;
    values->capacity = capacity;
  }
  values->items[values->count++] = number;
  return true;
}

static bool read_values(struct yaml *yaml, const yaml_node_t *node, struct entry *entry,
                        enum register_source source) {
  if (!yaml_items(yaml, node, add_value, &entry->values)) {
    return false;
  }
  entry->model.source = source;
  entry->model.values = entry->values.items;
  entry->model.value_count = entry->values.count;
  return entry->values.count > 0 || yaml_refuse(yaml, node, "an empty list of values");
}

static bool read_set(struct yaml *yaml, const yaml_node_t *node, void *into) {
  return read_values(yaml, node, into, SOURCE_SET);
}

static bool read_sequence(struct yaml *yaml, const yaml_node_t *node, void *into) {
  return read_values(yaml, node, into, SOURCE_SEQUENCE);
}

static bool read_constant(struct yaml *yaml, const yaml_node_t *node, void *into) {
  struct entry *entry = into;
  if (!yaml_u32(yaml, node, &entry->model.reset)) {
    return false;
  }
  entry->model.ones = entry->model.reset;
  entry->model.zeros = ~entry->model.reset;
  return true;
}

static bool read_counter(struct yaml *yaml, const yaml_node_t *node, void *into) {
  struct entry *entry = into;
  if (!yaml_u64(yaml, node, &entry->model.period)) {
    return false;
  }
  entry->model.source = SOURCE_COUNTER;
  return entry->model.period > 0 ||
         yaml_refuse(yaml, node, "counter: give the instructions for each step, at least 1");
}

static bool read_draws(struct yaml *yaml, const yaml_node_t *node, void *into) {
  struct entry *entry = into;
  uint32_t bytes = 0;
  if (!yaml_u32(yaml, node, &bytes)) {
    return false;
  }
  entry->model.draws = (uint8_t)bytes;
  entry->model.draw_mask = UINT32_MAX;
  return (bytes >= 1 && bytes <= 4) || yaml_refuse(yaml, node, "a read draws 1 to 4 bytes");
}

static bool read_alias(struct yaml *yaml, const yaml_node_t *node, struct entry *entry,
                       enum register_alias alias) {
  entry->model.alias = alias;
  return yaml_u32(yaml, node, &entry->model.alias_of);
}

static bool read_sets(struct yaml *yaml, const yaml_node_t *node, void *into) {
  return read_alias(yaml, node, into, ALIAS_SET);
}

static bool read_clears(struct yaml *yaml, const yaml_node_t *node, void *into) {
  return read_alias(yaml, node, into, ALIAS_CLEAR);
}

static bool read_toggles(struct yaml *yaml, const yaml_node_t *node, void *into) {
  return read_alias(yaml, node, into, ALIAS_TOGGLE);
}

static bool read_irq(struct yaml *yaml, const yaml_node_t *node, void *into) {
  uint32_t irq = 0;
  if (!yaml_u32(yaml, node, &irq)) {
    return false;
  }
  *(uint16_t *)into = (uint16_t)(irq + FIRST_IRQ);
  return irq < BOARD_IRQS || yaml_refuse(yaml, node, "there are interrupts 0 to 239");
}

#define EFFECT(key, reader, member) YAML_MEMBER(struct register_effect, key, reader, member)

static const struct yaml_key EFFECT_KEYS[] = {
    EFFECT("bits", yaml_u32, mask),          EFFECT("bits-clear", yaml_u32, zero_mask),
    EFFECT("after", yaml_u64, after),        EFFECT("repeats", yaml_bool, repeats),
    EFFECT("while", yaml_u32, while_in),     EFFECT("while-bits", yaml_u32, while_bits),
    EFFECT("in", yaml_u32, target),          EFFECT("set", yaml_u32, set),
    EFFECT("clear", yaml_u32, clear),        EFFECT("tick", yaml_u64, tick),
    EFFECT("width", yaml_u32, width),        EFFECT("compares", yaml_bool, compares),
    EFFECT("captures", yaml_bool, captures), EFFECT("input-to", yaml_u32, input_to),
    EFFECT("fill-at", yaml_u32, fill_at),    EFFECT("fill-count", yaml_u32, fill_count),
    EFFECT("irq", read_irq, exception),      {.name = NULL}};

static bool check_effect(const struct yaml *yaml, const yaml_node_t *node,
                         const struct register_effect *effect) {
  if (effect->repeats && effect->after == 0 && !effect->compares) {
    return yaml_refuse(yaml, node, "repeats: give the instructions between with after");
  }
  if ((effect->fill_at == 0) != (effect->fill_count == 0)) {
    return yaml_refuse(yaml, node, "a transfer has both fill-at and fill-count");
  }
  bool timer = effect->compares || effect->captures;
  if (timer && (effect->tick == 0 || effect->width < 1 || effect->width > 32)) {
    return yaml_refuse(yaml, node, "a timer has a tick (instructions) and a width of 1 to 32");
  }
  return true;
}

static bool read_effect(struct yaml *yaml, const yaml_node_t *node, bool on_read) {
  struct register_effect effect = {.on_read = on_read, .while_bits = UINT32_MAX, .width = 32};
  if (!yaml_fill(yaml, node, EFFECT_KEYS, &effect)) {
    return false;
  }
  if (!check_effect(yaml, node, &effect)) {
    return false;
  }
  if (yaml->board->effect_count == EFFECTS_MOST) {
    return yaml_refuse(yaml, node, "more than %d effects", EFFECTS_MOST);
  }
  board_add_effect(yaml->board, &effect);
  return true;
}

static bool read_write_effect(struct yaml *yaml, const yaml_node_t *node, void *user) {
  (void)user;
  return read_effect(yaml, node, false);
}

static bool read_read_effect(struct yaml *yaml, const yaml_node_t *node, void *user) {
  (void)user;
  return read_effect(yaml, node, true);
}

static bool read_on_write(struct yaml *yaml, const yaml_node_t *node, void *into) {
  return yaml_items(yaml, node, read_write_effect, into);
}

static bool read_on_read(struct yaml *yaml, const yaml_node_t *node, void *into) {
  return yaml_items(yaml, node, read_read_effect, into);
}

#define INPUT(key, reader, member) YAML_MEMBER(struct input, key, reader, member)

static const struct yaml_key INPUT_KEYS[] = {
    INPUT("status", yaml_u32, status),      INPUT("bits", yaml_u32, bits),
    INPUT("empty", yaml_u32, empty),        INPUT("after", yaml_u64, after),
    INPUT("at-reset", yaml_bool, at_reset), {.name = NULL}};

static bool read_input(struct yaml *yaml, const yaml_node_t *node, void *into) {
  struct entry *entry = into;
  entry->has_input = true;
  entry->input = (struct input){.after = 1000, .at_reset = true};
  return yaml_fill(yaml, node, INPUT_KEYS, &entry->input);
}

#define ENTRY(key, reader) \
  { .name = key, .read = reader }
#define MEMBER(key, reader, member) YAML_MEMBER(struct entry, key, reader, member)

static const struct yaml_key KEYS[] = {MEMBER("name", yaml_text, model.name),
                                       MEMBER("address", yaml_u32, model.address),
                                       MEMBER("pc", yaml_u32, model.pc),
                                       MEMBER("reset", yaml_u32, model.reset),
                                       ENTRY("constant", read_constant),
                                       ENTRY("set", read_set),
                                       ENTRY("sequence", read_sequence),
                                       ENTRY("counter", read_counter),
                                       MEMBER("ones", yaml_u32, model.ones),
                                       MEMBER("zeros", yaml_u32, model.zeros),
                                       MEMBER("read-only", yaml_u32, model.read_only),
                                       MEMBER("w1c", yaml_u32, model.clear_by_one),
                                       MEMBER("rc_w0", yaml_u32, model.clear_by_zero),
                                       MEMBER("rc_r", yaml_u32, model.clear_by_read),
                                       ENTRY("sets", read_sets),
                                       ENTRY("clears", read_clears),
                                       ENTRY("toggles", read_toggles),
                                       MEMBER("output", yaml_bool, model.output),
                                       MEMBER("array", yaml_u32, array),
                                       ENTRY("draws", read_draws),
                                       ENTRY("input", read_input),
                                       ENTRY("on-write", read_on_write),
                                       ENTRY("on-read", read_on_read),
                                       {.name = NULL}};

/* A byte that was read makes room for the next one. */
static void add_input(struct board *board, const struct entry *entry) {
  const struct input *input = &entry->input;
  struct register_effect arrives = {.on_read = true,
                                    .after = input->after,
                                    .target = input->status,
                                    .set = input->bits,
                                    .clear = input->empty,
                                    .input_to = entry->model.address};
  struct register_effect taken = {
      .on_read = true, .target = input->status, .clear = input->bits, .set = input->empty};
  board_add_effect(board, &taken);
  size_t index = board_add_effect(board, &arrives);
  if (input->at_reset) {
    board_add_at_reset(board, index);
  }
}

/* Effects that do not say where change the register itself. */
static void aim_effects(struct board *board, const struct register_model *model) {
  for (size_t i = model->first_effect; i < board->effect_count; i++) {
    struct register_effect *effect = &board->effects[i];
    bool changes = (effect->set | effect->clear) != 0 || effect->captures;
    effect->target = effect->target == 0 && changes ? model->address : effect->target;
  }
}

static bool read_register(struct yaml *yaml, const yaml_node_t *node, void *user) {
  struct board *board = user;
  struct entry entry = {.board = board, .array = 1};
  entry.model.first_effect = board->effect_count;
  if (!yaml_fill(yaml, node, KEYS, &entry)) {
    return false;
  }
  if ((entry.model.address & 3) != 0 || entry.model.address == 0) {
    return yaml_refuse(yaml, node, "a register needs an address, a multiple of 4");
  }
  if ((uint64_t)board->model_count + entry.array > REGISTERS_MOST) {
    return yaml_refuse(yaml, node, "more than %d registers", REGISTERS_MOST);
  }
  aim_effects(board, &entry.model);
  if (entry.has_input) {
    add_input(board, &entry);
  }
  entry.model.effect_count = board->effect_count - entry.model.first_effect;
  for (uint32_t i = 0; i < entry.array; i++) {
    struct register_model *model = board_add_model(board);
    *model = entry.model;
    model->address += 4 * i;
  }
  return true;
}

bool read_registers(struct yaml *yaml, const yaml_node_t *node, void *into) {
  return yaml_items(yaml, node, read_register, into);
}

#define LINE(key, reader, member) YAML_MEMBER(struct register_line, key, reader, member)

static const struct yaml_key WITH_KEYS[] = {LINE("in", yaml_u32, with),
                                            LINE("set", yaml_u32, with_set),
                                            LINE("clear", yaml_u32, with_clear),
                                            {.name = NULL}};

static bool read_with(struct yaml *yaml, const yaml_node_t *node, void *into) {
  return yaml_fill(yaml, node, WITH_KEYS, into);
}

static const struct yaml_key LINE_KEYS[] = {LINE("irq", read_irq, exception),
                                            LINE("status", yaml_u32, status),
                                            LINE("status-bits", yaml_u32, status_bits),
                                            LINE("enable", yaml_u32, enable),
                                            LINE("enable-bits", yaml_u32, enable_bits),
                                            {.name = "with", .read = read_with},
                                            {.name = NULL}};

static bool read_line(struct yaml *yaml, const yaml_node_t *node, void *user) {
  struct register_line line = {.status_bits = UINT32_MAX, .enable_bits = UINT32_MAX};
  if (!yaml_fill(yaml, node, LINE_KEYS, &line)) {
    return false;
  }
  if (line.exception == 0 || line.status == 0) {
    return yaml_refuse(yaml, node, "a line needs an irq and the address of its status");
  }
  if (line.with == 0 && (line.with_set | line.with_clear) != 0) {
    return yaml_refuse(yaml, node, "with: say in which register, as in: 0x40000000");
  }
  board_add_line(user, &line);
  return true;
}

bool read_lines(struct yaml *yaml, const yaml_node_t *node, void *into) {
  return yaml_items(yaml, node, read_line, into);
}
