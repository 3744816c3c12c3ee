/* Members of structs, classes and unions. */
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"
#include "sim/image/types.h"

enum { MOST_MEMBERS = 100 * 1000 };

static int compare_members(const void *left, const void *right) {
  const struct member *a = left;
  const struct member *b = right;
  if (a->offset != b->offset) {
    return a->offset < b->offset ? -1 : 1;
  }
  if (a->bit_offset != b->bit_offset) {
    return a->bit_offset < b->bit_offset ? -1 : 1;
  }
  return 0;
}

uint32_t member_offset(Dwarf_Die *die) {
  Dwarf_Attribute attribute;
  Dwarf_Word offset = 0;
  Dwarf_Op *operations = NULL;
  size_t count = 0;
  if (dwarf_attr(die, DW_AT_data_member_location, &attribute) == NULL) {
    return 0;
  }
  if (dwarf_formudata(&attribute, &offset) == 0) {
    return offset <= UINT32_MAX ? (uint32_t)offset : UINT32_MAX;
  }
  bool plain = dwarf_getlocation(&attribute, &operations, &count) == 0 && count == 1 &&
               operations[0].atom == DW_OP_plus_uconst;
  return plain && operations[0].number <= UINT32_MAX ? (uint32_t)operations[0].number : 0;
}

/* DWARF 5 counts bits from the start of the struct. DWARF 2 to 4 name a
 * storage unit and count from its most significant bit. */
static void bits_set(struct member *member, Dwarf_Die *die) {
  uint64_t size = 0;
  uint64_t start = 0;
  if (!die_number(die, DW_AT_bit_size, &size) || size == 0 || size > 64) {
    return;
  }
  if (!die_number(die, DW_AT_data_bit_offset, &start)) {
    uint64_t storage = member->type->size;
    uint64_t above = 0;
    die_number(die, DW_AT_byte_size, &storage);
    die_number(die, DW_AT_bit_offset, &above);
    if (storage > 8 || above + size > 8 * storage) {
      return;
    }
    start = 8 * (uint64_t)member->offset + 8 * storage - above - size;
  }
  if (start + size > UINT32_MAX) {
    return;
  }
  member->bit_size = (uint32_t)size;
  member->bit_offset = (uint32_t)start;
  member->offset = member->bit_offset / 8;
}

static bool is_member(Dwarf_Die *die) {
  int tag = dwarf_tag(die);
  bool is_static = dwarf_hasattr(die, DW_AT_external) || dwarf_hasattr(die, DW_AT_declaration);
  return tag == DW_TAG_inheritance || (tag == DW_TAG_member && !is_static);
}

static void member_fill(struct types *types, struct member *member, Dwarf_Die *die) {
  const char *name = dwarf_tag(die) == DW_TAG_member ? die_name(die) : NULL;
  member->name = name != NULL ? arena_text(types->arena, name) : NULL;
  member->type = types_of_typed(types, die);
  member->offset = member_offset(die);
  bits_set(member, die);
}

static bool fits(const struct type *type, const struct member *member) {
  uint64_t size = member->bit_size > 0 ? 0 : member->type->size;
  return member->offset + size <= type->size;
}

static uint32_t members_count(Dwarf_Die *die) {
  uint32_t count = 0;
  Dwarf_Die child;
  for (bool more = die_child(die, &child); more && count < MOST_MEMBERS;
       more = die_sibling(&child)) {
    count += is_member(&child);
  }
  return count;
}

/* Rust's core wraps values in structs whose only member says nothing: Cell,
 * UnsafeCell, ManuallyDrop, and the union MaybeUninit. */
static bool is_wrapper(const struct type *type) {
  uint32_t sized = 0;
  for (uint32_t i = 0; i < type->member_count; i++) {
    sized += type->members[i].type->size > 0;
  }
  return sized == 1 && strncmp(type->name, "core::", 6) == 0;
}

/* core::sync::atomic: one leaf, whatever is inside. */
static void atomic_set(struct type *type) {
  static const char prefix[] = "core::sync::atomic::Atomic";
  if (strncmp(type->name, prefix, sizeof prefix - 1) != 0 || type->size == 0 ||
      type->size > 16) {
    return;
  }
  const char *what = type->name + sizeof prefix - 1;
  type->kind = TYPE_SCALAR;
  type->leaf_flags |= LEAF_ATOMIC;
  type->leaf_kind = LEAF_INTEGER;
  if (strcmp(what, "Bool") == 0) {
    type->leaf_kind = LEAF_BOOL;
    type->leaf_flags |= LEAF_CLOSED;
  } else if (strncmp(what, "Ptr", 3) == 0) {
    type->leaf_kind = LEAF_POINTER;
  }
}

void type_struct_fill(struct types *types, struct type *type, Dwarf_Die *die) {
  uint32_t room = members_count(die);
  struct member *members = arena_allocate(types->arena, room, sizeof *members);
  uint32_t count = 0;
  Dwarf_Die child;
  for (bool more = die_child(die, &child); more; more = die_sibling(&child)) {
    if (is_member(&child) && count < room) {
      member_fill(types, &members[count], &child);
      count += fits(type, &members[count]);
    } else if (dwarf_tag(&child) == DW_TAG_variant_part && type->variants == NULL) {
      type_variant_fill(types, type, &child);
    }
  }
  if (type->kind == TYPE_STRUCT) {
    qsort(members, count, sizeof *members, compare_members);
  }
  type->members = members;
  type->member_count = count;
  type->transparent = is_wrapper(type);
  atomic_set(type);
}
