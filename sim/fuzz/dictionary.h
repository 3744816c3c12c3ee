/* Words that a fuzzer should try: what the image compares with, what its
 * enumerations and literal pools hold, and the marks of the streams. */
#ifndef TORNWORD_SIM_FUZZ_DICTIONARY_H
#define TORNWORD_SIM_FUZZ_DICTIONARY_H

#include <stddef.h>
#include <stdint.h>

#include "sim/image/image.h"

/* AFL's own form: a byte with the length of a word, the word, and so on. */
struct dictionary {
  uint8_t *bytes;
  size_t size, capacity;
  size_t words;
};

/* `inputs`: the registers that take input. */
struct dictionary dictionary_of(const struct image *image, const uint32_t *inputs,
                                size_t input_count);
void dictionary_free(struct dictionary *dictionary);

/* Word `index`, and its length. */
const uint8_t *dictionary_word(const struct dictionary *dictionary, size_t index, size_t *size);

#endif
