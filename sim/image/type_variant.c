/* Rust enums with data: DW_TAG_variant_part.
 *
 * If every variant has a value, the tag is a closed enum. If one has none, the
 * tag is a niche: the values that the data of that variant does not use (None
 * of Option<bool> is 2), so the tag is typed like the data found in its place,
 * with the other variants' values added. */
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"
#include "sim/image/types.h"

enum { MOST_VARIANTS = 10 * 1000, DEEPEST_NICHE = 16 };

struct tag_list {
  struct enumerator *enumerators;
  uint32_t count;
  bool complete; /* every variant has a value */
};

static bool variant_member(Dwarf_Die *variant, Dwarf_Die *member) {
  for (bool more = die_child(variant, member); more; more = die_sibling(member)) {
    if (dwarf_tag(member) == DW_TAG_member) {
      return true;
    }
  }
  return false;
}

static uint32_t variants_count(Dwarf_Die *part) {
  uint32_t count = 0;
  Dwarf_Die child;
  for (bool more = die_child(part, &child); more && count < MOST_VARIANTS;
       more = die_sibling(&child)) {
    count += dwarf_tag(&child) == DW_TAG_variant;
  }
  return count;
}

static void tag_member_fill(struct types *types, struct variant_part *part, Dwarf_Die *die) {
  Dwarf_Attribute attribute;
  Dwarf_Die tag;
  if (dwarf_attr(die, DW_AT_discr, &attribute) != NULL &&
      dwarf_formref_die(&attribute, &tag) != NULL) {
    part->tag.type = types_of_typed(types, &tag);
    part->tag.offset = member_offset(&tag);
  }
}

/* Whatever scalar stands at this place of a type, or NULL. */
static const struct type *scalar_at(const struct type *type, uint32_t offset, unsigned depth) {
  if (type->kind == TYPE_SCALAR) {
    return offset == 0 ? type : NULL;
  }
  if (depth == DEEPEST_NICHE) {
    return NULL;
  }
  if (type->kind == TYPE_ARRAY) {
    bool inside = type->element->size > 0 && offset < type->size;
    return inside ? scalar_at(type->element, offset % type->element->size, depth + 1) : NULL;
  }
  if (type->variants != NULL && type->variants->tag.type != NULL &&
      type->variants->tag.offset == offset) {
    return type->variants->tag.type;
  }
  for (uint32_t i = 0; i < type->member_count; i++) {
    const struct member *member = &type->members[i];
    if (member->bit_size == 0 && offset >= member->offset &&
        offset - member->offset < member->type->size) {
      return scalar_at(member->type, offset - member->offset, depth + 1);
    }
  }
  return NULL;
}

/* The data in the tag's place, with the niche's values added to its own. */
static const struct type *niche_type(struct types *types, const char *name,
                                     const struct type *data, const struct tag_list *list) {
  struct type *type = arena_allocate(types->arena, 1, sizeof *type);
  *type = *data;
  type->name = name;
  if (data->leaf_kind == LEAF_CHARACTER) {
    type->leaf_kind = LEAF_INTEGER;
  }
  bool values = data->leaf_kind == LEAF_ENUM && (data->leaf_flags & LEAF_CLOSED) != 0;
  if (!values && data->leaf_kind != LEAF_BOOL) {
    return type;
  }
  uint32_t own = values ? data->enumerator_count : 2;
  struct enumerator *all = arena_allocate(types->arena, own + list->count, sizeof *all);
  if (values) {
    memcpy(all, data->enumerators, own * sizeof *all);
  } else {
    all[0] = (struct enumerator){0, "false"};
    all[1] = (struct enumerator){1, "true"};
  }
  memcpy(all + own, list->enumerators, list->count * sizeof *all);
  type->leaf_kind = LEAF_ENUM;
  type->leaf_flags |= LEAF_CLOSED;
  type_values_set(types->arena, type, all, own + list->count);
  return type;
}

static void tag_type_set(struct types *types, struct type *type, struct variant_part *part,
                         const struct tag_list *list, const struct member *dataful) {
  if (part->tag.type == NULL) {
    return;
  }
  if (!list->complete) {
    const struct type *data = NULL;
    if (dataful != NULL && part->tag.offset >= dataful->offset) {
      data = scalar_at(dataful->type, part->tag.offset - dataful->offset, 0);
    }
    bool matches = data != NULL && data->size == part->tag.type->size;
    part->tag.type = matches ? niche_type(types, type->name, data, list) : part->tag.type;
    return;
  }
  struct type *tag = arena_allocate(types->arena, 1, sizeof *tag);
  *tag = *part->tag.type;
  tag->name = arena_format(types->arena, "discriminant of %s", type->name);
  tag->kind = TYPE_SCALAR;
  tag->leaf_kind = LEAF_ENUM;
  tag->leaf_flags |= LEAF_CLOSED;
  type_values_set(types->arena, tag, list->enumerators, list->count);
  part->tag.type = tag;
  part->tag.name = "discriminant";
}

void type_variant_fill(struct types *types, struct type *type, Dwarf_Die *die) {
  uint32_t room = variants_count(die);
  struct variant_part *part = arena_allocate(types->arena, 1, sizeof *part);
  struct tag_list list = {arena_allocate(types->arena, room, sizeof *list.enumerators), 0,
                          true};
  const struct member *dataful = NULL;
  part->variants = arena_allocate(types->arena, room, sizeof *part->variants);
  tag_member_fill(types, part, die);
  uint32_t tag_size = part->tag.type != NULL ? part->tag.type->size : 0;
  Dwarf_Die child;
  for (bool more = die_child(die, &child); more && part->count < room;
       more = die_sibling(&child)) {
    Dwarf_Die entry;
    if (dwarf_tag(&child) != DW_TAG_variant || !variant_member(&child, &entry)) {
      continue;
    }
    struct member *variant = &part->variants[part->count++];
    const char *name = die_name(&entry);
    variant->name = arena_text(types->arena, name != NULL ? name : "variant");
    variant->type = types_of_typed(types, &entry);
    variant->offset = member_offset(&entry);
    uint64_t value = 0;
    if (constant_value(&child, DW_AT_discr_value, tag_size, &value)) {
      list.enumerators[list.count++] = (struct enumerator){value, variant->name};
    } else {
      list.complete = false;
      dataful = variant;
    }
  }
  tag_type_set(types, type, part, &list, dataful);
  bool fits =
      part->tag.type == NULL || (uint64_t)part->tag.offset + part->tag.type->size <= type->size;
  type->variants = fits ? part : NULL;
}
