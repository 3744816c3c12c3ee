/* A demo image with the register that its commands come from. */
#ifndef TORNWORD_TESTS_FUZZ_SAMPLE_H
#define TORNWORD_TESTS_FUZZ_SAMPLE_H

#include "sim/board/board.h"
#include "sim/explore/target.h"

#define COMMANDS "0x4000c000"

struct fuzz_sample {
  struct board *board;
  struct image *image;
  struct explorer_options options;
  struct target *target;
};

struct fuzz_sample fuzz_sample_open(const char *firmware);
void fuzz_sample_close(struct fuzz_sample *sample);

#endif
