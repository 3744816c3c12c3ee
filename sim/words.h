/* How far a word is from another: for "did you mean". */
#ifndef TORNWORD_SIM_WORDS_H
#define TORNWORD_SIM_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum { WORDS_LONGEST = 40 };

/* Edits (insert, drop, replace, swap neighbours) from one word to the other; `known`
 * has at most WORDS_LONGEST characters. */
size_t words_distance(const char *typed, const char *known);

/* The nearest of several known words to one that is wrong, if one is near. */
struct words_nearest {
  const char *wrong;
  const char *word; /* NULL: none is near */
  size_t distance;
};
void words_try(struct words_nearest *nearest, const char *known);

#endif
