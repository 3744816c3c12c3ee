/* How far a word is from another: for "did you mean". */
#ifndef TORNWORD_SIM_WORDS_H
#define TORNWORD_SIM_WORDS_H

#include <stddef.h>

enum { WORDS_LONGEST = 40 };

/* Levenshtein's distance; `known` has at most WORDS_LONGEST characters. */
size_t words_distance(const char *typed, const char *known);

#endif
