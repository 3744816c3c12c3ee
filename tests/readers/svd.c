/* CMSIS-SVD files. */
#include "sim/board/board.h"
#include "tests/readers/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  struct reader_file file = reader_file_open(bytes, size);
  struct board *board = board_create();
  struct error error = {""};
  if (!board_read_svd(board, file.path, &error)) {
    reader_refusal(&error);
  }
  board_finish(board, NULL, 0);
  board_destroy(board);
  reader_file_close(&file);
  return 0;
}
