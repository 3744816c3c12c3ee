/* Enumerations: which values are valid, and what they are called. */
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"
#include "sim/image/types.h"

enum { MOST_ENUMERATORS = 100 * 1000 };

static uint64_t mask_of(uint32_t size) {
  return size >= 8 ? UINT64_MAX : (1ULL << (8 * size)) - 1;
}

/* dataN forms hold bare bits (0xffffffff in data4), sdata is signed; both are
 * cut to the size of the type, so -1 and 0xff are one value of a byte. */
bool constant_value(Dwarf_Die *die, unsigned attribute, uint32_t size, uint64_t *value) {
  Dwarf_Attribute found;
  if (dwarf_attr(die, attribute, &found) == NULL) {
    return false;
  }
  unsigned form = dwarf_whatform(&found);
  Dwarf_Sword sign = 0;
  Dwarf_Word word = 0;
  if (form == DW_FORM_sdata || form == DW_FORM_implicit_const) {
    if (dwarf_formsdata(&found, &sign) != 0) {
      return false;
    }
    word = (Dwarf_Word)sign;
  } else if (dwarf_formudata(&found, &word) != 0) {
    return false;
  }
  *value = word & mask_of(size);
  return true;
}

static int compare_values(const void *left, const void *right) {
  const uint64_t *a = left;
  const uint64_t *b = right;
  return *a < *b ? -1 : *a > *b;
}

void type_values_set(struct arena *arena, struct type *type, struct enumerator *enumerators,
                     uint32_t count) {
  uint64_t *values = arena_allocate(arena, count, sizeof *values);
  for (uint32_t i = 0; i < count; i++) {
    values[i] = enumerators[i].value;
  }
  qsort(values, count, sizeof *values, compare_values);
  uint32_t distinct = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (distinct == 0 || values[i] != values[distinct - 1]) {
      values[distinct++] = values[i];
    }
  }
  type->enumerators = enumerators;
  type->enumerator_count = count;
  type->values = values;
  type->value_count = distinct;
}

/* Single bits, at least three of them (so one is 4 or more): flags that are
 * meant to be combined. {0, 1, 2} is a state as often as not, and stays one. */
static bool are_flags(const struct type *type) {
  uint32_t bits = 0;
  for (uint32_t i = 0; i < type->value_count; i++) {
    uint64_t value = type->values[i];
    if ((value & (value - 1)) != 0 && value != 0) {
      return false;
    }
    bits += value != 0;
  }
  return bits >= 3;
}

static uint32_t enumerators_count(Dwarf_Die *die) {
  uint32_t count = 0;
  Dwarf_Die child;
  for (bool more = die_child(die, &child); more && count < MOST_ENUMERATORS;
       more = die_sibling(&child)) {
    count += dwarf_tag(&child) == DW_TAG_enumerator;
  }
  return count;
}

/* "Enum::A" where enumerators live in the scope of their type. */
static const char *enumerator_name(struct types *types, const struct type *type, bool scoped,
                                   const char *name) {
  if (!scoped) {
    return arena_text(types->arena, name);
  }
  const char *last = type->name;
  for (const char *at = last; (at = strstr(at, "::")) != NULL;) {
    at += 2;
    last = at;
  }
  return arena_format(types->arena, "%s::%s", last, name);
}

void type_enum_fill(struct types *types, struct type *type, Dwarf_Die *die) {
  Dwarf_Attribute attribute;
  bool closed = false;
  if (dwarf_attr(die, DW_AT_enum_class, &attribute) != NULL) {
    dwarf_formflag(&attribute, &closed);
  }
  uint32_t room = enumerators_count(die);
  struct enumerator *enumerators = arena_allocate(types->arena, room, sizeof *enumerators);
  uint32_t count = 0;
  Dwarf_Die child;
  for (bool more = die_child(die, &child); more && count < room; more = die_sibling(&child)) {
    const char *name = die_name(&child);
    struct enumerator *enumerator = &enumerators[count];
    if (dwarf_tag(&child) == DW_TAG_enumerator && name != NULL &&
        constant_value(&child, DW_AT_const_value, type->size, &enumerator->value)) {
      enumerator->name = enumerator_name(types, type, closed, name);
      count++;
    }
  }
  type_values_set(types->arena, type, enumerators, count);
  if (die_is_rust(die)) {
    type->leaf_flags |= LEAF_CLOSED;
  } else if (are_flags(type)) {
    type->leaf_flags |= LEAF_FLAGS;
  } else if (closed) {
    type->leaf_flags |= LEAF_CLOSED;
  }
}
