/* Raw bytes: where they go is not in the file but in --base. */
#include <string.h>

#include "sim/image/blocks.h"
#include "sim/image/formats.h"

/* The first two words, if they look like a vector table: a hint for the user. */
static const char *hint(struct image *image) {
  uint32_t words[2] = {0};
  if (image->file_size >= sizeof words) {
    memcpy(words, image->file, sizeof words);
  }
  bool table = words[0] >= 0x10000000 && words[0] < 0x40000000 && (words[1] & 1) != 0;
  return table ? arena_format(&image->arena, " (its reset vector would be 0x%08x)", words[1])
               : "";
}

bool raw_load(struct image *image, const struct image_options *options, struct error *error) {
  size_t size = image->file_size;
  if (!dfu_check(image, &size, error)) {
    return false;
  }
  if (!options->has_base) {
    return error_set(error,
                     "%s: not an ELF file, Intel HEX, S-records or UF2: raw bytes have no "
                     "address; give it, e.g. --base 0x08000000%s",
                     image->path, hint(image));
  }
  if (options->base + (uint64_t)size > (uint64_t)UINT32_MAX + 1) {
    return error_set(error, "%s: %zu bytes do not fit behind 0x%08x (--base)", image->path,
                     size, options->base);
  }
  struct blocks blocks = {0};
  blocks_add(&blocks, options->base, image->file, size, 1);
  bool loaded = blocks_finish(&blocks, image, "byte", error);
  blocks_fini(&blocks);
  return loaded;
}
