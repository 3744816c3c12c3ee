#include "fuzz_sample.h"

#include <criterion/criterion.h>
#include <stdio.h>

struct fuzz_sample fuzz_sample_open(const char *firmware) {
  struct fuzz_sample sample = {.board = board_create()};
  struct error error = {""};
  char path[512];
  snprintf(path, sizeof path, "%s/%s.elf", FIRMWARE_DIR, firmware);
  sample.image = image_load(path, NULL, &error);
  cr_assert_not_null(sample.image, "%s", error.message);
  cr_assert(board_add_inputs(sample.board, COMMANDS, &error), "%s", error.message);
  board_finish(sample.board, NULL, 0);
  sample.options = explorer_options_default(sample.image);
  cr_assert(board_apply(sample.board, sample.image, &sample.options.machine, &error), "%s",
            error.message);
  sample.target = target_create(sample.image, &sample.options, SEVERITY_ERROR, &error);
  cr_assert_not_null(sample.target, "%s", error.message);
  return sample;
}

void fuzz_sample_close(struct fuzz_sample *sample) {
  target_destroy(sample->target);
  board_destroy(sample->board);
  image_destroy(sample->image);
}
