#include "sim/image/dies.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"
#include "sim/image/demangle.h"

enum {
  DEEPEST_NESTING = 200,
  DEEPEST_NAME = 32,
  MOST_ENTRIES = 20 * 1000 * 1000,
};

static bool is_entity(int tag) {
  switch (tag) {
    case DW_TAG_namespace:
    case DW_TAG_module:
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type:
    case DW_TAG_enumeration_type:
    case DW_TAG_subprogram:
    case DW_TAG_inlined_subroutine:
    case DW_TAG_variable:
      return true;
    default: /* DWARF tags are open-ended numbers */
      return false;
  }
}

static uint32_t entity_add(struct dies *dies, const Dwarf_Die *die, uint32_t parent) {
  void *entities = dies->entities;
  array_reserve(&entities, &dies->capacity, dies->count + 1, sizeof *dies->entities);
  dies->entities = entities;
  uint32_t index = (uint32_t)dies->count++;
  dies->entities[index] = (struct entity){.die = *die, .parent = parent};
  offset_map_set(&dies->by_die, (uintptr_t)die->addr, index);
  return index;
}

bool die_child(Dwarf_Die *parent, Dwarf_Die *child) {
  Dwarf_Die found;
  if (dwarf_child(parent, &found) != 0 || (uintptr_t)found.addr <= (uintptr_t)parent->addr) {
    return false;
  }
  *child = found;
  return true;
}

/* A DW_AT_sibling in garbage may lead back: going on must go forward. */
bool die_sibling(Dwarf_Die *die) {
  Dwarf_Die next;
  if (dwarf_siblingof(die, &next) != 0 || (uintptr_t)next.addr <= (uintptr_t)die->addr) {
    return false;
  }
  *die = next;
  return true;
}

static void children_walk(struct dies *dies, Dwarf_Die *parent, uint32_t scope,
                          unsigned nesting) {
  Dwarf_Die child;
  if (nesting == DEEPEST_NESTING) {
    return;
  }
  for (bool more = die_child(parent, &child); more && dies->budget > 0;
       more = die_sibling(&child)) {
    dies->budget--;
    uint32_t inner = scope;
    if (is_entity(dwarf_tag(&child))) {
      inner = entity_add(dies, &child, scope);
    }
    children_walk(dies, &child, inner, nesting + 1);
  }
}

static void unit_add(struct dies *dies, const Dwarf_Die *unit) {
  void *units = dies->units;
  array_reserve(&units, &dies->unit_capacity, dies->unit_count + 1, sizeof *dies->units);
  dies->units = units;
  offset_map_set(&dies->by_unit, (uintptr_t)unit->addr, (uint32_t)dies->unit_count);
  dies->units[dies->unit_count++] = (struct unit){.die = *unit};
}

void dies_init(struct dies *dies, Dwarf *dwarf, struct arena *arena) {
  *dies = (struct dies){.dwarf = dwarf, .arena = arena, .budget = MOST_ENTRIES};
  Dwarf_CU *unit = NULL;
  Dwarf_Die top;
  while (dwarf_get_units(dwarf, unit, &unit, NULL, NULL, &top, NULL) == 0) {
    if (dwarf_tag(&top) == DW_TAG_compile_unit || dwarf_tag(&top) == DW_TAG_partial_unit) {
      unit_add(dies, &top);
      children_walk(dies, &top, ENTITY_NONE, 0);
    }
  }
}

void dies_fini(struct dies *dies) {
  free(dies->entities);
  free(dies->units);
  offset_map_fini(&dies->by_die);
  offset_map_fini(&dies->by_unit);
}

Dwarf_Die die_origin(Dwarf_Die *die) {
  Dwarf_Die here = *die;
  for (unsigned i = 0; i < DEEPEST_NAME; i++) {
    Dwarf_Attribute attribute;
    Dwarf_Die next;
    bool leads_on = dwarf_attr(&here, DW_AT_abstract_origin, &attribute) != NULL ||
                    dwarf_attr(&here, DW_AT_specification, &attribute) != NULL;
    if (!leads_on || dwarf_formref_die(&attribute, &next) == NULL) {
      break;
    }
    here = next;
  }
  return here;
}

const char *die_name(Dwarf_Die *die) {
  Dwarf_Attribute attribute;
  return dwarf_formstring(dwarf_attr_integrate(die, DW_AT_name, &attribute));
}

bool die_number(Dwarf_Die *die, unsigned attribute, uint64_t *number) {
  Dwarf_Attribute found;
  Dwarf_Word word = 0;
  if (dwarf_attr_integrate(die, attribute, &found) == NULL ||
      dwarf_formudata(&found, &word) != 0) {
    return false;
  }
  *number = word;
  return true;
}

bool die_is_rust(Dwarf_Die *die) {
  Dwarf_Die unit;
  return dwarf_diecu(die, &unit, NULL, NULL) != NULL && dwarf_srclang(&unit) == DW_LANG_Rust;
}

const char *path_readable(struct arena *arena, const char *path) {
  char *text = arena_text(arena, path);
  char *write = text;
  const char *read = path;
  while (*read != '\0') {
    size_t step = strcspn(read, "/");
    bool here = step == 1 && read[0] == '.';
    bool up = step == 2 && strncmp(read, "..", 2) == 0;
    char *slash = write > text + 1 ? memrchr(text, '/', (size_t)(write - text - 1)) : NULL;
    bool after_name =
        write > text + 1 && strncmp(slash != NULL ? slash + 1 : text, "../", 3) != 0;
    if (up && after_name) {
      write = slash != NULL ? slash + 1 : text;
    } else if (!here && (step > 0 || write == text)) {
      memmove(write, read, step);
      write += step;
      if (read[step] == '/') {
        *write++ = '/';
      }
    }
    read += step + (read[step] == '/');
  }
  *write = '\0';
  return text;
}

const char *dies_unit_file(struct dies *dies, struct unit *unit, uint64_t number) {
  if (unit->files == NULL) {
    if (dwarf_getsrcfiles(&unit->die, &unit->files, &unit->file_count) != 0) {
      unit->files = NULL;
      return NULL;
    }
    unit->names = arena_allocate(dies->arena, unit->file_count, sizeof *unit->names);
  }
  if (number >= unit->file_count) {
    return NULL;
  }
  if (unit->names[number] == NULL) {
    const char *path = dwarf_filesrc(unit->files, number, NULL, NULL);
    unit->names[number] = path != NULL ? path_readable(dies->arena, path) : NULL;
  }
  return unit->names[number];
}

const char *dies_file(struct dies *dies, Dwarf_Die *die, unsigned attribute) {
  Dwarf_Attribute found;
  Dwarf_Word number = 0;
  Dwarf_Die top;
  if (dwarf_attr_integrate(die, attribute, &found) == NULL ||
      dwarf_formudata(&found, &number) != 0 ||
      dwarf_cu_die(found.cu, &top, NULL, NULL, NULL, NULL, NULL, NULL) == NULL) {
    return NULL;
  }
  uint32_t unit = offset_map_get(&dies->by_unit, (uintptr_t)top.addr);
  return unit != OFFSET_MAP_NONE ? dies_unit_file(dies, &dies->units[unit], number) : NULL;
}

static const char *linkage_name(struct dies *dies, Dwarf_Die *die) {
  Dwarf_Attribute attribute;
  const char *mangled =
      dwarf_formstring(dwarf_attr_integrate(die, DW_AT_linkage_name, &attribute));
  if (mangled == NULL) {
    mangled = dwarf_formstring(dwarf_attr_integrate(die, DW_AT_MIPS_linkage_name, &attribute));
  }
  return mangled != NULL ? demangle(dies->arena, mangled) : NULL;
}

static bool is_function(int tag) {
  return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine;
}

static const char *qualified(struct dies *dies, Dwarf_Die *die, unsigned depth);

/* The nearest scope around it that a name of this entry shows. */
static const char *scope_name(struct dies *dies, const struct entity *entity, int tag,
                              unsigned depth) {
  for (uint32_t up = entity->parent; up != ENTITY_NONE; up = dies->entities[up].parent) {
    Dwarf_Die die = dies->entities[up].die;
    bool shown = tag == DW_TAG_variable || !is_function(dwarf_tag(&die));
    const char *name = shown ? qualified(dies, &die, depth + 1) : NULL;
    if (name != NULL) {
      return name;
    }
  }
  return NULL;
}

static const char *qualified(struct dies *dies, Dwarf_Die *die, unsigned depth) {
  Dwarf_Die origin = die_origin(die);
  uint32_t index = offset_map_get(&dies->by_die, (uintptr_t)origin.addr);
  const char *name = die_name(die);
  if (name == NULL || index == OFFSET_MAP_NONE || depth == DEEPEST_NAME) {
    return name != NULL ? arena_text(dies->arena, name) : NULL;
  }
  struct entity *entity = &dies->entities[index];
  if (entity->name != NULL) {
    return entity->name;
  }
  int tag = dwarf_tag(&origin);
  const char *linked = is_function(tag) ? linkage_name(dies, die) : NULL;
  const char *scope = linked == NULL ? scope_name(dies, entity, tag, depth) : NULL;
  if (linked != NULL) {
    entity->name = linked;
  } else if (scope != NULL) {
    entity->name = arena_format(dies->arena, "%s::%s", scope, name);
  } else {
    entity->name = arena_text(dies->arena, name);
  }
  return entity->name;
}

const char *dies_qualified(struct dies *dies, Dwarf_Die *die) {
  return qualified(dies, die, 0);
}
