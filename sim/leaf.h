/* The leaves of an image: the smallest typed pieces of its variables.
 *
 * A leaf is a scalar member, array element, enum, discriminant or pointer.
 * Leaves never overlap and are sorted by address; events name them by index.
 * RAM that no variable covers is divided into aligned words, each an untyped
 * leaf with an index behind the typed ones, so that stripped images and heaps
 * can be judged too. Names and types in words are the image's business
 * (sim/image/image.h); what stands here is all that a detector may know. */
#ifndef TORNWORD_SIM_LEAF_H
#define TORNWORD_SIM_LEAF_H

#include <stdbool.h>
#include <stdint.h>

#define LEAF_NONE UINT32_MAX /* stack, flash, device or nothing at all */

enum leaf_kind {
  LEAF_UNTYPED, /* a word of memory that no variable covers, or of a symbol */
  LEAF_INTEGER,
  LEAF_BITFIELD, /* the bytes of adjacent bit-fields, one leaf together */
  LEAF_FLOAT,
  LEAF_POINTER,
  LEAF_BOOL,
  LEAF_CHARACTER, /* a Unicode scalar value, DW_ATE_UTF of 4 bytes */
  LEAF_ENUM,      /* C enum, Rust C-like enum, or a discriminant */
  LEAF_UNION,     /* the whole extent of a union: no member is authoritative */
};

enum leaf_flag {
  LEAF_VOLATILE = 1, /* the object or a part above it is volatile-qualified */
  LEAF_ATOMIC = 2,   /* _Atomic, or core::sync::atomic */
  LEAF_CONST = 4,
  LEAF_FLAGS = 8, /* an enum whose values are distinct single bits: any OR of them is valid */
  LEAF_CLOSED =
      16, /* the valid values are exact (Rust enum, bool): no other value may ever be stored */
  LEAF_MEMBER = 32,  /* of a struct, and of no array */
  LEAF_ELEMENT = 64, /* of an array, or of a struct in one */
  LEAF_SIGNED = 128, /* a whole number with a sign */
};

struct leaf {
  uint32_t address;
  uint8_t size;           /* bytes, 1 to 16; detectors judge leaves of up to 8 */
  uint8_t kind;           /* enum leaf_kind */
  uint8_t flags;          /* of enum leaf_flag */
  uint32_t variable;      /* index of the variable it belongs to (the image's) */
  const uint64_t *values; /* LEAF_ENUM: the valid values, ascending; owned by the image */
  uint32_t value_count;
  uint32_t owner; /* first instruction of the function whose static local it is; 0: none */
};

struct leaf_table {
  const struct leaf *leaves; /* sorted by address; owned by the image */
  uint32_t count;
  uint32_t word_base;  /* address of the first untyped word (index count) */
  uint32_t word_count; /* untyped words behind the typed leaves */
  bool bare;           /* of an image without debug information: no type is known */
};

/* Typed and untyped leaves together: valid indices are below this. */
uint32_t leaf_total(const struct leaf_table *table);

/* Where a leaf lies. */
struct leaf_extent {
  uint32_t address, size;
};
static inline struct leaf_extent leaf_extent(const struct leaf_table *table, uint32_t index) {
  if (index < table->count) {
    return (struct leaf_extent){table->leaves[index].address, table->leaves[index].size};
  }
  return (struct leaf_extent){table->word_base + 4 * (index - table->count), 4};
}

/* The leaf with this index; an untyped word is made up on the spot. */
struct leaf leaf_get(const struct leaf_table *table, uint32_t index);

/* Whether `value` (zero-extended) is one that the leaf's type allows. True for
 * every kind whose type allows all bit patterns. */
bool leaf_allows(const struct leaf *leaf, uint64_t value);

/* All ones over the leaf's bytes: one bit for each byte. */
uint8_t leaf_byte_mask(const struct leaf *leaf);

#endif
