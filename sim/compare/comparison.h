/* Two builds of one program: which accesses to its variables the second has lost.
 *
 * Variables are matched by qualified name and source file, their uses by leaf and
 * function of the source. Nothing runs: what flow.h cannot see, no comparison says. */
#ifndef TORNWORD_SIM_COMPARE_COMPARISON_H
#define TORNWORD_SIM_COMPARE_COMPARISON_H

#include "sim/compare/uses.h"
#include "sim/error.h"

enum change {
  CHANGE_STORAGE = 1,      /* the variable has no storage any more */
  CHANGE_LAYOUT = 2,       /* size, type or number of leaves */
  CHANGE_LOADS = 4,        /* the function loads the leaf no more */
  CHANGE_STORES = 8,       /* stores */
  CHANGE_LOOP_LOADS = 16,  /* it does, but in no loop any more */
  CHANGE_LOOP_STORES = 32, /* stores */
};

/* A leaf and a function; NULL where it has no use. */
struct use_pair {
  const struct use *before, *after;
  unsigned changes; /* of enum change */
};

struct variable_pair {
  const struct variable *before;
  const struct variable *after; /* NULL: no storage; else its first part */
  uint32_t after_size;          /* of all parts */
  uint32_t after_leaves;
  bool described;    /* after: the debug information still names it */
  bool handed;       /* after: its address goes where it is not followed */
  bool deliberate;   /* volatile or atomic: no access to it is dropped alone */
  bool shared;       /* before: a leaf is stored, and used by code of several contexts */
  uint64_t contexts; /* before; of uses.h */
  unsigned changes;
  size_t first, count; /* of the pairs of uses */
};

struct comparison {
  const struct uses *before, *after;
  struct variable_pair *variables; /* by name, then file; constants left out */
  size_t variable_count;
  struct use_pair *pairs;
  size_t pair_count, pair_capacity;
  size_t added; /* variables of the second build alone */
};

/* Refuses builds without debug information, and such that both have variables, but none in
 * common. Borrows both until comparison_free. */
bool comparison_of(const struct uses *before, const struct uses *after,
                   struct comparison *comparison, struct error *error);
void comparison_free(struct comparison *comparison);

/* Whether a handler and the code that it interrupts may have lost touch: the variable is
 * shared and plain, lost an access or its storage, and is not reached by a pointer. */
bool comparison_counts(const struct variable_pair *pair);

#endif
