/* Scenario files, and the boards that stand in them. */
#include "sim/explore/scenario.h"
#include "sim/board/board.h"
#include "tests/readers/reader.h"

static void read_board(const char *path, size_t program) {
  struct board *board = board_create();
  struct error error = {""};
  if (!board_read_program(board, path, program, &error)) {
    reader_refusal(&error);
  }
  board_finish(board, NULL, 0);
  board_destroy(board);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  struct reader_file file = reader_file_open(bytes, size);
  struct error error = {""};
  struct scenario *scenario = scenario_load(file.path, &error);
  if (scenario == NULL) {
    reader_refusal(&error);
  } else {
    scenario_program_for(scenario, "b-m0-O2.elf");
    scenario_image_program(scenario);
  }
  scenario_free(scenario);
  read_board(file.path, 0);
  read_board(file.path, 1);
  reader_file_close(&file);
  return 0;
}
