#include "sim/image/types.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

enum { POINTER_BYTES = 4, LARGEST_SCALAR = 16, DEEPEST_TYPE = 200 };

static const struct type OPAQUE = {.kind = TYPE_OPAQUE, .name = "unknown type"};

void types_init(struct types *types, struct dies *dies, struct arena *arena) {
  *types = (struct types){.dies = dies, .arena = arena};
}

void types_fini(struct types *types) {
  free(types->types);
  offset_map_fini(&types->by_die);
}

const char *type_of_bytes(uint32_t size) {
  return size == 1   ? "byte of memory"
         : size == 2 ? "halfword of memory"
         : size == 4 ? "word of memory"
         : size == 8 ? "doubleword of memory"
                     : NULL;
}

const struct type *type_opaque(struct arena *arena, uint32_t size) {
  struct type *type = arena_allocate(arena, 1, sizeof *type);
  type->kind = TYPE_OPAQUE;
  const char *name = type_of_bytes(size);
  type->name = name != NULL ? name : arena_format(arena, "%u bytes of memory", size);
  type->size = size;
  return type;
}

const struct type *type_completed(struct arena *arena, const struct type *type, uint32_t size) {
  bool whole =
      type->kind == TYPE_ARRAY && type->element->size > 0 && size % type->element->size == 0;
  if (!whole) {
    return type_opaque(arena, size);
  }
  struct type *completed = arena_allocate(arena, 1, sizeof *completed);
  *completed = *type;
  completed->size = size;
  completed->count = size / type->element->size;
  return completed;
}

bool die_type(Dwarf_Die *die, Dwarf_Die *type) {
  Dwarf_Attribute attribute;
  return dwarf_attr_integrate(die, DW_AT_type, &attribute) != NULL &&
         dwarf_formref_die(&attribute, type) != NULL;
}

const struct type *types_of_typed(struct types *types, Dwarf_Die *die) {
  Dwarf_Die target;
  return die_type(die, &target) ? types_of(types, &target) : &OPAQUE;
}

static uint32_t byte_size(Dwarf_Die *die) {
  uint64_t size = 0;
  return die_number(die, DW_AT_byte_size, &size) && size <= UINT32_MAX ? (uint32_t)size : 0;
}

static void scalar_set(struct type *type, enum leaf_kind kind, uint32_t size) {
  type->kind = size > 0 && size <= LARGEST_SCALAR ? TYPE_SCALAR : TYPE_OPAQUE;
  type->leaf_kind = (uint8_t)kind;
  type->size = size;
}

static void base_fill(struct type *type, Dwarf_Die *die) {
  uint64_t encoding = 0;
  uint32_t size = byte_size(die);
  die_number(die, DW_AT_encoding, &encoding);
  switch (encoding) {
    case DW_ATE_boolean:
      scalar_set(type, LEAF_BOOL, size);
      type->leaf_flags |= LEAF_CLOSED;
      break;
    case DW_ATE_float:
      scalar_set(type, LEAF_FLOAT, size);
      break;
    case DW_ATE_complex_float:
      type->kind = TYPE_OPAQUE;
      type->size = size;
      break;
    case DW_ATE_UTF:
      scalar_set(type, size == 4 ? LEAF_CHARACTER : LEAF_INTEGER, size);
      break;
    default: /* every other encoding is a whole number */
      scalar_set(type, LEAF_INTEGER, size);
      type->leaf_flags |=
          encoding == DW_ATE_signed || encoding == DW_ATE_signed_char ? LEAF_SIGNED : 0;
      break;
  }
}

uint32_t subrange_count(Dwarf_Die *subrange) {
  uint64_t count = 0;
  uint64_t lower = 0;
  if (die_number(subrange, DW_AT_count, &count)) {
    return count <= UINT32_MAX ? (uint32_t)count : 0;
  }
  uint64_t upper = 0;
  die_number(subrange, DW_AT_lower_bound, &lower);
  if (!die_number(subrange, DW_AT_upper_bound, &upper) || upper < lower ||
      upper - lower >= UINT32_MAX) {
    return 0;
  }
  return (uint32_t)(upper - lower + 1);
}

/* One dimension; those behind it are the elements. */
static void dimension_fill(struct types *types, struct type *type, Dwarf_Die *subrange,
                           const struct type *element) {
  Dwarf_Die next = *subrange;
  bool more = false;
  while (!more && die_sibling(&next)) {
    more = dwarf_tag(&next) == DW_TAG_subrange_type;
  }
  if (more) {
    struct type *inner = arena_allocate(types->arena, 1, sizeof *inner);
    inner->name = type->name;
    dimension_fill(types, inner, &next, element);
    element = inner;
  }
  uint64_t size = (uint64_t)subrange_count(subrange) * element->size;
  type->kind = TYPE_ARRAY;
  type->element = element;
  type->count = subrange_count(subrange);
  type->size = size <= UINT32_MAX ? (uint32_t)size : 0;
}

static void array_fill(struct types *types, struct type *type, Dwarf_Die *die) {
  Dwarf_Die child;
  const struct type *element = types_of_typed(types, die);
  for (bool more = die_child(die, &child); more; more = die_sibling(&child)) {
    if (dwarf_tag(&child) == DW_TAG_subrange_type) {
      dimension_fill(types, type, &child, element);
      return;
    }
  }
}

/* Typedefs and qualifiers: the target under another name, with these flags. */
static const struct {
  int tag;
  uint8_t flags;
} ALIASES[] = {
    {DW_TAG_typedef, 0},
    {DW_TAG_const_type, LEAF_CONST},
    {DW_TAG_volatile_type, LEAF_VOLATILE},
    {DW_TAG_atomic_type, LEAF_ATOMIC},
    {DW_TAG_restrict_type, 0},
};

static uint8_t typedef_flags(Dwarf_Die *die) {
  static const char atomic[] = "atomic_"; /* all that DWARF 4 keeps of _Atomic */
  const char *name = dwarf_tag(die) == DW_TAG_typedef ? die_name(die) : NULL;
  return name != NULL && strncmp(name, atomic, sizeof atomic - 1) == 0 ? LEAF_ATOMIC : 0;
}

static bool alias_fill(struct types *types, struct type *type, Dwarf_Die *die) {
  for (size_t i = 0; i < sizeof ALIASES / sizeof *ALIASES; i++) {
    if (ALIASES[i].tag == dwarf_tag(die)) {
      const char *name = type->name;
      *type = *types_of_typed(types, die);
      type->name = name;
      type->leaf_flags |= ALIASES[i].flags | typedef_flags(die);
      return true;
    }
  }
  return false;
}

static void type_fill(struct types *types, struct type *type, Dwarf_Die *die) {
  uint32_t size = byte_size(die);
  if (alias_fill(types, type, die)) {
    return;
  }
  type->size = size;
  switch (dwarf_tag(die)) {
    case DW_TAG_base_type:
      base_fill(type, die);
      break;
    case DW_TAG_pointer_type:
    case DW_TAG_reference_type:
    case DW_TAG_rvalue_reference_type:
    case DW_TAG_unspecified_type:
      scalar_set(type, LEAF_POINTER, size > 0 ? size : POINTER_BYTES);
      break;
    case DW_TAG_enumeration_type:
      scalar_set(type, LEAF_ENUM, size);
      type_enum_fill(types, type, die);
      break;
    case DW_TAG_array_type:
      array_fill(types, type, die);
      break;
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
      type->kind = TYPE_STRUCT;
      type_struct_fill(types, type, die);
      break;
    case DW_TAG_union_type:
      type->kind = TYPE_UNION;
      type_struct_fill(types, type, die);
      break;
    default: /* DWARF tags are open-ended numbers */
      type->kind = TYPE_OPAQUE;
      break;
  }
}

const struct type *types_of(struct types *types, Dwarf_Die *die) {
  uint32_t known = offset_map_get(&types->by_die, (uintptr_t)die->addr);
  if (known != OFFSET_MAP_NONE) {
    return types->types[known];
  }
  if (types->depth == DEEPEST_TYPE) {
    return &OPAQUE;
  }
  void *list = types->types;
  array_reserve(&list, &types->capacity, types->count + 1, sizeof *types->types);
  types->types = list;
  size_t index = types->count++;
  types->types[index] = &OPAQUE; /* while it is being built */
  offset_map_set(&types->by_die, (uintptr_t)die->addr, (uint32_t)index);
  struct type *type = arena_allocate(types->arena, 1, sizeof *type);
  type->name = type_name(types->dies, die);
  types->depth++;
  type_fill(types, type, die);
  types->depth--;
  types->types[index] = type;
  return type;
}
