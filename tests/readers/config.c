/* Descriptions of boards, in our own keys and in fuzzware's. */
#include "sim/board/board.h"
#include "tests/readers/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  struct reader_file file = reader_file_open(bytes, size);
  struct board *board = board_create();
  struct image_options options = {.has_base = false};
  struct error error = {""};
  if (!board_read(board, file.path, &error)) {
    reader_refusal(&error);
  }
  board_finish(board, (const uint8_t *)"1\r", 2);
  board_image_options(board, "firmware.bin", &options);
  registers_find(&board->registers, 0x40000000);
  registers_fingerprint(&board->registers);
  board_destroy(board);
  reader_file_close(&file);
  return 0;
}
