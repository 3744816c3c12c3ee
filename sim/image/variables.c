/* Variables with storage in the image, and their leaves. */
#include <dwarf.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "sim/image/layout.h"
#include "sim/image/location.h"
#include "sim/image/object.h"
#include "sim/image/types.h"

enum { MOST_LEAVES = 4 * 1000 * 1000, MOST_STEPS = 16 * 1000 * 1000 };

/* A variable and what stands behind it, while both are sorted. */
struct found {
  struct variable variable;
  struct variable_detail detail;
};

struct found_list {
  struct found *found;
  size_t count, capacity;
};

static void found_add(struct found_list *list, struct variable variable,
                      struct variable_detail detail) {
  void *found = list->found;
  array_reserve(&found, &list->capacity, list->count + 1, sizeof *list->found);
  list->found = found;
  list->found[list->count++] = (struct found){variable, detail};
}

static bool symbol_covers(const struct symbol *symbol, uint32_t address) {
  return address == symbol->address ||
         (address > symbol->address && address - symbol->address < symbol->size);
}

/* The symbol of a variable that DWARF puts there, or NULL. What the linker
 * dropped is left at address 0, where the vector table may be: there the name
 * must match too. */
static const struct symbol *storage_symbol(const struct image *image, Dwarf_Die *die,
                                           uint32_t address) {
  enum { LOOK_BACK = 16 };
  Dwarf_Attribute attribute;
  const char *name = die_name(die);
  const char *linked =
      dwarf_formstring(dwarf_attr_integrate(die, DW_AT_linkage_name, &attribute));
  size_t behind = symbols_from(image, address);
  while (behind < image->symbol_count && image->symbols[behind].address == address) {
    behind++;
  }
  for (size_t i = behind; i > 0 && behind - i < LOOK_BACK; i--) {
    const struct symbol *symbol = &image->symbols[i - 1];
    bool named = (name != NULL && symbol_is_named(symbol, name)) ||
                 (linked != NULL && symbol_is_named(symbol, linked));
    if (symbol->type != STT_FUNC && symbol_covers(symbol, address) && (named || address != 0)) {
      return symbol;
    }
  }
  return NULL;
}

/* clang 14 leaves out the name of a function that it inlined everywhere; its
 * symbols still say "function.variable". */
static const char *variable_name(struct types *types, Dwarf_Die *die,
                                 const struct symbol *symbol) {
  const char *name = dies_qualified(types->dies, die);
  const char *dot = symbol != NULL ? strchr(symbol->raw, '.') : NULL;
  if (name == NULL || dot == NULL || dot == symbol->raw || strcmp(dot + 1, name) != 0) {
    return name;
  }
  return arena_format(types->arena, "%.*s::%s", (int)(dot - symbol->raw), symbol->raw, name);
}

static void piece_add(struct image *image, struct types *types, Dwarf_Die *die,
                      const struct location_piece *piece, struct found_list *list) {
  const struct symbol *symbol = storage_symbol(image, die, piece->address);
  if ((image->has_symbols && symbol == NULL) || (!image->has_symbols && piece->address == 0)) {
    return;
  }
  uint64_t line = 0;
  const struct type *type = types_of_typed(types, die);
  const char *words = type->name;
  uint32_t size = piece->size > 0 ? piece->size : type->size;
  if (size == 0 && symbol != NULL && symbol->address == piece->address) {
    size = symbol->size; /* of a type that is nowhere complete */
    type = type_completed(types->arena, type, size);
  }
  if (size == 0 || piece->offset > type->size || size > type->size - piece->offset ||
      elf_section_at(image, piece->address, size) == NULL) {
    return;
  }
  die_number(die, DW_AT_decl_line, &line);
  struct variable variable = {
      .name = variable_name(types, die, symbol),
      .type = words,
      .file = dies_file(types->dies, die, DW_AT_decl_file),
      .line = line <= UINT32_MAX ? (uint32_t)line : 0,
      .address = piece->address,
      .size = size,
  };
  found_add(list, variable, (struct variable_detail){type, piece->offset});
}

static void variables_of_dies(struct image *image, struct dies *dies, struct found_list *list) {
  struct types types;
  types_init(&types, dies, &image->arena);
  for (size_t i = 0; i < dies->count; i++) {
    Dwarf_Die die = dies->entities[i].die;
    struct location_piece pieces[MOST_PIECES];
    if (dwarf_tag(&die) != DW_TAG_variable) {
      continue;
    }
    size_t count = location_pieces(&die, pieces);
    const char *name = count > 0 ? die_name(&die) : NULL;
    if (name == NULL || strchr(name, '{') != NULL) { /* rustc's "{vtable}" */
      continue;
    }
    for (size_t piece = 0; piece < count; piece++) {
      piece_add(image, &types, &die, &pieces[piece], list);
    }
  }
  types_fini(&types);
}

static int compare_found(const void *left, const void *right) {
  const struct variable *a = &((const struct found *)left)->variable;
  const struct variable *b = &((const struct found *)right)->variable;
  if (a->address != b->address) {
    return a->address < b->address ? -1 : 1;
  }
  if (a->size != b->size) {
    return a->size > b->size ? -1 : 1;
  }
  int names = strcmp(a->name, b->name);
  return names != 0 ? names : strcmp(a->type, b->type);
}

/* Sorts, and drops what link-time optimisation and inlining describe twice. */
static void found_sort(struct found_list *list) {
  if (list->count > 0) {
    qsort(list->found, list->count, sizeof *list->found, compare_found);
  }
  size_t kept = 0;
  for (size_t i = 0; i < list->count; i++) {
    const struct variable *variable = &list->found[i].variable;
    const struct variable *last = kept > 0 ? &list->found[kept - 1].variable : NULL;
    if (last == NULL || last->address != variable->address || last->size != variable->size ||
        strcmp(last->name, variable->name) != 0) {
      list->found[kept++] = list->found[i];
    }
  }
  list->count = kept;
}

/* Symbols of data that no variable of DWARF covers. */
static void variables_of_symbols(struct image *image, struct found_list *list) {
  size_t typed = list->count;
  size_t next = 0;
  uint64_t covered = 0; /* all below belongs to a variable */
  for (size_t i = 0; i < image->symbol_count; i++) {
    const struct symbol *symbol = &image->symbols[i];
    for (; next < typed && list->found[next].variable.address <= symbol->address; next++) {
      const struct variable *variable = &list->found[next].variable;
      uint64_t end = (uint64_t)variable->address + variable->size;
      covered = end > covered ? end : covered;
    }
    bool data = (symbol->type == STT_OBJECT || symbol->type == STT_NOTYPE) && symbol->size > 0;
    if (!data || symbol->address < covered ||
        elf_section_at(image, symbol->address, symbol->size) == NULL) {
      continue;
    }
    const struct type *type = type_opaque(&image->arena, symbol->size);
    struct variable variable = {
        .name = symbol->name,
        .type = type->name,
        .address = symbol->address,
        .size = symbol->size,
        .from_symbol = true,
    };
    found_add(list, variable, (struct variable_detail){type, 0});
  }
  found_sort(list);
}

struct leaf_maker {
  struct image *image;
  uint32_t variable;
  uint64_t covered; /* no leaf may begin below: leaves never overlap */
};

static void leaf_add(void *user, const struct layout_leaf *found) {
  struct leaf_maker *maker = user;
  struct image *image = maker->image;
  const struct variable *variable = &image->variables[maker->variable];
  uint32_t offset = image->details[maker->variable].offset;
  if (found->offset < offset || found->offset - offset > variable->size ||
      found->size > variable->size - (found->offset - offset) || found->size == 0) {
    return;
  }
  uint32_t address = variable->address + (found->offset - offset);
  if (address < maker->covered || image->table.count == MOST_LEAVES) {
    return;
  }
  void *leaves = image->leaves;
  array_reserve(&leaves, &image->leaf_capacity, image->table.count + 1, sizeof *image->leaves);
  image->leaves = leaves;
  bool valued = found->kind == LEAF_ENUM;
  bool element = (found->flags & LEAF_ELEMENT) != 0;
  uint8_t flags = found->flags & (uint8_t) ~(element ? LEAF_MEMBER : 0U);
  image->leaves[image->table.count++] = (struct leaf){
      .address = address,
      .size = (uint8_t)found->size,
      .kind = (uint8_t)found->kind,
      .flags = flags,
      .variable = maker->variable,
      .values = valued ? found->type->values : NULL,
      .value_count = valued ? found->type->value_count : 0,
  };
  maker->covered = (uint64_t)address + found->size;
}

static void leaves_make(struct image *image) {
  size_t budget = MOST_STEPS;
  struct leaf_maker maker = {.image = image};
  struct layout layout = {.budget = &budget, .visit = leaf_add, .user = &maker};
  for (uint32_t i = 0; i < image->variable_count; i++) {
    struct variable *variable = &image->variables[i];
    const struct variable *last = i > 0 ? &image->variables[i - 1] : NULL;
    if (last != NULL && last->address == variable->address && last->size == variable->size) {
      variable->first_leaf = last->first_leaf; /* two names for one object */
      variable->leaf_count = last->leaf_count;
      continue;
    }
    maker.variable = i;
    variable->first_leaf = image->table.count;
    if (variable->from_run || elf_is_writable(image, variable->address)) {
      layout.low = image->details[i].offset;
      layout.high = layout.low + variable->size;
      layout_walk(&layout, image->details[i].type);
    }
    variable->leaf_count = image->table.count - variable->first_leaf;
  }
  image->table.leaves = image->leaves;
  if (budget == 0 || image->table.count == MOST_LEAVES) {
    image_note(image, "more than %d leaves: the variables behind are judged word by word",
               MOST_LEAVES);
  }
}

/* The list becomes the image's. */
static void variables_take(struct image *image, struct found_list *list) {
  image->variables = allocate(list->count, sizeof *image->variables);
  image->details = allocate(list->count, sizeof *image->details);
  image->variable_count = list->count;
  for (size_t i = 0; i < list->count; i++) {
    image->variables[i] = list->found[i].variable;
    image->details[i] = list->found[i].detail;
  }
  free(list->found);
  leaves_make(image);
}

void variables_load(struct image *image, struct dies *dies) {
  struct found_list list = {0};
  if (dies != NULL) {
    variables_of_dies(image, dies, &list);
  }
  found_sort(&list);
  variables_of_symbols(image, &list);
  variables_take(image, &list);
}

static bool is_free(const struct image *image, const struct datum *datum) {
  for (uint32_t byte = 0; byte < datum->size; byte++) {
    if (image_leaf_at(image, datum->address + byte) != LEAF_NONE) {
      return false;
    }
  }
  return true;
}

static struct variable learned(struct image *image, const struct datum *datum,
                               const struct type *type) {
  char *symbol = image_symbol_text(image, datum->address);
  const char *name = symbol != NULL ? arena_text(&image->arena, symbol)
                                    : arena_format(&image->arena, "0x%08x", datum->address);
  free(symbol);
  return (struct variable){
      .name = name,
      .type = type->name,
      .address = datum->address,
      .size = datum->size,
      .from_run = true,
  };
}

void variables_learn(struct image *image, const struct datum *data, size_t count) {
  struct found_list list = {0};
  for (size_t i = 0; i < image->variable_count; i++) {
    found_add(&list, image->variables[i], image->details[i]);
  }
  for (size_t i = 0; i < count; i++) {
    const struct type *type = type_opaque(&image->arena, data[i].size);
    if (is_free(image, &data[i])) {
      found_add(&list, learned(image, &data[i], type), (struct variable_detail){type, 0});
    }
  }
  found_sort(&list);
  free(image->variables);
  free(image->details);
  image->table.count = 0;
  variables_take(image, &list);
}

size_t image_variables(const struct image *image, const struct variable **variables) {
  *variables = image->variables;
  return image->variable_count;
}

const struct leaf_table *image_leaves(const struct image *image) {
  return &image->table;
}

uint32_t image_leaf_at(const struct image *image, uint32_t address) {
  uint32_t low = 0;
  uint32_t high = image->table.count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (image->leaves[middle].address <= address) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  bool covered =
      low > 0 && address - image->leaves[low - 1].address < image->leaves[low - 1].size;
  return covered ? low - 1 : LEAF_NONE;
}
