/* CMSIS-SVD: names and numbers of interrupts, reset values of registers.
 *
 * Arrays (dim) and clusters are unfolded, what is derivedFrom another element takes
 * from it what it does not say itself, and reset values come from the elements
 * around. Known gaps: access and side effects of fields are not used, nor are
 * headerStructName, alternate groups and dimArrayIndex. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/board/board.h"
#include "sim/board/svd_tree.h"
#include "sim/board/yaml.h"

enum {
  DERIVED_MOST = 8,      /* one from another from another ... */
  NESTED_MOST = 8,       /* clusters within clusters */
  DIM_MOST = 1024,       /* elements of one array */
  REGISTERS_MOST = 65536 /* of one file */
};

struct svd {
  struct board *board;
  const struct svd_element *peripherals;
  size_t registers, interrupts, visited;
};

/* Where a register lies, and what it is called. */
struct scope {
  const struct scope *around; /* for reset values; NULL: the device */
  const struct svd_element *element;
  const char *name;
  uint64_t base;
  unsigned depth;
};

static bool is_named(const struct svd_element *element, const char *name, size_t length) {
  const struct svd_element *own = svd_tree_find(element, "name");
  return own != NULL && strlen(own->text) == length && strncmp(own->text, name, length) == 0;
}

static const struct svd_element *named(const struct svd_element *list, const char *name,
                                       size_t length) {
  for (const struct svd_element *at = list->inner; at != NULL; at = at->next) {
    if (is_named(at, name, length)) {
      return at;
    }
  }
  return NULL;
}

/* "Peripheral.Cluster.Register" from the top, or a name beside the element. */
static const struct svd_element *origin_of(const struct svd *svd,
                                           const struct svd_element *element) {
  const char *path = element->derived_from;
  if (path == NULL) {
    return NULL;
  }
  if (strchr(path, '.') == NULL && element->outer != NULL) {
    const struct svd_element *found = named(element->outer, path, strlen(path));
    return found != element ? found : NULL;
  }
  const struct svd_element *list = svd->peripherals;
  const struct svd_element *found = NULL;
  for (size_t length = 0; list != NULL; path += length + 1) {
    length = strcspn(path, ".");
    found = named(list, path, length);
    if (found == NULL || path[length] == '\0') {
      break;
    }
    const struct svd_element *registers = svd_tree_find(found, "registers");
    list = registers != NULL ? registers : found;
  }
  return found != element ? found : NULL;
}

/* What the element says, or what it is derived from does; NULL if neither does. */
static const struct svd_element *property(const struct svd *svd,
                                          const struct svd_element *element, const char *tag) {
  const struct svd_element *found = NULL;
  for (unsigned i = 0; i < DERIVED_MOST && element != NULL && found == NULL; i++) {
    found = svd_tree_find(element, tag);
    element = origin_of(svd, element);
  }
  return found;
}

static bool number(const struct svd *svd, const struct svd_element *element, const char *tag,
                   uint64_t *value) {
  const struct svd_element *found = property(svd, element, tag);
  if (found == NULL || found->text[0] == '\0') {
    return false;
  }
  if (found->text[0] == '#') { /* SVD's own spelling of binary */
    char *end = NULL;
    *value = strtoull(found->text + 1, &end, 2);
    return *end == '\0';
  }
  return yaml_number(found->text, value);
}

/* "A,B,C", "0-3" or "A-C": the text of one index; else its number. */
static const char *index_text(struct arena *arena, const char *list, size_t index) {
  const char *dash = strchr(list, '-');
  if (dash == NULL) {
    for (size_t i = 0; i < index && list != NULL; i++) {
      list = strchr(list, ',');
      list = list != NULL ? list + 1 : NULL;
    }
    if (list != NULL && list[0] != '\0') {
      return arena_format(arena, "%.*s", (int)strcspn(list, ","), list);
    }
    return arena_format(arena, "%zu", index);
  }
  bool letters = list[0] >= 'A' && list[0] <= 'Z' && dash == list + 1;
  return letters ? arena_format(arena, "%c", (char)(list[0] + (char)(index % 26)))
                 : arena_format(arena, "%llu", strtoull(list, NULL, 10) + index);
}

/* "CH%s" or "CH[%s]" with the index put in. */
static const char *name_of(struct svd *svd, const struct svd_element *element, size_t index) {
  const struct svd_element *name = property(svd, element, "name");
  const struct svd_element *list = property(svd, element, "dimIndex");
  const char *text = name != NULL ? name->text : "?";
  const char *hole = strstr(text, "%s");
  struct arena *arena = &svd->board->arena;
  return hole == NULL
             ? text
             : arena_format(arena, "%.*s%s%s", (int)(hole - text), text,
                            index_text(arena, list != NULL ? list->text : "", index), hole + 2);
}

static uint64_t reset_of(const struct svd *svd, const struct scope *scope) {
  uint64_t value = 0;
  for (; scope != NULL; scope = scope->around) {
    if (number(svd, scope->element, "resetValue", &value)) {
      return value;
    }
  }
  const struct svd_element *device = svd->peripherals->outer;
  number(svd, device, "resetValue", &value);
  return value;
}

static uint64_t size_of(const struct svd *svd, const struct scope *scope) {
  uint64_t bits = 32;
  for (; scope != NULL; scope = scope->around) {
    if (number(svd, scope->element, "size", &bits)) {
      return bits;
    }
  }
  number(svd, svd->peripherals->outer, "size", &bits);
  return bits;
}

/* The model of this word that the last few registers made, for those that are
 * smaller than a word. */
static struct register_model *recent_model(struct board *board, uint32_t word) {
  enum { LOOK_BACK = 16 };
  for (size_t i = board->model_count; i > 0 && board->model_count - i < LOOK_BACK; i--) {
    if (board->models[i - 1].plain && board->models[i - 1].address == word) {
      return &board->models[i - 1];
    }
  }
  return NULL;
}

static void add_register(struct svd *svd, const struct scope *scope) {
  uint64_t bits = size_of(svd, scope);
  uint64_t mask = bits >= 32 ? UINT32_MAX : (1ULL << bits) - 1;
  uint32_t value = (uint32_t)(reset_of(svd, scope) & mask);
  uint32_t word = (uint32_t)scope->base & ~3U;
  if (scope->base > UINT32_MAX || (bits >= 32 && word != scope->base)) {
    return;
  }
  struct register_model *model = bits < 32 ? recent_model(svd->board, word) : NULL;
  if (model == NULL) {
    model = board_add_model(svd->board);
    model->address = word;
    model->plain = true;
    model->name = arena_text(&svd->board->arena, scope->name);
  }
  model->reset |= value << (8 * (scope->base & 3U));
  svd->registers++;
}

static void walk(struct svd *svd, const struct svd_element *list, const struct scope *around);

/* A register, or a cluster: `dim` of them. */
static void place(struct svd *svd, const struct svd_element *element,
                  const struct scope *around) {
  uint64_t offset = 0;
  uint64_t dim = 1;
  uint64_t step = 0;
  number(svd, element, "addressOffset", &offset);
  number(svd, element, "dim", &dim);
  number(svd, element, "dimIncrement", &step);
  for (uint64_t i = 0; i < dim && i < DIM_MOST && svd->visited < REGISTERS_MOST; i++) {
    const struct scope scope = {
        .around = around,
        .element = element,
        .name = arena_format(&svd->board->arena, "%.100s.%.60s", around->name,
                             name_of(svd, element, (size_t)i)),
        .base = around->base + offset + i * step,
        .depth = around->depth + 1,
    };
    svd->visited++;
    if (strcmp(element->tag, "register") == 0) {
      add_register(svd, &scope);
    } else if (scope.depth < NESTED_MOST) {
      walk(svd, element, &scope);
    }
  }
}

/* What stands in a list of registers, after what its origin has. */
static void walk(struct svd *svd, const struct svd_element *list, const struct scope *around) {
  const struct svd_element *chain[DERIVED_MOST] = {list};
  unsigned count = 1;
  while (count < DERIVED_MOST && (chain[count] = origin_of(svd, chain[count - 1])) != NULL) {
    count++;
  }
  for (; count > 0; count--) {
    const struct svd_element *at = chain[count - 1]->inner;
    for (; at != NULL && svd->visited < REGISTERS_MOST; at = at->next) {
      if (strcmp(at->tag, "register") == 0 || strcmp(at->tag, "cluster") == 0) {
        place(svd, at, around);
      }
    }
  }
}

static void add_interrupts(struct svd *svd, const struct svd_element *peripheral) {
  for (const struct svd_element *at = peripheral->inner; at != NULL; at = at->next) {
    const struct svd_element *name = svd_tree_find(at, "name");
    uint64_t value = BOARD_IRQS;
    if (strcmp(at->tag, "interrupt") == 0 && name != NULL && number(svd, at, "value", &value) &&
        value < BOARD_IRQS) {
      svd->board->irq_names[value] = name->text;
      svd->interrupts++;
    }
  }
}

/* Those of what the peripheral is derived from come first: its own win. */
static void add_registers(struct svd *svd, const struct svd_element *peripheral,
                          const struct scope *scope) {
  const struct svd_element *chain[DERIVED_MOST];
  unsigned count = 0;
  for (; peripheral != NULL && count < DERIVED_MOST; peripheral = origin_of(svd, peripheral)) {
    chain[count++] = peripheral;
  }
  for (; count > 0; count--) {
    const struct svd_element *registers = svd_tree_find(chain[count - 1], "registers");
    if (registers != NULL) {
      walk(svd, registers, scope);
    }
  }
}

static void add_peripheral(struct svd *svd, const struct svd_element *peripheral) {
  uint64_t base = 0;
  uint64_t dim = 1;
  uint64_t step = 0;
  if (!number(svd, peripheral, "baseAddress", &base)) {
    return;
  }
  number(svd, peripheral, "dim", &dim);
  number(svd, peripheral, "dimIncrement", &step);
  for (uint64_t i = 0; i < dim && i < DIM_MOST && svd->visited < REGISTERS_MOST; i++) {
    const struct scope scope = {.element = peripheral,
                                .name = name_of(svd, peripheral, (size_t)i),
                                .base = base + i * step};
    add_registers(svd, peripheral, &scope);
  }
}

static void add_device(struct svd *svd, const struct svd_element *device) {
  svd->peripherals = device != NULL ? svd_tree_find(device, "peripherals") : NULL;
  const struct svd_element *at = svd->peripherals != NULL ? svd->peripherals->inner : NULL;
  for (; at != NULL; at = at->next) {
    if (strcmp(at->tag, "peripheral") == 0) {
      add_interrupts(svd, at);
      add_peripheral(svd, at);
    }
  }
}

bool board_read_svd(struct board *board, const char *path, struct error *error) {
  FILE *stream = fopen(path, "rb");
  if (stream == NULL) {
    return error_set(error, "%s: cannot be read: %s", path, strerror(errno));
  }
  const struct svd_element *top = svd_tree_read(&board->arena, stream, path, error);
  fclose(stream);
  if (top == NULL) {
    return false;
  }
  struct svd svd = {.board = board};
  add_device(&svd, svd_tree_find(top, "device"));
  if (svd.visited == REGISTERS_MOST) {
    board_note(board, "%s: more than %d registers: those behind are not used", path,
               REGISTERS_MOST);
  }
  return svd.registers + svd.interrupts > 0 ||
         error_set(error,
                   "%s: no peripherals with registers or interrupts; an SVD file is expected",
                   path);
}
