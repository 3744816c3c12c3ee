/* The other sections of fuzzware's configuration: mmio_models, handlers,
 * exit_at, nvic, symbols. What fuzzware draws from its input is drawn from the
 * stimulus; without one it goes through the values in turn. */
#include <stdio.h>
#include <string.h>

#include "sim/board/readers.h"

enum { BITEXTRACT_VALUES = 34 };

struct model {
  uint32_t address, pc;
  uint32_t access_size;
  uint32_t value, init_value;
  uint32_t mask, left_shift, size;
  const yaml_node_t *values;
};

static bool keep_node(struct yaml *yaml, const yaml_node_t *node, void *into) {
  (void)yaml;
  *(const yaml_node_t **)into = node;
  return true;
}

#define MEMBER(key, reader, member) YAML_MEMBER(struct model, key, reader, member)

static const struct yaml_key MODEL_KEYS[] = {MEMBER("addr", yaml_u32, address),
                                             MEMBER("pc", yaml_u32, pc),
                                             MEMBER("access_size", yaml_u32, access_size),
                                             MEMBER("val", yaml_u32, value),
                                             MEMBER("init_val", yaml_u32, init_value),
                                             MEMBER("mask", yaml_u32, mask),
                                             MEMBER("left_shift", yaml_u32, left_shift),
                                             MEMBER("size", yaml_u32, size),
                                             MEMBER("vals", keep_node, values),
                                             {.name = NULL}};

struct list {
  uint32_t *items;
  size_t count, most;
  unsigned shift; /* of the byte lane */
};

static bool append(struct yaml *yaml, const yaml_node_t *node, void *user) {
  struct list *list = user;
  uint32_t value = 0;
  if (!yaml_u32(yaml, node, &value)) {
    return false;
  }
  if (list->count < list->most) {
    list->items[list->count++] = value << list->shift;
  }
  return true;
}

static bool take_set(struct yaml *yaml, const struct model *read, struct list *list) {
  enum { MOST = 1024 };
  list->most = MOST;
  list->items = arena_allocate(&yaml->board->arena, MOST, sizeof *list->items);
  return read->values == NULL || yaml_items(yaml, read->values, append, list);
}

/* None of the bits, all of them, then each alone. */
static bool take_bits(struct yaml *yaml, const struct model *read, struct list *list) {
  uint32_t mask = read->mask;
  if (mask == 0 && read->size > 0) {
    mask = (read->size >= 4 ? UINT32_MAX : (1U << (8 * read->size)) - 1U) << read->left_shift;
  }
  list->items = arena_allocate(&yaml->board->arena, BITEXTRACT_VALUES, sizeof *list->items);
  list->items[list->count++] = 0;
  list->items[list->count++] = mask << list->shift;
  for (unsigned bit = 0; bit < 32; bit++) {
    if ((mask >> bit & 1U) != 0) {
      list->items[list->count++] = (1U << bit) << list->shift;
    }
  }
  return true;
}

static bool take_constant(struct yaml *yaml, const struct model *read, struct list *list) {
  list->items = arena_allocate(&yaml->board->arena, 1, sizeof *list->items);
  list->items[list->count++] = read->value << list->shift;
  return true;
}

static bool take_nothing(struct yaml *yaml, const struct model *read, struct list *list) {
  (void)yaml, (void)read, (void)list;
  return true;
}

/* With a stimulus: one of the values. */
static void draw_value(const struct model *read, struct register_model *model) {
  (void)read;
  model->draws = model->value_count > 256 ? 2 : 1;
}

/* Or as many bytes as the bits need. */
static void draw_bits(const struct model *read, struct register_model *model) {
  unsigned lane = 8 * (read->address & 3U);
  unsigned bytes = read->size > 0 && read->size <= 4 ? read->size : 4;
  uint32_t all = UINT32_MAX >> (32 - 8 * bytes) << (read->left_shift & 31);
  model->draws = (uint8_t)bytes;
  model->draw_shift = (uint8_t)((read->left_shift + lane) & 31);
  model->draw_mask = (read->mask != 0 ? read->mask : all) << lane;
}

struct kind {
  const char *name;
  bool (*take)(struct yaml *yaml, const struct model *read, struct list *list);
  void (*draw)(const struct model *read, struct register_model *model); /* NULL: no input */
};

static bool read_model(struct yaml *yaml, const yaml_node_t *key, const yaml_node_t *value,
                       void *user) {
  const struct kind *kind = user;
  struct model read = {.access_size = 4};
  struct yaml named = *yaml;
  if (!yaml_fill(&named, value, MODEL_KEYS, &read)) {
    return false;
  }
  if (read.address == 0) {
    return yaml_refuse(yaml, key, "the model has no addr");
  }
  struct list list = {.shift = 8 * (read.address & 3U)};
  if (!kind->take(yaml, &read, &list)) {
    return false;
  }
  struct register_model *model = board_add_model(yaml->board);
  model->name = arena_text(&yaml->board->arena, yaml_scalar(key));
  model->address = read.address & ~3U;
  model->pc = read.pc & ~1U;
  model->reset = read.init_value << list.shift;
  model->source = list.count > 0 ? SOURCE_SET : SOURCE_HELD;
  model->values = list.items;
  model->value_count = list.count;
  if (kind->draw != NULL && list.count > 0) {
    kind->draw(&read, model);
  }
  return true;
}

/* These read what was written, and polls are answered; with a stimulus they are
 * input. */
static bool read_unmodelled(struct yaml *yaml, const yaml_node_t *key, const yaml_node_t *value,
                            void *user) {
  struct board *board = user;
  struct model read = {.access_size = 4};
  if (!yaml_fill(yaml, value, MODEL_KEYS, &read)) {
    return false;
  }
  if (read.address == 0) {
    return yaml_refuse(yaml, key, "the model has no addr");
  }
  board_add_range(board, read.address & ~3U, read.address | 3U);
  return true;
}

static bool read_kind(struct yaml *yaml, const yaml_node_t *key, const yaml_node_t *value,
                      void *user) {
  static const struct kind KINDS[] = {{"constant", take_constant, NULL},
                                      {"set", take_set, draw_value},
                                      {"bitextract", take_bits, draw_bits},
                                      {"passthrough", take_nothing, NULL}};
  static const struct yaml_key NAMES[] = {{.name = "constant"},   {.name = "set"},
                                          {.name = "bitextract"}, {.name = "passthrough"},
                                          {.name = "unmodeled"},  {.name = NULL}};
  const char *name = yaml_scalar(key);
  for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
    if (strcmp(KINDS[i].name, name) == 0) {
      return yaml_pairs(yaml, value, read_model, (void *)&KINDS[i]);
    }
  }
  if (strcmp(name, "unmodeled") == 0) {
    return yaml_pairs(yaml, value, read_unmodelled, user);
  }
  yaml_note(yaml, key, "'%s' is not known and not used%s", name,
            yaml_suggest(yaml, name, NAMES));
  return true;
}

bool read_mmio_models(struct yaml *yaml, const yaml_node_t *node, void *into) {
  return yaml_pairs(yaml, node, read_kind, into);
}

struct handler {
  const char *python;
  struct board_stub stub;
  bool do_return;
};

/* An address, or the name of a function. */
static bool read_code(struct yaml *yaml, const yaml_node_t *node, struct board_stub *stub) {
  const char *text = yaml_scalar(node);
  uint64_t address = 0;
  if (text != NULL && text[0] != '\0' && !yaml_number(text, &address)) {
    stub->symbol = arena_text(&yaml->board->arena, text);
    return true;
  }
  stub->symbol = NULL;
  return yaml_u32(yaml, node, &stub->address);
}

static bool read_address(struct yaml *yaml, const yaml_node_t *node, void *into) {
  struct handler *handler = into;
  return read_code(yaml, node, &handler->stub);
}

static bool read_value(struct yaml *yaml, const yaml_node_t *node, void *into) {
  struct handler *handler = into;
  handler->stub.has_value = true;
  return yaml_u32(yaml, node, &handler->stub.value);
}

static const struct yaml_key HANDLER_KEYS[] = {
    {.name = "handler", .read = yaml_text, .offset = offsetof(struct handler, python)},
    {.name = "addr", .read = read_address},
    {.name = "do_return", .read = yaml_bool, .offset = offsetof(struct handler, do_return)},
    {.name = "value", .read = read_value},
    {.name = "value-of",
     .read = yaml_u32,
     .offset = offsetof(struct handler, stub) + offsetof(struct board_stub, value_of)},
    {.name = NULL}};

static struct board_stub stub_at(struct yaml *yaml, const yaml_node_t *key,
                                 enum stub_kind kind) {
  uint64_t address = 0;
  const char *name = yaml_scalar(key);
  bool number = yaml_number(name, &address);
  return (struct board_stub){
      .symbol = number ? NULL : arena_text(&yaml->board->arena, name),
      .address = (uint32_t)address,
      .kind = kind,
      .where =
          arena_format(&yaml->board->arena, "%s:%zu", yaml->path, key->start_mark.line + 1),
  };
}

/* fuzzware's patches that return a value, or just return. */
static bool take_native(struct handler *handler) {
  static const struct {
    const char *name;
    bool has_value;
    uint32_t value;
  } ROWS[] = {{"native.return_0x0", true, 0},
              {"native.return_0x1", true, 1},
              {"native.inline_asm_7047", false, 0}}; /* bx lr */
  for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
    if (strcmp(handler->python, ROWS[i].name) == 0) {
      handler->do_return = true;
      handler->stub.has_value = ROWS[i].has_value;
      handler->stub.value = ROWS[i].value;
      return true;
    }
  }
  return false;
}

static bool read_handler(struct yaml *yaml, const yaml_node_t *key, const yaml_node_t *value,
                         void *user) {
  struct board *board = user;
  struct handler handler = {.do_return = true, .stub = stub_at(yaml, key, STUB_RETURN)};
  if (!yaml_fill(yaml, value, HANDLER_KEYS, &handler)) {
    return false;
  }
  if (handler.python != NULL && !take_native(&handler) && strcmp(handler.python, "null") != 0) {
    yaml_note(yaml, key, "'%s' is not run: the function %s", handler.python,
              handler.do_return ? "returns at once" : "runs as it is");
  }
  if (handler.do_return) {
    board_add_stub(board, &handler.stub);
  }
  return true;
}

bool read_handlers(struct yaml *yaml, const yaml_node_t *node, void *into) {
  return yaml_pairs(yaml, node, read_handler, into);
}

/* exit_at: {symbol or name: null, an address, a symbol or {addr, value, crash}}. */
struct end {
  struct board_stub stub;
  bool crash;
};

static bool read_end_address(struct yaml *yaml, const yaml_node_t *node, void *into) {
  struct end *end = into;
  return read_code(yaml, node, &end->stub);
}

static bool read_end_value(struct yaml *yaml, const yaml_node_t *node, void *into) {
  struct end *end = into;
  return yaml_u32(yaml, node, &end->stub.value);
}

static const struct yaml_key END_KEYS[] = {
    {.name = "addr", .read = read_end_address},
    {.name = "value", .read = read_end_value},
    {.name = "crash", .read = yaml_bool, .offset = offsetof(struct end, crash)},
    {.name = NULL}};

static bool read_end(struct yaml *yaml, const yaml_node_t *key, const yaml_node_t *value,
                     void *user) {
  struct end end = {.stub = stub_at(yaml, key, STUB_EXIT)};
  bool one = yaml_scalar(value) != NULL && !yaml_is_null(value);
  if (one ? !read_code(yaml, value, &end.stub) : !yaml_fill(yaml, value, END_KEYS, &end)) {
    return false;
  }
  end.stub.kind = end.crash ? STUB_CRASH : STUB_EXIT;
  board_add_stub(user, &end.stub);
  return true;
}

static bool read_end_item(struct yaml *yaml, const yaml_node_t *node, void *user) {
  if (yaml_scalar(node) == NULL) {
    return yaml_refuse(yaml, node, "exit_at lists symbols or addresses");
  }
  struct board_stub stub = stub_at(yaml, node, STUB_EXIT);
  board_add_stub(user, &stub);
  return true;
}

bool read_exit_at(struct yaml *yaml, const yaml_node_t *node, void *into) {
  return node->type == YAML_SEQUENCE_NODE ? yaml_items(yaml, node, read_end_item, into)
                                          : yaml_pairs(yaml, node, read_end, into);
}

static bool read_vtor(struct yaml *yaml, const yaml_node_t *node, void *into) {
  struct board *board = into;
  board->has_vtor = true;
  return yaml_u32(yaml, node, &board->vtor);
}

static void leave_out(struct board *board, uint32_t irq) {
  board->absent_irqs[irq / 32] |= 1U << irq % 32;
}

static bool read_disabled(struct yaml *yaml, const yaml_node_t *node, void *user) {
  uint32_t irq = 0;
  if (!yaml_u32(yaml, node, &irq)) {
    return false;
  }
  if (irq >= BOARD_IRQS) {
    return yaml_refuse(yaml, node, "there are interrupts 0 to 239");
  }
  leave_out(user, irq);
  return true;
}

static bool read_disabled_list(struct yaml *yaml, const yaml_node_t *node, void *into) {
  return yaml_items(yaml, node, read_disabled, into);
}

/* The vectors of the system exceptions count. */
static bool read_vector_count(struct yaml *yaml, const yaml_node_t *node, void *into) {
  enum { FIRST_IRQ = 16 };
  uint32_t count = 0;
  if (!yaml_u32(yaml, node, &count)) {
    return false;
  }
  for (uint32_t irq = count > FIRST_IRQ ? count - FIRST_IRQ : 0; irq < BOARD_IRQS; irq++) {
    leave_out(into, irq);
  }
  return true;
}

static const struct yaml_key NVIC_KEYS[] = {
    {.name = "vtor", .read = read_vtor},
    {.name = "addr", .read = read_vtor},
    {.name = "num_vecs", .read = read_vector_count},
    {.name = "disabled_irqs", .read = read_disabled_list},
    {.name = NULL}};

bool read_nvic(struct yaml *yaml, const yaml_node_t *node, void *into) {
  return yaml_fill(yaml, node, NVIC_KEYS, into);
}

bool read_use_exit_at(struct yaml *yaml, const yaml_node_t *node, void *into) {
  struct board *board = into;
  bool use = true;
  bool read = yaml_bool(yaml, node, &use);
  board->runs_on = !use;
  return read;
}

static bool read_name(struct yaml *yaml, const yaml_node_t *key, const yaml_node_t *value,
                      void *user) {
  uint64_t address = 0;
  const char *name = yaml_scalar(value);
  if (!yaml_number(yaml_scalar(key), &address) || address > UINT32_MAX || name == NULL) {
    return yaml_refuse(yaml, key, "symbols are an ELF file, or ADDRESS: NAME");
  }
  board_add_name(user, name, (uint32_t)address);
  return true;
}

/* An ELF file's path, or fuzzware's mapping of addresses to names: they say what
 * handlers and exit_at mean. */
bool read_symbols(struct yaml *yaml, const yaml_node_t *node, void *into) {
  struct board *board = into;
  return yaml_scalar(node) != NULL && !yaml_is_null(node)
             ? yaml_path(yaml, node, &board->symbols)
             : yaml_pairs(yaml, node, read_name, into);
}
