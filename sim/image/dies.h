/* The DWARF entries that carry scopes and names, indexed once.
 *
 * libdw finds children but no parents; qualified names need parents. So one
 * walk over all units records the scoping entries (namespaces, types,
 * functions, inlined copies) and the variables, each with its parent. Lives
 * only while an image is loaded. */
#ifndef TORNWORD_SIM_IMAGE_DIES_H
#define TORNWORD_SIM_IMAGE_DIES_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/image/arena.h"
#include "sim/image/offset_map.h"

#define ENTITY_NONE UINT32_MAX

struct entity {
  Dwarf_Die die;
  uint32_t parent;  /* index of the scope around it, or ENTITY_NONE */
  const char *name; /* qualified; NULL until first asked for */
};

struct unit {
  Dwarf_Die die;
  Dwarf_Files *files; /* NULL until first asked for */
  const char **names; /* of the files, made readable; NULL until asked for */
  size_t file_count;
};

struct dies {
  Dwarf *dwarf;
  struct arena *arena;
  struct entity *entities; /* in the order of the file */
  size_t count, capacity;
  struct unit *units;
  size_t unit_count, unit_capacity;
  struct offset_map by_die;
  struct offset_map by_unit;
  size_t budget; /* entries still to be looked at: garbage ends somewhere */
};

void dies_init(struct dies *dies, Dwarf *dwarf, struct arena *arena);
void dies_fini(struct dies *dies);

/* Children of an entry, one after the other: true while there is one. Each
 * stands behind the one before, so the walk ends in garbage too. */
bool die_child(Dwarf_Die *parent, Dwarf_Die *child);
bool die_sibling(Dwarf_Die *die);

/* The entry that this one is a copy or the definition of, at the end of the
 * chain of abstract origins and specifications; itself where there is none. */
Dwarf_Die die_origin(Dwarf_Die *die);
/* DW_AT_name of the entry or of what it is a copy of; NULL if there is none. */
const char *die_name(Dwarf_Die *die);
/* An unsigned attribute, own or inherited; false where there is none. */
bool die_number(Dwarf_Die *die, unsigned attribute, uint64_t *number);
bool die_is_rust(Dwarf_Die *die);
/* A path without "." and "a/.." steps, in the arena. */
const char *path_readable(struct arena *arena, const char *path);
/* The file with this number in a unit's line table; NULL if there is none. */
const char *dies_unit_file(struct dies *dies, struct unit *unit, uint64_t number);
/* The file that DW_AT_decl_file or DW_AT_call_file names; NULL if unknown. */
const char *dies_file(struct dies *dies, Dwarf_Die *die, unsigned attribute);

/* "namespace::name": the scopes around it joined, functions included only if
 * the entry is a variable; linkage names win for functions. Borrowed from the
 * arena; NULL where the entry is unknown or nameless. */
const char *dies_qualified(struct dies *dies, Dwarf_Die *die);

#endif
