/* Which code of an image loads and stores which of its variables: flow.h of all of its
 * functions, added up by leaf and by the function of the source.
 *
 * Inlined code counts as of the function that it was written in, so that builds with and
 * without optimisation can be compared. */
#ifndef TORNWORD_SIM_COMPARE_USES_H
#define TORNWORD_SIM_COMPARE_USES_H

#include "sim/image/image.h"
#include "sim/machine/decode.h"

/* Who may run a piece of code, one bit each: thread mode, each handler in the order of
 * the vector table, and who calls through a pointer. */
enum { CONTEXT_THREAD = 0, CONTEXT_POINTER = 63 };

struct use_count {
  uint32_t instructions;
  uint32_t in_loops; /* of these */
};

/* One leaf and one function of the source. */
struct use {
  char *leaf;           /* image_leaf_key: "X.member[]" */
  uint32_t variable;    /* index in image_variables */
  const char *function; /* borrowed from the image; "?" if unknown */
  uint64_t contexts;
  struct use_count loads, stores;
  uint32_t waits; /* a loop of the function that accesses no memory; 0: none was found */
};

struct uses {
  const struct image *image;
  struct use *list; /* by leaf, then function */
  size_t count, capacity;
  bool *handed; /* for each variable: its address goes where it is not followed */
  const struct function *handlers[CONTEXT_POINTER]; /* of the bits of contexts */
  size_t handler_count;
  size_t known, unknown; /* loads and stores, the stack's left out */
};

void uses_of(const struct image *image, struct decoder *decoder, struct uses *uses);
void uses_free(struct uses *uses);

#endif
