/* Which words of RAM anything has read.
 *
 * A word that nobody reads shapes nothing: two states that differ in such words alone
 * go on alike. Kept across the undoing of runs, because a word that any of them read is
 * one that counts; so it can be asked of all that was tried from a place, once it was
 * tried. Words of other RAM than the region of the initial stack always count. */
#ifndef TORNWORD_SIM_MACHINE_READS_H
#define TORNWORD_SIM_MACHINE_READS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reads {
  bool kept; /* else all words count */
  bool deaf; /* a deliberate mistake, for tests: none begins to count */
  uint32_t base, size;
  uint64_t *words;     /* a bit for each */
  size_t word_count;   /* of `words` */
  uint64_t generation; /* goes up whenever a word begins to count */
};

/* From here on; nothing is read yet. `base` and `size`, in bytes, are multiples of 4 and the
 * same each time. Free with reads_free. */
void reads_begin(struct reads *reads, uint32_t base, uint32_t size);
/* All words count again. */
void reads_end(struct reads *reads);
void reads_free(struct reads *reads);

/* The words that hold these bytes count. */
void reads_note(struct reads *reads, uint32_t address, uint32_t size);
static inline void reads_add(struct reads *reads, uint32_t address, uint32_t size) {
  if (reads->kept) {
    reads_note(reads, address, size);
  }
}

/* Whether the word that holds this byte counts. */
static inline bool reads_has(const struct reads *reads, uint32_t address) {
  uint32_t offset = address - reads->base;
  uint32_t word = offset / 4;
  return !reads->kept || offset >= reads->size ||
         (reads->words[word / 64] >> word % 64 & 1) != 0;
}

#endif
