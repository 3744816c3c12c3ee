/* Memory that lives exactly as long as an image.
 *
 * Names, types and small tables are handed out by image.h as borrowed pointers:
 * they stand here, never move and are released together. */
#ifndef TORNWORD_SIM_IMAGE_ARENA_H
#define TORNWORD_SIM_IMAGE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
  struct arena_block *blocks; /* newest first */
};

/* Zeroed and aligned for any type. */
void *arena_allocate(struct arena *arena, size_t count, size_t size);
char *arena_text(struct arena *arena, const char *text);
char *arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void arena_fini(struct arena *arena);

#endif
