/* A board from YAML text, and a small raw image that it runs. */
#ifndef TORNWORD_TESTS_SIM_BOARD_SAMPLE_H
#define TORNWORD_TESTS_SIM_BOARD_SAMPLE_H

#include "sim/board/board.h"
#include "sim/machine/private.h"

/* Path of a file with this content, for this test process. Caller frees. */
char *sample_file(const char *name, const void *bytes, size_t size);

/* Reads YAML that must be understood. */
struct board *sample_board(const char *yaml);

/* A raw image: halfwords of code behind a vector table at 0, all handlers but reset
 * at `handler` (byte offset in the code). */
struct image *sample_image(const uint16_t *code, size_t count, uint32_t handler);

/* A machine that holds it, at reset. */
struct sample {
  struct board *board;
  struct image *image;
  struct machine *machine;
  struct run run; /* of the bus that the tests drive */
};
struct sample sample_machine(const char *yaml, const uint16_t *code, size_t count,
                             uint32_t handler, const char *input);
void sample_free(struct sample *sample);

enum { CODE_AT = 0x100 };

#endif
