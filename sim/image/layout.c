#include "sim/image/layout.h"

#include <stdarg.h>
#include <stdio.h>

enum { LARGEST_LEAF = 16, WORD = 4 };

void layout_append(struct layout *layout, const char *format, ...) {
  if (layout->paths == LAYOUT_NO_PATHS) {
    return;
  }
  size_t room = sizeof layout->path - layout->path_length;
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(layout->path + layout->path_length, room, format, arguments);
  va_end(arguments);
  if (length > 0) {
    layout->path_length += (size_t)length < room ? (size_t)length : room - 1;
  }
}

void layout_cut(struct layout *layout, size_t length) {
  layout->path_length = length;
  layout->path[length] = '\0';
}

void layout_emit(struct layout *layout, const struct layout_leaf *leaf) {
  if (leaf->offset < layout->high && leaf->offset + leaf->size > layout->low) {
    layout->visit(layout->user, leaf);
  }
}

static void emit_here(struct layout *layout, const struct type *type, enum leaf_kind kind,
                      uint32_t offset, uint32_t size, uint8_t flags) {
  struct layout_leaf leaf = {offset, size,         kind,         flags,
                             type,   layout->path, layout->bits, layout->bit_count};
  layout_emit(layout, &leaf);
}

/* How many bytes may be one leaf: detectors judge up to 8 as one value. */
static bool is_one_leaf(enum leaf_kind kind, uint32_t size) {
  if (kind == LEAF_UNION) {
    return size <= LARGEST_LEAF;
  }
  bool even = (size & (size - 1)) == 0;
  return size <= 2 * WORD && (even || kind == LEAF_BITFIELD);
}

void layout_bytes(struct layout *layout, const struct type *type, enum leaf_kind kind,
                  uint32_t offset, uint32_t size, uint8_t flags) {
  bool whole = is_one_leaf(kind, size);
  if (whole) {
    emit_here(layout, type, kind, offset, size, flags);
    return;
  }
  uint32_t from = layout->low > offset ? (layout->low - offset) & ~(WORD - 1U) : 0;
  for (uint32_t at = from; at < size && offset + at < layout->high;) {
    uint32_t step = WORD - ((offset + at) & (WORD - 1));
    step = step < size - at ? step : size - at;
    size_t length = layout->path_length;
    if (layout->paths == LAYOUT_PATHS && at > 0) {
      layout_append(layout, "+0x%x", at);
    }
    emit_here(layout, type, kind, offset + at, step, flags);
    layout_cut(layout, length);
    at += step;
  }
}

static void walk_array(struct layout *layout, const struct type *type, uint32_t offset,
                       uint8_t flags) {
  uint32_t size = type->element->size;
  uint32_t from = layout->low > offset ? (layout->low - offset) / size : 0;
  for (uint32_t i = from; i<type->count && * layout->budget> 0; i++) {
    uint32_t at = offset + i * size;
    if (at >= layout->high) {
      return;
    }
    size_t length = layout->path_length;
    if (layout->paths == LAYOUT_KEYS) {
      layout_append(layout, "[]");
    } else {
      layout_append(layout, "[%u]", i);
    }
    layout_type(layout, type->element, at, (uint8_t)(flags | LEAF_ELEMENT));
    layout_cut(layout, length);
  }
}

/* The last byte that a bit-field touches, plus one. */
static uint32_t bits_end(const struct member *member) {
  return (member->bit_offset + member->bit_size + 7) / 8;
}

/* Whether a bit-field belongs to the leaf [start, end): it shares a byte, or
 * it follows directly in the same word of its declared type. */
static bool bits_join(const struct member *member, uint32_t start, uint32_t end) {
  uint32_t unit = member->type->size < WORD ? member->type->size : WORD;
  bool follows =
      member->offset == end && unit > 1 && start / unit == (bits_end(member) - 1) / unit;
  return member->offset < end || follows;
}

/* Adjacent bit-fields are one leaf: "X.{ready,error}". Returns how many. */
static uint32_t walk_bits(struct layout *layout, const struct type *type, uint32_t first,
                          uint32_t offset, uint8_t flags) {
  const struct member *members = type->members;
  uint32_t start = members[first].offset;
  uint32_t end = bits_end(&members[first]);
  uint32_t next = first + 1;
  uint8_t inner = flags | members[first].type->leaf_flags;
  while (next < type->member_count && members[next].bit_size > 0 &&
         bits_join(&members[next], start, end)) {
    end = bits_end(&members[next]) > end ? bits_end(&members[next]) : end;
    inner |= members[next++].type->leaf_flags;
  }
  inner &= (uint8_t) ~(LEAF_CLOSED | LEAF_FLAGS);
  size_t length = layout->path_length;
  bool single = next == first + 1;
  for (uint32_t i = first; i < next; i++) {
    const char *name = members[i].name != NULL ? members[i].name : "";
    layout_append(layout, "%s%s", i > first ? "," : single ? "." : ".{", name);
  }
  layout_append(layout, "%s", single ? "" : "}");
  end = end < type->size ? end : type->size;
  layout->bits = &members[first];
  layout->bit_count = next - first;
  if (end > start) {
    layout_bytes(layout, members[first].type, LEAF_BITFIELD, offset + start, end - start,
                 inner);
  }
  layout->bits = NULL;
  layout->bit_count = 0;
  layout_cut(layout, length);
  return next - first;
}

/* ".name"; an anonymous union is called by its members: ".{word,bytes}". */
static void append_member(struct layout *layout, const struct member *member) {
  enum { MOST_NAMES = 4 };
  const struct type *type = member->type;
  if (member->name != NULL) {
    layout_append(layout, ".%s", member->name);
    return;
  }
  if (type->kind != TYPE_UNION || type->member_count < 2) {
    return;
  }
  for (uint32_t i = 0; i < type->member_count && i < MOST_NAMES; i++) {
    const char *name = type->members[i].name;
    layout_append(layout, "%s%s", i > 0 ? "," : ".{", name != NULL ? name : "");
  }
  layout_append(layout, "%s}", type->member_count > MOST_NAMES ? ",..." : "");
}

void layout_members(struct layout *layout, const struct type *type, uint32_t offset,
                    uint8_t flags) {
  for (uint32_t i = 0; i<type->member_count && * layout->budget> 0;) {
    const struct member *member = &type->members[i];
    if (member->bit_size > 0) {
      i += walk_bits(layout, type, i, offset, flags);
      continue;
    }
    size_t length = layout->path_length;
    if (!type->transparent) {
      append_member(layout, member);
    }
    layout_type(layout, member->type, offset + member->offset, flags);
    layout_cut(layout, length);
    i++;
  }
}

static void walk_union(struct layout *layout, const struct type *type, uint32_t offset,
                       uint8_t flags) {
  uint32_t sized = 0;
  for (uint32_t i = 0; i < type->member_count; i++) {
    sized += type->members[i].bit_size > 0 || type->members[i].type->size > 0;
  }
  if (sized == 1) { /* nothing to choose from: Rust's MaybeUninit */
    layout_members(layout, type, offset, flags);
  } else {
    layout_bytes(layout, type, LEAF_UNION, offset, type->size, flags);
  }
}

void layout_type(struct layout *layout, const struct type *type, uint32_t offset,
                 uint8_t flags) {
  if (*layout->budget == 0 || type->size == 0 || offset >= layout->high ||
      offset > UINT32_MAX - type->size || offset + type->size <= layout->low) {
    return;
  }
  --*layout->budget;
  flags |= type->leaf_flags;
  switch (type->kind) {
    case TYPE_SCALAR:
      emit_here(layout, type, (enum leaf_kind)type->leaf_kind, offset, type->size, flags);
      break;
    case TYPE_OPAQUE:
      layout_bytes(layout, type, LEAF_UNTYPED, offset, type->size, flags);
      break;
    case TYPE_ARRAY:
      walk_array(layout, type, offset, flags);
      break;
    case TYPE_UNION:
      walk_union(layout, type, offset, flags);
      break;
    case TYPE_STRUCT:
      if (type->variants != NULL) {
        layout_variants(layout, type, offset, flags);
      } else {
        layout_members(layout, type, offset, (uint8_t)(flags | LEAF_MEMBER));
      }
      break;
  }
}

void layout_walk(struct layout *layout, const struct type *type) {
  layout->path_length = 0;
  layout->path[0] = '\0';
  layout_type(layout, type, 0, 0);
}
