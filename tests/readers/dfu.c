/* Raw bytes, with a DFU suffix or without. */
#include "tests/readers/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  const struct image_options options = {.has_base = true, .base = 0x08000000};
  reader_image(bytes, size, &options);
  return 0;
}
