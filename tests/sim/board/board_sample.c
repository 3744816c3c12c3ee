#include "board_sample.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { VECTORS = 64, IMAGE = 0x400 };

char *sample_file(const char *name, const void *bytes, size_t size) {
  char *path = NULL;
  cr_assert_geq(asprintf(&path, "/tmp/tornword-board-%d-%s", (int)getpid(), name), 0);
  FILE *stream = fopen(path, "wb");
  cr_assert_not_null(stream);
  cr_assert_eq(fwrite(bytes, 1, size, stream), size);
  fclose(stream);
  return path;
}

struct board *sample_board(const char *yaml) {
  char *path = sample_file("board.yaml", yaml, strlen(yaml));
  struct board *board = board_create();
  struct error error = {""};
  cr_assert(board_read(board, path, &error), "%s", error.message);
  unlink(path);
  free(path);
  return board;
}

struct image *sample_image(const uint16_t *code, size_t count, uint32_t handler) {
  uint8_t bytes[IMAGE] = {0};
  uint32_t words[VECTORS] = {0x20001000, CODE_AT | 1};
  for (size_t i = 2; i < VECTORS; i++) {
    words[i] = (CODE_AT + handler) | 1;
  }
  memcpy(bytes, words, sizeof words);
  memcpy(bytes + CODE_AT, code, 2 * count);
  char *path = sample_file("image.bin", bytes, sizeof bytes);
  struct image_options options = {.has_base = true, .has_core = true, .core = CORE_M3};
  struct error error = {""};
  struct image *image = image_load(path, &options, &error);
  cr_assert_not_null(image, "%s", error.message);
  unlink(path);
  free(path);
  return image;
}

struct sample sample_machine(const char *yaml, const uint16_t *code, size_t count,
                             uint32_t handler, const char *input) {
  struct sample sample = {.board = sample_board(yaml)};
  struct error error = {""};
  board_finish(sample.board, (const uint8_t *)input, input != NULL ? strlen(input) : 0);
  sample.image = sample_image(code, count, handler);
  struct machine_config config = machine_config_default(CORE_M3);
  cr_assert(board_apply(sample.board, sample.image, &config, &error), "%s", error.message);
  sample.machine = machine_create(sample.image, &config, &error);
  cr_assert_not_null(sample.machine, "%s", error.message);
  return sample;
}

void sample_free(struct sample *sample) {
  machine_destroy(sample->machine);
  image_destroy(sample->image);
  board_destroy(sample->board);
}
