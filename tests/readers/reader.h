/* What the readers' fuzz targets share: bytes as a file, and an image that is asked
 * for everything. */
#ifndef TORNWORD_TESTS_READERS_READER_H
#define TORNWORD_TESTS_READERS_READER_H

#include <stddef.h>
#include <stdint.h>

#include "sim/image/image.h"

/* libFuzzer's entry, one for each target; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* A file in memory with these bytes; its path stands in the struct. */
struct reader_file {
  int descriptor;
  char path[40];
};
struct reader_file reader_file_open(const uint8_t *bytes, size_t size);
void reader_file_close(struct reader_file *file);

/* Loads the bytes and asks all that walks the file's tables; what is wrong aborts. */
void reader_image(const uint8_t *bytes, size_t size, const struct image_options *options);
/* A refusal must give a reason. */
void reader_refusal(const struct error *error);

#endif
