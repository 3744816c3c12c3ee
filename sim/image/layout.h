/* From a type to its leaves: one walk that both finds the leaves of a variable
 * and, confined to one leaf's bytes, names it. */
#ifndef TORNWORD_SIM_IMAGE_LAYOUT_H
#define TORNWORD_SIM_IMAGE_LAYOUT_H

#include "sim/image/types.h"

enum { LONGEST_PATH = 512 };

/* A leaf where it was found; borrowed for the visit. */
struct layout_leaf {
  uint32_t offset; /* from the start of the variable's type */
  uint32_t size;
  enum leaf_kind kind;
  uint8_t flags;
  const struct type *type;   /* of the leaf itself */
  const char *path;          /* ".member[2]"; empty unless paths are wanted */
  const struct member *bits; /* LEAF_BITFIELD: those in it, */
  uint32_t bit_count;        /* so many, one behind the other */
};

enum layout_paths {
  LAYOUT_NO_PATHS,
  LAYOUT_PATHS,
  LAYOUT_KEYS, /* array indices dropped: ".member[]" */
};

typedef void layout_visit(void *user, const struct layout_leaf *leaf);

struct layout {
  enum layout_paths paths;
  uint32_t low; /* only leaves that touch [low, high) are wanted */
  uint32_t high;
  size_t *budget; /* steps left, shared by all walks: garbage ends somewhere */
  layout_visit *visit;
  void *user;
  const struct member *bits; /* of the leaf that is under way */
  uint32_t bit_count;
  size_t path_length;
  char path[LONGEST_PATH];
};

/* Visits the leaves of a type, by offset and without overlap. */
void layout_walk(struct layout *layout, const struct type *type);

/* For layout_variant.c and layout.c. */
void layout_type(struct layout *layout, const struct type *type, uint32_t offset,
                 uint8_t flags);
void layout_variants(struct layout *layout, const struct type *type, uint32_t offset,
                     uint8_t flags);
/* Struct members without the variant part. */
void layout_members(struct layout *layout, const struct type *type, uint32_t offset,
                    uint8_t flags);
/* A union's bytes: one leaf if they are few, else aligned words. */
void layout_bytes(struct layout *layout, const struct type *type, enum leaf_kind kind,
                  uint32_t offset, uint32_t size, uint8_t flags);
void layout_emit(struct layout *layout, const struct layout_leaf *leaf);
void layout_append(struct layout *layout, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void layout_cut(struct layout *layout, size_t length);

#endif
