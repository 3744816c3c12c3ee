/* The types of variables, taken out of DWARF into plain values.
 *
 * Built once per DWARF entry while the image loads; a type that leads back to
 * itself other than through a pointer (garbage) becomes opaque, so the graph
 * has no cycles. Sizes and offsets are bytes unless they say bits. */
#ifndef TORNWORD_SIM_IMAGE_TYPES_H
#define TORNWORD_SIM_IMAGE_TYPES_H

#include "sim/image/dies.h"
#include "sim/leaf.h"

enum type_kind {
  TYPE_OPAQUE, /* bytes of which nothing is known */
  TYPE_SCALAR,
  TYPE_ARRAY,
  TYPE_STRUCT,
  TYPE_UNION,
};

struct enumerator {
  uint64_t value; /* masked to the type's size */
  const char *name;
};

struct member {
  const char *name; /* NULL: anonymous, or a base class */
  const struct type *type;
  uint32_t offset;
  uint32_t bit_offset; /* from the start of the struct; only with bit_size */
  uint32_t bit_size;   /* 0: no bit-field */
};

/* A Rust enum with data: a tag, and members of which one is there at a time. */
struct variant_part {
  struct member tag; /* type NULL where there is none */
  struct member *variants;
  uint32_t count;
};

struct type {
  enum type_kind kind;
  const char *name; /* in words */
  uint32_t size;
  uint8_t leaf_kind;  /* TYPE_SCALAR: enum leaf_kind */
  uint8_t leaf_flags; /* inherited by everything inside */
  bool transparent;   /* a wrapper of Rust's core: its one member has no name of its own */
  const struct type *element; /* TYPE_ARRAY */
  uint32_t count;
  const struct member *members; /* TYPE_STRUCT, TYPE_UNION; by offset */
  uint32_t member_count;
  const struct variant_part *variants; /* NULL where there are none */
  const uint64_t *values;              /* LEAF_ENUM, ascending */
  uint32_t value_count;
  const struct enumerator *enumerators;
  uint32_t enumerator_count;
};

struct types {
  struct dies *dies;
  struct arena *arena;
  const struct type **types;
  size_t count, capacity;
  struct offset_map by_die;
  unsigned depth; /* of types being built, one inside the other */
};

void types_init(struct types *types, struct dies *dies, struct arena *arena);
void types_fini(struct types *types);

/* Never NULL: what is not understood is opaque. Borrowed from the arena. */
const struct type *types_of(struct types *types, Dwarf_Die *die);
/* The type that DW_AT_type of this entry names; opaque where there is none. */
const struct type *types_of_typed(struct types *types, Dwarf_Die *die);
/* An opaque type of so many bytes, for symbols without DWARF. */
const struct type *type_opaque(struct arena *arena, uint32_t size);
/* "word of memory" for 1, 2, 4 and 8 bytes, else NULL. */
const char *type_of_bytes(uint32_t size);

/* The same type with so many bytes: an array without a count gets one, what is
 * not declared completely becomes opaque. */
const struct type *type_completed(struct arena *arena, const struct type *type, uint32_t size);

/* "volatile enum Enum", "uint32_t [4]": as the source's language writes it. */
const char *type_name(struct dies *dies, Dwarf_Die *die);
/* The entry that DW_AT_type names; false for void. */
bool die_type(Dwarf_Die *die, Dwarf_Die *type);
/* Elements of one dimension (a DW_TAG_subrange_type); 0 if open. */
uint32_t subrange_count(Dwarf_Die *subrange);

/* type_enum.c: enumerators, and valid values from any list of them. */
void type_enum_fill(struct types *types, struct type *type, Dwarf_Die *die);
void type_values_set(struct arena *arena, struct type *type, struct enumerator *enumerators,
                     uint32_t count);
/* A constant of a value-carrying entry, masked to `size` bytes. */
bool constant_value(Dwarf_Die *die, unsigned attribute, uint32_t size, uint64_t *value);

/* type_struct.c: members of structs, classes and unions; variants. */
void type_struct_fill(struct types *types, struct type *type, Dwarf_Die *die);
/* Where in its parent a member stands, in bytes. */
uint32_t member_offset(Dwarf_Die *die);
/* type_variant.c: the DW_TAG_variant_part child of a struct. */
void type_variant_fill(struct types *types, struct type *type, Dwarf_Die *part);

#endif
