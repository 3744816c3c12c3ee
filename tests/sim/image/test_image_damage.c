/* Damaged files: every one is refused in one line, or understood in part;
 * under the sanitizers this shows that no byte of a file is trusted. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "samples.h"

enum { HEADERS = 0x34 + 3 * 0x20 }; /* ELF header and program headers */

/* Asks everything that walks tables of the file. */
static void use(const struct image *image) {
  const struct leaf_table *table = image_leaves(image);
  uint64_t covered = 0;
  for (uint32_t i = 0; i < table->count; i++) {
    cr_assert_geq(table->leaves[i].address, covered);
    cr_assert_gt(table->leaves[i].size, 0);
    covered = (uint64_t)table->leaves[i].address + table->leaves[i].size;
    if (i % 16 == 0) {
      free(image_leaf_name(image, table, i));
      image_value_name(image, table, i, 1);
      cr_assert_not_null(image_leaf_type(image, table, i));
    }
  }
  for (uint32_t pc = 0; pc < 0x800; pc += 14) {
    struct source_frame frames[4];
    image_frames_at(image, pc, frames, 4);
    image_function_at(image, pc);
    free(image_symbol_text(image, pc));
  }
  for (unsigned exception = 0; exception < 20; exception++) {
    free(image_exception_name(image, exception));
  }
}

static void load_damaged(const unsigned char *bytes, size_t size) {
  char *path = sample_write(bytes, size);
  struct error error = {{0}};
  struct image *image = image_load(path, NULL, &error);
  if (image != NULL) {
    use(image);
  } else {
    cr_assert_neq(error.message[0], '\0', "no reason for %zu bytes", size);
    cr_assert_null(strchr(error.message, '\n'));
  }
  image_destroy(image);
  unlink(path);
  free(path);
}

Test(image_damage, truncated, .timeout = 120) {
  size_t size = 0;
  unsigned char *bytes = sample_bytes("shapes_o2.elf", &size);
  for (size_t length = 1; length < size; length += length < 256 ? 9 : 331) {
    load_damaged(bytes, length);
  }
  load_damaged(bytes, size - 1);
  free(bytes);
}

/* A small generator of its own: the same damage on every machine. */
static uint32_t next_random(uint32_t *state) {
  *state = *state * 1664525U + 1013904223U;
  return *state >> 8;
}

static void flip(const char *name, uint32_t seed, size_t from, unsigned rounds) {
  size_t size = 0;
  unsigned char *good = sample_bytes(name, &size);
  unsigned char *bytes = malloc(size);
  cr_assert_not_null(bytes);
  for (unsigned round = 0; round < rounds; round++) {
    memcpy(bytes, good, size);
    unsigned count = 1U << (next_random(&seed) % 7);
    for (unsigned i = 0; i < count; i++) {
      size_t at = from + next_random(&seed) % (size - from);
      bytes[at] = (unsigned char)(next_random(&seed) % 3 == 0 ? 0xff : next_random(&seed));
    }
    load_damaged(bytes, size);
  }
  free(bytes);
  free(good);
}

Test(image_damage, flipped, .timeout = 120) {
  flip("shapes_o2.elf", 1, 0, 60);
  flip("shapes_o2.elf", 2, HEADERS, 120);
  flip("shapes_dwarf4.elf", 3, HEADERS, 60);
  flip("stripped.elf", 4, 0, 60);
  flip("pieces.elf", 5, HEADERS, 60);
  if (sample_exists("rust_shapes.elf")) {
    flip("rust_shapes.elf", 6, HEADERS, 60);
  }
}

/* Formats of text and blocks: the same damage, in a raw image as in the others. */
Test(image_damage, other_formats, .timeout = 120) {
  static const char *const FILES[] = {"low.hex", "low.srec", "cat16.hex", "high.srec"};
  for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
    if (!sample_exists(FILES[i])) {
      continue;
    }
    size_t size = 0;
    unsigned char *bytes = sample_bytes(FILES[i], &size);
    for (size_t length = 1; length < size; length += length < 256 ? 3 : 331) {
      load_damaged(bytes, length);
    }
    free(bytes);
    flip(FILES[i], (uint32_t)i, 0, 100);
  }
}
