/* The top of a board's file. */
#include <string.h>

#include "sim/board/readers.h"

enum { INCLUDES = 8, FIRST_IRQ = 16 };

static bool read_core(struct yaml *yaml, const yaml_node_t *node, void *into) {
  struct board *board = into;
  const char *name = yaml_scalar(node);
  if (name == NULL || !core_by_name(name, &board->core)) {
    return yaml_refuse(yaml, node, "'%.40s' is no core; give one of %s",
                       name != NULL ? name : "", core_names());
  }
  board->has_core = true;
  return true;
}

static bool read_priority_bits(struct yaml *yaml, const yaml_node_t *node, void *into) {
  struct board *board = into;
  uint32_t bits = 0;
  if (!yaml_u32(yaml, node, &bits)) {
    return false;
  }
  if (bits < 2 || bits > 8) {
    return yaml_refuse(yaml, node, "%u priority bits; a core has 2 to 8", bits);
  }
  board->priority_bits = bits;
  return true;
}

static bool read_irq(struct yaml *yaml, const yaml_node_t *key, const yaml_node_t *value,
                     void *user) {
  struct board *board = user;
  uint64_t number = 0;
  if (!yaml_number(yaml_scalar(key), &number) || number >= BOARD_IRQS) {
    return yaml_refuse(yaml, key, "'%.40s' is no interrupt number from 0 to 239",
                       yaml_scalar(key));
  }
  return yaml_text(yaml, value, &board->irq_names[number]);
}

static bool read_interrupts(struct yaml *yaml, const yaml_node_t *node, void *into) {
  return yaml_pairs(yaml, node, read_irq, into);
}

static bool include_one(struct yaml *yaml, const yaml_node_t *node, void *user) {
  struct board *board = user;
  const char *path = NULL;
  if (!yaml_path(yaml, node, &path)) {
    return false;
  }
  if (board->depth == INCLUDES) {
    return yaml_refuse(yaml, node, "files include each other; more than %d deep", INCLUDES);
  }
  board->depth++;
  bool read = board_read(board, path, yaml->error);
  board->depth--;
  return read;
}

static bool read_include(struct yaml *yaml, const yaml_node_t *node, void *into) {
  return yaml_scalar(node) != NULL ? include_one(yaml, node, into)
                                   : yaml_items(yaml, node, include_one, into);
}

#define BOARD_KEY(key, reader) \
  { .name = key, .read = reader }
#define MEMBER(key, reader, member) YAML_MEMBER(struct board, key, reader, member)
#define UNUSED(key, why) \
  { .name = key, .unused = why }

static const struct yaml_key KEYS[] = {
    MEMBER("name", yaml_text, name),
    MEMBER("summary", yaml_text, summary),
    BOARD_KEY("core", read_core),
    BOARD_KEY("priority-bits", read_priority_bits),
    BOARD_KEY("memory_map", read_memory_map),
    BOARD_KEY("interrupts", read_interrupts),
    BOARD_KEY("registers", read_registers),
    BOARD_KEY("lines", read_lines),
    BOARD_KEY("input_registers", read_input_registers),
    BOARD_KEY("mmio_models", read_mmio_models),
    BOARD_KEY("handlers", read_handlers),
    BOARD_KEY("exit_at", read_exit_at),
    BOARD_KEY("invariants", read_invariants),
    BOARD_KEY("groups", read_groups),
    BOARD_KEY("nvic", read_nvic),
    BOARD_KEY("symbols", read_symbols),
    BOARD_KEY("include", read_include),
    BOARD_KEY("use_exit_at", read_use_exit_at),
    UNUSED("entry_point", "the vector table says where the program begins: give nvic.vtor"),
    UNUSED("initial_sp", "the vector table says where the stack begins: give nvic.vtor"),
    UNUSED("interrupt_triggers", "every enabled interrupt is given at every place"),
    UNUSED("limits", "give --max-instructions"),
    UNUSED("boot", "there is no boot phase that is kept out"),
    UNUSED("timers", "give a register a counter, or an effect that repeats"),
    UNUSED("use_nvic", "the core's interrupt controller is always there"),
    UNUSED("use_systick", "SysTick is always there"),
    UNUSED("use_timers", "give a register a counter, or an effect that repeats"),
    UNUSED("limit_interrupts", "give --max-instructions"),
    {.name = NULL}};

bool board_read(struct board *board, const char *path, struct error *error) {
  struct yaml yaml;
  if (!yaml_open(&yaml, board, path, error)) {
    return false;
  }
  bool read = yaml_fill(&yaml, yaml_root(&yaml), KEYS, board);
  yaml_close(&yaml);
  return read;
}

static const struct yaml_key PROGRAM_KEYS[] = {BOARD_KEY("memory_map", read_memory_map),
                                               BOARD_KEY("registers", read_registers),
                                               BOARD_KEY("lines", read_lines),
                                               BOARD_KEY("mmio_models", read_mmio_models),
                                               BOARD_KEY("handlers", read_handlers),
                                               BOARD_KEY("exit_at", read_exit_at),
                                               BOARD_KEY("invariants", read_invariants),
                                               BOARD_KEY("groups", read_groups),
                                               {.name = NULL}};

static bool read_section(struct yaml *yaml, const yaml_node_t *key, const yaml_node_t *value,
                         void *user) {
  for (const struct yaml_key *row = PROGRAM_KEYS; row->name != NULL; row++) {
    if (strcmp(row->name, yaml_scalar(key)) == 0) {
      return row->read(yaml, value, user);
    }
  }
  return true;
}

/* One item of a list. */
struct item {
  struct board *board;
  size_t left; /* items before it */
};

static bool read_item(struct yaml *yaml, const yaml_node_t *node, void *user) {
  struct item *item = user;
  return item->left-- != 0 || yaml_pairs(yaml, node, read_section, item->board);
}

static bool read_programs(struct yaml *yaml, const yaml_node_t *key, const yaml_node_t *value,
                          void *user) {
  return strcmp(yaml_scalar(key), "programs") != 0 || yaml_items(yaml, value, read_item, user);
}

bool board_read_program(struct board *board, const char *path, size_t index,
                        struct error *error) {
  struct yaml yaml;
  struct item item = {board, index};
  if (!yaml_open(&yaml, board, path, error)) {
    return false;
  }
  bool read = yaml_pairs(&yaml, yaml_root(&yaml), read_programs, &item);
  yaml_close(&yaml);
  return read;
}
