/* C-like expressions over variables, made into postfix programs.
 *
 * Numbers, names of variables with members and constant indices, parentheses, and
 * C's operators without assignment, ?: and comma, with C's precedence. */
#ifndef TORNWORD_SIM_EXPLORE_EXPRESSION_H
#define TORNWORD_SIM_EXPLORE_EXPRESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "detectors/claims.h"
#include "sim/error.h"

enum { EXPRESSION_NAME = 256 };

/* Makes a name ("queue.items[3]", without spaces) into a term that is a value; a
 * refusal says what is wrong with it. */
struct expression_names {
  void *owner;
  bool (*resolve)(void *owner, const char *name, struct term *term, struct error *error);
};

/* Fills `terms` (INVARIANT_TERMS of them) and their number. Of a refusal `at` is the
 * offset in the text, and the error says what is wrong, without saying where. */
bool expression_parse(const char *text, const struct expression_names *names,
                      struct term *terms, uint32_t *count, uint32_t *at, struct error *error);

/* Reads one name from the front of the text; its length in the text, 0 if there is
 * none. */
uint32_t expression_name(const char *text, char name[EXPRESSION_NAME]);

#endif
