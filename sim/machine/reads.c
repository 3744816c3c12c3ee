#include "sim/machine/reads.h"

#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

void reads_begin(struct reads *reads, uint32_t base, uint32_t size) {
  if (reads->words == NULL) {
    reads->base = base;
    reads->size = size;
    reads->word_count = size / 4 / 64 + 1;
    reads->words = allocate(reads->word_count, sizeof *reads->words);
  }
  memset(reads->words, 0, reads->word_count * sizeof *reads->words);
  reads->kept = true;
  reads->generation++;
}

void reads_end(struct reads *reads) {
  reads->kept = false;
  reads->generation++;
}

void reads_free(struct reads *reads) {
  free(reads->words);
  *reads = (struct reads){0};
}

void reads_note(struct reads *reads, uint32_t address, uint32_t size) {
  for (uint32_t at = address & ~3U; size > 0 && at < address + size; at += 4) {
    if (!reads->deaf && !reads_has(reads, at)) {
      uint32_t word = (at - reads->base) / 4;
      reads->words[word / 64] |= 1ULL << word % 64;
      reads->generation++;
    }
  }
}
