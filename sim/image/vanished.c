/* Statics of the source that the compiler left no storage for.
 *
 * Every access to them is gone too, so no run can show their races: whoever
 * reports on an image should say that they were not looked at. What the linker
 * dropped is not among them: nothing refers to it. */
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "sim/image/object.h"
#include "sim/image/types.h"

static bool is_static(struct dies *dies, const struct entity *entity) {
  if (entity->parent == ENTITY_NONE) {
    return true;
  }
  Dwarf_Die parent = dies->entities[entity->parent].die;
  return dwarf_tag(&parent) == DW_TAG_namespace;
}

static bool has_vanished(struct dies *dies, const struct entity *entity) {
  Dwarf_Die die = entity->die;
  const char *name = dwarf_tag(&die) == DW_TAG_variable ? die_name(&die) : NULL;
  return name != NULL && strchr(name, '{') == NULL && is_static(dies, entity) &&
         !dwarf_hasattr(&die, DW_AT_location) && !dwarf_hasattr(&die, DW_AT_const_value) &&
         !dwarf_hasattr(&die, DW_AT_declaration) && !dwarf_hasattr(&die, DW_AT_specification);
}

/* Link-time optimisation describes a variable twice, once without storage. */
static bool has_storage(const struct image *image, const char *name) {
  for (size_t i = 0; i < image->variable_count; i++) {
    if (strcmp(image->variables[i].name, name) == 0) {
      return true;
    }
  }
  return false;
}

static int compare_variables(const void *left, const void *right) {
  const struct variable *a = left;
  const struct variable *b = right;
  int names = strcmp(a->name, b->name);
  return names != 0 ? names : a->line < b->line ? -1 : a->line > b->line;
}

static void vanished_add(struct image *image, struct variable variable) {
  void *vanished = image->vanished;
  array_reserve(&vanished, &image->vanished_capacity, image->vanished_count + 1,
                sizeof *image->vanished);
  image->vanished = vanished;
  image->vanished[image->vanished_count++] = variable;
}

static void vanished_collect(struct image *image, struct dies *dies, struct types *types) {
  for (size_t i = 0; i < dies->count; i++) {
    if (!has_vanished(dies, &dies->entities[i])) {
      continue;
    }
    Dwarf_Die die = dies->entities[i].die;
    const char *name = dies_qualified(dies, &die);
    if (name == NULL || has_storage(image, name)) {
      continue;
    }
    uint64_t line = 0;
    const struct type *type = types_of_typed(types, &die);
    die_number(&die, DW_AT_decl_line, &line);
    vanished_add(image, (struct variable){
                            .name = name,
                            .type = type->name,
                            .file = dies_file(dies, &die, DW_AT_decl_file),
                            .line = line <= UINT32_MAX ? (uint32_t)line : 0,
                            .size = type->size,
                        });
  }
}

void vanished_load(struct image *image, struct dies *dies) {
  struct types types;
  types_init(&types, dies, &image->arena);
  vanished_collect(image, dies, &types);
  types_fini(&types);
  if (image->vanished_count > 0) {
    qsort(image->vanished, image->vanished_count, sizeof *image->vanished, compare_variables);
  }
  size_t kept = 0;
  for (size_t i = 0; i < image->vanished_count; i++) {
    if (kept == 0 || compare_variables(&image->vanished[kept - 1], &image->vanished[i]) != 0) {
      image->vanished[kept++] = image->vanished[i];
    }
  }
  image->vanished_count = kept;
}

size_t image_vanished(const struct image *image, const struct variable **variables) {
  *variables = image->vanished;
  return image->vanished_count;
}
