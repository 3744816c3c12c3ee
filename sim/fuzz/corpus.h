/* A corpus: stimuli in the order in which they were found. In a folder each is a
 * file; any file of any name is an entry, those of AFL's queue too. */
#ifndef TORNWORD_SIM_FUZZ_CORPUS_H
#define TORNWORD_SIM_FUZZ_CORPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/error.h"

struct entry {
  uint8_t *bytes;
  size_t size;
};

struct corpus {
  struct entry *entries;
  size_t count, capacity;
};

enum { ENTRY_MOST = 1 << 16 }; /* longer files are cut */

void corpus_free(struct corpus *corpus);
/* Copies the bytes. */
void corpus_add(struct corpus *corpus, const uint8_t *bytes, size_t size);

/* All files of a folder whose names do not begin with a dot, by name. */
bool corpus_load(struct corpus *corpus, const char *folder, struct error *error);
/* One file, whole or not at all. */
bool corpus_save(const char *folder, const char *name, const uint8_t *bytes, size_t size,
                 struct error *error);

#endif
