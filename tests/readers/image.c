/* Images that know their addresses: ELF with its DWARF, hex, S-records, UF2. */
#include "tests/readers/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  reader_image(bytes, size, NULL);
  return 0;
}
