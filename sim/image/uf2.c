/* UF2 (Microsoft, USB Flashing Format): blocks of 512 bytes, each with its own
 * address, count and family of chips. */
#include <string.h>

#include "sim/image/blocks.h"
#include "sim/image/formats.h"

enum { BLOCK = 512, LARGEST_PAYLOAD = 476, HEAD_WORDS = 8, END_AT = 508 };
enum { NOT_MAIN_FLASH = 1, FILE_CONTAINER = 0x1000, HAS_FAMILY = 0x2000 };
static const uint32_t MAGIC_0 = 0x0a324655, MAGIC_1 = 0x9e5d5157, MAGIC_END = 0x0ab16f30;

struct uf2_block {
  uint32_t magic[2];
  uint32_t flags;
  uint32_t address;
  uint32_t size;
  uint32_t number;
  uint32_t count;
  uint32_t family; /* with HAS_FAMILY */
};
_Static_assert(sizeof(struct uf2_block) == HEAD_WORDS * 4, "as in the file");

static const struct {
  uint32_t id;
  const char *name;
  enum core core;
} FAMILIES[] = {{0x68ed2b88, "SAMD21", CORE_M0PLUS}, {0x55114460, "SAMD51", CORE_M4F},
                {0x1851780a, "SAML21", CORE_M0PLUS}, {0x1b57745f, "nRF52", CORE_M4F},
                {0xada52840, "nRF52840", CORE_M4F},  {0x621e937a, "nRF52833", CORE_M4F},
                {0xe48bff56, "RP2040", CORE_M0PLUS}, {0x647824b6, "STM32F0", CORE_M0},
                {0x5ee21072, "STM32F1", CORE_M3},    {0x5d1a0a2e, "STM32F2", CORE_M3},
                {0x6b846188, "STM32F3", CORE_M4F},   {0x57755a57, "STM32F4", CORE_M4F},
                {0x53b80f00, "STM32F7", CORE_M7},    {0x300f5633, "STM32G0", CORE_M0PLUS},
                {0x4c71240a, "STM32G4", CORE_M4F},   {0x202e3a91, "STM32L0", CORE_M0PLUS},
                {0x1e1f432d, "STM32L1", CORE_M3},    {0x00ff6919, "STM32L4", CORE_M4F},
                {0x4fb2d5bd, "i.MX RT10xx", CORE_M7}};

static bool refuse(const struct image *image, unsigned number, const char *what,
                   struct error *error) {
  return error_set(error, "%s: block %u %s; copy it again", image->path, number, what);
}

static bool block_check(const struct image *image, const struct uf2_block *block,
                        const uint8_t *bytes, unsigned number, unsigned total,
                        struct error *error) {
  uint32_t end = 0;
  memcpy(&end, bytes + END_AT, sizeof end);
  if (block->magic[0] != MAGIC_0 || block->magic[1] != MAGIC_1 || end != MAGIC_END) {
    return refuse(image, number, "has no UF2 magic numbers", error);
  }
  if (block->size > LARGEST_PAYLOAD) {
    return refuse(image, number, "says that it holds more than 476 bytes", error);
  }
  if (block->count == 0 || block->number >= block->count) {
    return refuse(image, number, "has a number that is not below its count", error);
  }
  return block->count <= total ||
         error_set(error, "%s: truncated: %u blocks are announced, %u are there; copy it again",
                   image->path, block->count, total);
}

/* The family of the first block with one; another behind it is refused. */
static bool take_family(struct image *image, const struct uf2_block *block, unsigned number,
                        struct error *error) {
  if ((block->flags & HAS_FAMILY) == 0 || block->family == image->uf2_family) {
    return true;
  }
  if (image->uf2_family != 0) {
    return error_set(error,
                     "%s: block %u is for family 0x%08x, those before it for 0x%08x; give a "
                     "file for one chip",
                     image->path, number, block->family, image->uf2_family);
  }
  image->uf2_family = block->family;
  return true;
}

static bool read_all(struct image *image, struct blocks *blocks, struct error *error) {
  unsigned total = (unsigned)(image->file_size / BLOCK);
  if (image->file_size % BLOCK != 0) {
    return error_set(error,
                     "%s: truncated: %zu bytes are no whole number of 512-byte blocks; "
                     "copy it again",
                     image->path, image->file_size);
  }
  for (unsigned i = 0; i < total; i++) {
    const uint8_t *bytes = image->file + (size_t)i * BLOCK;
    struct uf2_block block;
    memcpy(&block, bytes, sizeof block);
    if (!block_check(image, &block, bytes, i, total, error)) {
      return false;
    }
    if ((block.flags & (NOT_MAIN_FLASH | FILE_CONTAINER)) != 0) {
      continue;
    }
    if (!take_family(image, &block, i, error)) {
      return false;
    }
    blocks_add(blocks, block.address, bytes + sizeof block, block.size, i);
  }
  return blocks_finish(blocks, image, "block", error);
}

bool uf2_load(struct image *image, struct error *error) {
  struct blocks blocks = {0};
  bool loaded = read_all(image, &blocks, error);
  blocks_fini(&blocks);
  return loaded;
}

bool uf2_family(uint32_t id, const char **name, enum core *core) {
  for (size_t i = 0; i < sizeof FAMILIES / sizeof *FAMILIES; i++) {
    if (FAMILIES[i].id == id) {
      *name = FAMILIES[i].name;
      *core = FAMILIES[i].core;
      return true;
    }
  }
  return false;
}
