/* The same firmware in every format, and what is refused of each.
 *
 * Oracles: arm-none-eabi-objcopy writes hex, S-records and raw bytes from the
 * ELF file, srec_cat (where installed) writes other forms of these. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "samples.h"

/* Every byte of `want`'s segments stands in `got`, and as many in all. */
static void expect_same_bytes(const struct image *want, const struct image *got,
                              uint32_t offset, const char *name) {
  const struct segment *wanted = NULL;
  const struct segment *segments = NULL;
  size_t wanted_count = image_segments(want, &wanted);
  size_t count = image_segments(got, &segments);
  size_t want_size = 0;
  size_t got_size = 0;
  for (size_t i = 0; i < count; i++) {
    got_size += segments[i].size;
  }
  for (size_t i = 0; i < wanted_count; i++) {
    want_size += wanted[i].size;
    for (uint32_t at = 0; at < wanted[i].size; at++) {
      uint32_t address = wanted[i].address + offset + at;
      bool same = false;
      for (size_t k = 0; k < count; k++) {
        uint32_t in = address - segments[k].address;
        same |= in < segments[k].size && segments[k].bytes[in] == wanted[i].bytes[at];
      }
      cr_assert(same, "%s: byte at 0x%x", name, address);
    }
  }
  cr_expect_leq(want_size, got_size, "%s: %zu bytes", name, got_size);
  cr_expect_leq(got_size, want_size + 8, "%s: %zu bytes", name, got_size); /* padding */
}

static struct image *load_with(const char *path, const struct image_options *options) {
  struct error error = {{0}};
  struct image *image = image_load(path, options, &error);
  cr_assert_not_null(image, "%s", error.message);
  return image;
}

struct format_row {
  const char *file;
  enum image_format format;
  uint32_t offset;
};

Test(image_formats, same_bytes) {
  static const struct format_row ROWS[] = {
      {"low.hex", FORMAT_IS_IHEX, 0},   {"low.srec", FORMAT_IS_SREC, 0},
      {"low.bin", FORMAT_IS_RAW, 0},    {"cat.hex", FORMAT_IS_IHEX, 0},
      {"cat16.hex", FORMAT_IS_IHEX, 0}, {"cat.srec", FORMAT_IS_SREC, 0},
      {"cat2.srec", FORMAT_IS_SREC, 0}, {"cat3.srec", FORMAT_IS_SREC, 0},
  };
  struct image *elf = sample_load("shapes_o2.elf");
  for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
    if (!sample_exists(ROWS[i].file)) {
      continue;
    }
    char *path = sample_path(ROWS[i].file);
    struct image_options options = {.has_base = ROWS[i].format == FORMAT_IS_RAW};
    struct image *image = load_with(path, &options);
    cr_expect_eq(image_format(image), ROWS[i].format, "%s", ROWS[i].file);
    cr_expect_eq(image_vectors(image), image_vectors(elf));
    cr_expect_eq(image_core(image), CORE_M0, "no handlers but reset: %s",
                 image_core_source(image));
    cr_expect_eq(strncmp(image_core_source(image), "assumed", 7), 0);
    expect_same_bytes(elf, image, ROWS[i].offset, ROWS[i].file);
    image_destroy(image);
    free(path);
  }
  image_destroy(elf);
}

/* Addresses above 64 KiB need base records; srec_cat moved them there. The
 * words of the table were not moved, so that it is none. */
Test(image_formats, high_addresses) {
  static const char *const FILES[] = {"high.hex", "high.srec"};
  for (size_t i = 0; i < 2 && sample_exists(FILES[i]); i++) {
    char *path = sample_path(FILES[i]);
    struct error error = {{0}};
    cr_expect_null(image_load(path, NULL, &error));
    cr_expect_not_null(strstr(error.message, "the vector table at 0x08000000"), "%s",
                       error.message);
    free(path);
  }
}

static char *write_text(const char *text) {
  return sample_write((const unsigned char *)text, strlen(text));
}

static void expect_refused(const char *path, const struct image_options *options,
                           const char *words) {
  struct error error = {{0}};
  struct image *image = image_load(path, options, &error);
  cr_expect_null(image, "%s", words);
  cr_expect_not_null(strstr(error.message, words), "%s\nbut: %s", words, error.message);
  cr_expect_null(strchr(error.message, '\n'));
  image_destroy(image);
}

static void expect_text_refused(const char *text, const char *words) {
  char *path = write_text(text);
  expect_refused(path, NULL, words);
  unlink(path);
  free(path);
}

Test(image_formats, refused_hex) {
  static const char *const ROWS[][2] = {
      {":0400000000100020CD\n", ":1: wrong checksum 0xcd: the bytes give 0xcc"},
      {":0400000000100020CC\n", ":1: truncated: no end-of-file record"},
      {":00000001FF\n", "holds no data"},
      {":0400000000100020CC\n:00000001FF\n:00000001FF\n",
       ":3: a record behind the end-of-file"},
      {":04000000001000\n", ":1: truncated: the record has 7 bytes, its count makes it 9"},
      {":040000000010002000CC\n", ":1: too long: the record has 10 bytes"},
      {":0400000000100G20CC\n", ":1: column 15 is no hexadecimal digit"},
      {":0400000000100020C\n", ":1: truncated: half a byte"},
      {":0400000000100020CC\nhello\n", ":2: the line does not begin with ':'"},
      {":0400000000100020CC\n\n:0400000200001020CA\n",
       ":3: a record of type 02 has 2 data bytes, this one 4"},
      {":0400000000100020CC\n:020000050000F9\n", ":2: a record of type 05 has 4 data bytes"},
      {":0400000000100020CC\n:0100000100FE\n", ":2: a record of type 01 has 0 data bytes"},
      {":0400000000100020CC\n:0400000600000000F6\n", ":2: record type 06 is not known"},
      {":0400000A9900C0DEBB\n", ":1: record type 0a: a universal hex"},
      {":0400000000100020CC\n:00000001FF\n", "vector table"},
      {":0400000000100020CC\n:0100030000FC\n:00000001FF\n",
       ":2: the byte at 0x00000003 was already given in line 1"},
      {":0100030000FC\n:0400000000100020CC\n:00000001FF\n",
       ":2: the byte at 0x00000003 was already given in line 1"},
  };
  for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
    expect_text_refused(ROWS[i][0], ROWS[i][1]);
  }
}

Test(image_formats, refused_srec) {
  static const char *const ROWS[][2] = {
      {"S107000000100020C9\n", ":1: wrong checksum 0xc9: the bytes give 0xc8"},
      {"S107000000100020C8\n", ":1: truncated: no termination record"},
      {"S9030000FC\n", "holds no data"},
      {"S4030000FC\n", ":1: there is no record type S4"},
      {"S107000000100020\n", ":1: truncated: the record has 7 bytes"},
      {"S10700000010002000C8\n", ":1: too long"},
      {"S1020000FD\n", ":1: t"},
      {"S107000000100020C8\nS5030002FA\nS9030000FC\n",
       ":2: 2 data records are counted here, 1"},
      {"S107000000100020C8\nS9030000FC\nS9030000FC\n", ":3: a record behind the termination"},
      {"S107000000100020C8\nS104000300F8\nS9030000FC\n",
       ":2: the byte at 0x00000003 was already given in line 1"},
      {"S107000000100020C8\n:00000001FF\n", ":2: the line does not begin with 'S'"},
  };
  for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
    expect_text_refused(ROWS[i][0], ROWS[i][1]);
  }
}

Test(image_formats, refused_options) {
  struct image_options base = {.has_base = true, .base = 0x08000000};
  char *elf = sample_path("shapes_o2.elf");
  char *hex = sample_path("low.hex");
  char *bin = sample_path("low.bin");
  struct image_options symbols = {.symbols = elf};
  struct image_options wrong = {.symbols = hex};
  struct image_options last = {.has_base = true, .base = 0xfffffff0};
  expect_refused(elf, &base, "an ELF file has its own addresses; leave out --base");
  expect_refused(elf, &symbols, "an ELF file has its own symbols; leave out --symbols");
  expect_refused(hex, &base, "Intel HEX has its own addresses; leave out --base");
  expect_refused(bin, NULL, "raw bytes have no address; give it, e.g. --base 0x08000000");
  expect_refused(bin, &last, "do not fit behind 0xfffffff0");
  expect_refused(hex, &wrong, "not an ELF file");
  free(elf);
  free(hex);
  free(bin);
}

enum { UF2_BLOCK = 512, UF2_PAYLOAD = 64 };

static void put(unsigned char *at, uint32_t word) {
  memcpy(at, &word, sizeof word);
}

/* The raw file as UF2, in 64-byte payloads, the last one first. */
static unsigned char *uf2_of(const char *name, size_t *size) {
  size_t raw_size = 0;
  unsigned char *raw = sample_bytes(name, &raw_size);
  uint32_t count = (uint32_t)((raw_size + UF2_PAYLOAD - 1) / UF2_PAYLOAD);
  unsigned char *file = calloc(count, UF2_BLOCK);
  *size = (size_t)count * UF2_BLOCK;
  for (uint32_t i = 0; i < count; i++) {
    unsigned char *block = file + (size_t)(count - 1 - i) * UF2_BLOCK;
    uint32_t at = i * UF2_PAYLOAD;
    uint32_t part = (uint32_t)(raw_size - at < UF2_PAYLOAD ? raw_size - at : UF2_PAYLOAD);
    const uint32_t head[] = {0x0a324655, 0x9e5d5157, 0x2000, at, part, i, count, 0x5ee21072};
    memcpy(block, head, sizeof head);
    memcpy(block + sizeof head, raw + at, part);
    put(block + UF2_BLOCK - 4, 0x0ab16f30);
  }
  free(raw);
  return file;
}

Test(image_formats, uf2) {
  size_t size = 0;
  unsigned char *file = uf2_of("low.bin", &size);
  char *path = sample_write(file, size);
  struct image *elf = sample_load("shapes_o2.elf");
  struct image *image = load_with(path, NULL);
  cr_expect_eq(image_format(image), FORMAT_IS_UF2);
  cr_expect_eq(image_core(image), CORE_M3);
  cr_expect_str_eq(image_core_source(image), "UF2 family 0x5ee21072 (STM32F1)");
  expect_same_bytes(elf, image, 0, "uf2");
  image_destroy(image);
  image_destroy(elf);
  unlink(path);
  free(path);
  free(file);
}

Test(image_formats, refused_uf2) {
  static const struct {
    size_t at;
    uint32_t word;
    size_t cut;
    const char *words;
  } ROWS[] = {
      {UF2_BLOCK + 4, 0, 0, "block 1 has no UF2 magic numbers"},
      {UF2_BLOCK - 4, 0, 0, "block 0 has no UF2 magic numbers"},
      {16, 477, 0, "block 0 says that it holds more than 476 bytes"},
      {20, 9999, 0, "block 0 has a number that is not below its count"},
      {24, 10000, 0, "truncated: 10000 blocks are announced"},
      {UF2_BLOCK + 28, 7, 0, "block 1 is for family 0x00000007"},
      {12, 0, 0, "was already given in block 0"},
      {0, 0x0a324655, 1, "truncated:"},
      {0, 0x0a324655, UF2_BLOCK, "truncated:"},
  };
  for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
    size_t size = 0;
    unsigned char *file = uf2_of("low.bin", &size);
    put(file + ROWS[i].at, ROWS[i].word);
    char *path = sample_write(file, size - ROWS[i].cut);
    expect_refused(path, NULL, ROWS[i].words);
    unlink(path);
    free(path);
    free(file);
  }
}

static uint32_t crc_of(const unsigned char *bytes, size_t size) {
  uint32_t crc = UINT32_MAX;
  for (size_t i = 0; i < 8 * size; i++) {
    uint32_t bit = ((uint32_t)bytes[i / 8] >> i % 8 ^ crc) & 1U;
    crc = crc >> 1 ^ (bit != 0 ? 0xedb88320U : 0);
  }
  return crc;
}

Test(image_formats, dfu) {
  static const unsigned char SUFFIX[12] = {0, 0, 2, 0x60, 0x50, 0x1d, 0, 1, 'U', 'F', 'D', 16};
  size_t size = 0;
  unsigned char *raw = sample_bytes("low.bin", &size);
  raw = realloc(raw, size + 16);
  memcpy(raw + size, SUFFIX, sizeof SUFFIX);
  put(raw + size + 12, crc_of(raw, size + 12));
  struct image_options options = {.has_base = true};
  char *path = sample_write(raw, size + 16);
  struct image *elf = sample_load("shapes_o2.elf");
  struct image *image = load_with(path, &options);
  const char *const *notes = NULL;
  image_notes(image, &notes);
  cr_expect_eq(image_format(image), FORMAT_IS_DFU);
  cr_expect_not_null(strstr(notes[0], "USB device 1d50:6002"), "%s", notes[0]);
  expect_same_bytes(elf, image, 0, "dfu");
  expect_refused(path, NULL, "--base");
  unlink(path);
  free(path);
  raw[8] ^= 1;
  path = sample_write(raw, size + 16);
  expect_refused(path, &options, "wrong checksum");
  unlink(path);
  free(path);
  free(raw);
  image_destroy(image);
  image_destroy(elf);
}

Test(image_formats, symbols_beside_a_hex) {
  char *hex = sample_path("low.hex");
  char *elf_path = sample_path("shapes_o2.elf");
  struct image_options options = {.symbols = elf_path};
  struct image *elf = sample_load("shapes_o2.elf");
  struct image *image = load_with(hex, &options);
  const struct variable *variables = NULL;
  const struct variable *wanted = NULL;
  const char *const *notes = NULL;
  const char *const *elf_notes = NULL;
  expect_same_bytes(elf, image, 0, "hex with symbols");
  cr_expect_eq(image_core(image), CORE_M3);
  cr_assert_eq(image_variables(image, &variables), image_variables(elf, &wanted));
  cr_expect_str_eq(variables[0].name, wanted[0].name);
  cr_expect_str_eq(image_vectors_source(image), image_vectors_source(elf));
  cr_expect_eq(image_leaves(image)->count, image_leaves(elf)->count);
  cr_expect_eq(image_notes(image, &notes), image_notes(elf, &elf_notes));
  image_destroy(image);
  image_destroy(elf);
  free(hex);
  free(elf_path);
}

Test(image_formats, symbols_of_another_build) {
  char *hex = sample_path("low.hex");
  char *other = sample_path("shapes_o0.elf");
  struct image_options options = {.symbols = other};
  struct image *image = load_with(hex, &options);
  const char *const *notes = NULL;
  size_t count = image_notes(image, &notes);
  bool said = false;
  for (size_t i = 0; i < count; i++) {
    said |= strstr(notes[i], "differ from") != NULL || strstr(notes[i], "are not in") != NULL;
  }
  cr_expect(said);
  image_destroy(image);
  free(hex);
  free(other);
}
