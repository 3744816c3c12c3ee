/* The elements of an SVD file that say where things are; fields, texts and the like
 * are left out. */
#ifndef TORNWORD_SIM_BOARD_SVD_TREE_H
#define TORNWORD_SIM_BOARD_SVD_TREE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/error.h"
#include "sim/image/arena.h"

struct svd_element {
  const char *tag;
  const char *text;                         /* without blanks around it; "" if there is none */
  const char *derived_from;                 /* attribute derivedFrom, or NULL */
  struct svd_element *outer, *inner, *next; /* inner: the first one within */
};

/* Reads a document; its elements stand in the arena. NULL if it is no XML: the
 * message has line and column of `path`. */
struct svd_element *svd_tree_read(struct arena *arena, FILE *stream, const char *path,
                                  struct error *error);

/* The first element of this tag within, or NULL. */
struct svd_element *svd_tree_find(const struct svd_element *element, const char *tag);

#endif
