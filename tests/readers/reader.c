#include "tests/readers/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct reader_file reader_file_open(const uint8_t *bytes, size_t size) {
  struct reader_file file = {.descriptor = memfd_create("reader", 0)};
  if (file.descriptor < 0 || write(file.descriptor, bytes, size) != (ssize_t)size) {
    abort();
  }
  snprintf(file.path, sizeof file.path, "/proc/self/fd/%d", file.descriptor);
  return file;
}

void reader_file_close(struct reader_file *file) {
  close(file->descriptor);
}

void reader_refusal(const struct error *error) {
  if (error->message[0] == '\0') {
    abort();
  }
}

/* Leaves are sorted and do not overlap. */
static void ask_leaves(const struct image *image) {
  enum { MOST = 64 };
  const struct leaf_table *table = image_leaves(image);
  uint64_t covered = 0;
  for (uint32_t i = 0; i < table->count; i++) {
    const struct leaf *leaf = &table->leaves[i];
    if (leaf->address < covered || leaf->size == 0) {
      abort();
    }
    covered = (uint64_t)leaf->address + leaf->size;
    if (i < MOST) {
      free(image_leaf_name(image, table, i));
      free(image_leaf_key(image, table, i));
      image_leaf_type(image, table, i);
      image_value_name(image, table, i, 1);
      leaf_allows(leaf, 1);
    }
  }
}

static void ask_code(const struct image *image) {
  enum { CODE = 0x400, STEP = 26, FRAMES = 4 };
  struct source_frame frames[FRAMES];
  for (uint32_t pc = 0; pc < CODE; pc += STEP) {
    image_frames_at(image, pc, frames, FRAMES);
    image_line_at(image, pc, &frames[0]);
    free(image_symbol_text(image, pc));
  }
  for (unsigned exception = 0; exception < 20; exception++) {
    free(image_exception_name(image, exception));
  }
  image_function_named(image, "main");
}

static void ask_segments(const struct image *image) {
  const struct segment *segments = NULL;
  size_t count = image_segments(image, &segments);
  uint32_t sum = 0;
  for (size_t i = 0; i < count; i++) {
    for (uint32_t k = 0; k < segments[i].size; k++) {
      sum += segments[i].bytes[k];
    }
  }
  image_function_at(image, sum);
}

void reader_image(const uint8_t *bytes, size_t size, const struct image_options *options) {
  struct reader_file file = reader_file_open(bytes, size);
  struct error error = {""};
  struct image *image = image_load(file.path, options, &error);
  if (image == NULL) {
    reader_refusal(&error);
  } else {
    const struct discovery discovery = {.functions = (uint32_t[]){0x40, 0x100},
                                        .function_count = 2,
                                        .data = &(struct datum){0x20000000, 8},
                                        .datum_count = 1};
    image_learn(image, &discovery);
    ask_leaves(image);
    ask_code(image);
    ask_segments(image);
  }
  image_destroy(image);
  reader_file_close(&file);
}
