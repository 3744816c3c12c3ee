/* Why the user's input was refused.
 *
 * Every function that can refuse its input takes a struct error * last, fills
 * it on failure and returns false or NULL. A message is one lower-case line:
 * what is wrong, where, and what would be right. What the firmware does wrong
 * is an event (sim/event.h), never an error. */
#ifndef TORNWORD_SIM_ERROR_H
#define TORNWORD_SIM_ERROR_H

#include <stdbool.h>
#include <stddef.h>

struct error {
  char message[512]; /* NUL-terminated; empty while nothing went wrong */
};

/* Writes the message (printf style) and returns false, so that a caller can
 * write: return error_set(error, "%s: not an ELF file", path). A NULL error is
 * allowed and only returns false. */
bool error_set(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The allocators of the whole project: they return zeroed memory and abort
 * the process with a message when there is none. Free with free(). */
void *allocate(size_t count, size_t size);
void *reallocate(void *old, size_t count, size_t size);
char *duplicate_text(const char *text);

/* Grows *array (of element size `size`) so that it can hold at least `needed`
 * elements; *capacity is kept in elements. New elements are not zeroed. */
void array_reserve(void **array, size_t *capacity, size_t needed, size_t size);

#endif
