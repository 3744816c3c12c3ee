/* Strings that live as long as one report: made anywhere, freed together.
 *
 * Everything that comes from an image (names, paths, source lines) passes
 * through texts_clean or texts_adopt before it is printed, so that an image
 * cannot send control characters to a terminal or break a JSON document. */
#ifndef TORNWORD_REPORT_TEXTS_H
#define TORNWORD_REPORT_TEXTS_H

#include <stddef.h>

struct texts {
  char **items;
  size_t count;
  size_t capacity;
};

/* A zeroed struct texts is an empty one. */
void texts_free(struct texts *texts);

/* printf into a string that the texts own. */
const char *texts_print(struct texts *texts, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A copy of any bytes, aligned for any type. */
void *texts_keep(struct texts *texts, const void *bytes, size_t size);

/* A copy in which control characters and bytes that are not UTF-8 stand as
 * "\x1b". NULL gives "?". */
const char *texts_clean(struct texts *texts, const char *text);

/* The same for a string that was allocated for the caller: frees it. */
const char *texts_adopt(struct texts *texts, char *text);

/* Quoted for a POSIX shell, if it needs to be. */
const char *texts_quote(struct texts *texts, const char *text);

#endif
