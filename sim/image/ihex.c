/* Intel HEX (Intel, Hexadecimal Object File Format Specification, A, 1988).
 *
 * ":" count address(2) type data checksum; all bytes add up to 0. Data of a
 * segment (type 02) wrap within its 64 KiB, data of a linear base (type 04) at
 * the end of the address space. */
#include "sim/image/blocks.h"
#include "sim/image/formats.h"
#include "sim/image/records.h"

enum {
  TYPE_DATA,
  TYPE_END,
  TYPE_SEGMENT,
  TYPE_SEGMENT_START,
  TYPE_LINEAR,
  TYPE_LINEAR_START,
  TYPES,
  UNIVERSAL_FIRST = 0x0a, /* micro:bit universal hex: several images in one */
  UNIVERSAL_LAST = 0x0e,
};
enum { HEAD = 4, LONGEST_DATA = 255 };

struct ihex {
  struct records records;
  struct blocks blocks;
  uint32_t base;
  bool linear;       /* the base is of type 04, or none was given */
  unsigned end_line; /* of the end-of-file record; 0: not met */
};

static size_t data_size(const struct ihex *hex) {
  return hex->records.bytes[0];
}

static bool check_shape(struct ihex *hex, struct error *error) {
  struct records *r = &hex->records;
  if (r->text[0] != ':') {
    return records_refuse(r, error, "the line does not begin with ':'; Intel HEX is expected");
  }
  if (!records_decode(r, 1, error)) {
    return false;
  }
  size_t size = r->count > 0 ? HEAD + data_size(hex) + 1 : HEAD + 1;
  if (r->count != size) {
    return records_refuse(r, error,
                          "%s: the record has %zu bytes, its count makes it %zu; copy it again",
                          r->count < size ? "truncated" : "too long", r->count, size);
  }
  uint8_t sum = records_sum(r, 0, size - 1);
  uint8_t right = (uint8_t)(0x100 - sum);
  return r->bytes[size - 1] == right ||
         records_refuse(r, error, "wrong checksum 0x%02x: the bytes give 0x%02x; copy it again",
                        r->bytes[size - 1], right);
}

static bool check_size(struct ihex *hex, uint8_t type, struct error *error) {
  static const uint8_t SIZES[TYPES] = {0, 0, 2, 4, 2, 4};
  if (type == TYPE_DATA || data_size(hex) == SIZES[type]) {
    return true;
  }
  return records_refuse(&hex->records, error,
                        "a record of type %02x has %u data bytes, this one %zu", type,
                        SIZES[type], data_size(hex));
}

static void add_data(struct ihex *hex) {
  const struct records *r = &hex->records;
  uint32_t offset = records_number(r, 1, 2);
  size_t size = data_size(hex);
  size_t room = 0x10000 - offset;
  if (hex->linear || size <= room) {
    blocks_add(&hex->blocks, hex->base + offset, r->bytes + HEAD, size, r->line);
    return;
  }
  blocks_add(&hex->blocks, hex->base + offset, r->bytes + HEAD, room, r->line);
  blocks_add(&hex->blocks, hex->base, r->bytes + HEAD + room, size - room, r->line);
}

static void set_entry(struct image *image, uint32_t entry) {
  image->has_entry = true;
  image->entry = entry;
}

static bool take(struct ihex *hex, struct image *image, struct error *error) {
  const struct records *r = &hex->records;
  uint8_t type = r->bytes[3];
  if (type >= UNIVERSAL_FIRST && type <= UNIVERSAL_LAST) {
    return records_refuse(r, error,
                          "record type %02x: a universal hex holds images for several boards; "
                          "give the hex of one",
                          type);
  }
  if (type >= TYPES) {
    return records_refuse(r, error, "record type %02x is not known; there are 00 to 05", type);
  }
  if (!check_size(hex, type, error)) {
    return false;
  }
  if (type == TYPE_DATA) {
    add_data(hex);
  } else if (type == TYPE_END) {
    hex->end_line = r->line;
  } else if (type == TYPE_SEGMENT || type == TYPE_LINEAR) {
    hex->linear = type == TYPE_LINEAR;
    hex->base = records_number(r, HEAD, 2) << (hex->linear ? 16 : 4);
  } else if (type == TYPE_SEGMENT_START) {
    set_entry(image, (records_number(r, HEAD, 2) << 4) + records_number(r, HEAD + 2, 2));
  } else {
    set_entry(image, records_number(r, HEAD, 4));
  }
  return true;
}

static bool read_all(struct ihex *hex, struct image *image, struct error *error) {
  while (records_next(&hex->records)) {
    if (hex->end_line != 0) {
      return records_refuse(&hex->records, error,
                            "a record behind the end-of-file record in line %u; give one file "
                            "at a time",
                            hex->end_line);
    }
    if (!check_shape(hex, error) || !take(hex, image, error)) {
      return false;
    }
  }
  if (hex->end_line == 0) {
    return records_refuse(&hex->records, error,
                          "truncated: no end-of-file record (:00000001FF); copy it again");
  }
  return blocks_finish(&hex->blocks, image, "line", error);
}

bool ihex_load(struct image *image, struct error *error) {
  struct ihex hex = {.records = records_of(image), .linear = true};
  bool loaded = read_all(&hex, image, error);
  blocks_fini(&hex.blocks);
  return loaded;
}
