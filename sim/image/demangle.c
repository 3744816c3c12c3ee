#include "sim/image/demangle.h"

#include <libiberty/demangle.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_NAME = 4096 }; /* garbage symbol tables hold "names" of any length */

const char *demangle(struct arena *arena, const char *name) {
  bool mangled = strncmp(name, "_Z", 2) == 0 || strncmp(name, "_R", 2) == 0;
  if (!mangled || strnlen(name, LONGEST_NAME) == LONGEST_NAME) {
    return NULL;
  }
  char *readable = cplus_demangle(name, DMGL_AUTO | DMGL_ANSI);
  if (readable == NULL) {
    return NULL;
  }
  const char *text = arena_text(arena, readable);
  free(readable);
  return text;
}

const char *demangle_or_copy(struct arena *arena, const char *name) {
  const char *readable = demangle(arena, name);
  return readable != NULL ? readable : arena_text(arena, name);
}
