/* An error as the library's callers get it: with file and line of their own. */
#ifndef TORNWORD_LIBRARY_REFUSAL_H
#define TORNWORD_LIBRARY_REFUSAL_H

#include "include/tornword.h"
#include "sim/error.h"

/* Copies the message, and what it says of file and line: it begins with "FILE:LINE:" or,
 * if the file as a whole is meant, with "FILE:"; either may stand behind an option's
 * name. `subject`: the file that was asked for, or NULL. A NULL `refusal` is allowed. */
void refusal_set(struct tornword_error *refusal, const struct error *error,
                 const char *subject);

#endif
