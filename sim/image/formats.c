#include "sim/image/formats.h"

#include <string.h>

const char *image_format_name(enum image_format format) {
  static const char *const NAMES[] = {"ELF", "Intel HEX", "S-records", "UF2", "DFU", "raw"};
  return NAMES[format];
}

static bool begins(const struct image *image, const char *magic, size_t size) {
  return image->file_size >= size && memcmp(image->file, magic, size) == 0;
}

enum image_format format_of(const struct image *image) {
  size_t left = image->file_size < 4 ? image->file_size : 4;
  bool digit = image->file_size > 1 && image->file[1] >= '0' && image->file[1] <= '9';
  if (memcmp(image->file, "\177ELF", left) == 0 || begins(image, "!<arch>", 7)) {
    return FORMAT_IS_ELF;
  }
  if (image->file[0] == ':') {
    return FORMAT_IS_IHEX;
  }
  if (image->file[0] == 'S' && digit) {
    return FORMAT_IS_SREC;
  }
  if (begins(image, "UF2\n", 4)) {
    return FORMAT_IS_UF2;
  }
  return dfu_has_suffix(image) ? FORMAT_IS_DFU : FORMAT_IS_RAW;
}

bool format_load(struct image *image, const struct image_options *options,
                 struct error *error) {
  switch (image->format) {
    case FORMAT_IS_IHEX:
      return ihex_load(image, error);
    case FORMAT_IS_SREC:
      return srec_load(image, error);
    case FORMAT_IS_UF2:
      return uf2_load(image, error);
    case FORMAT_IS_DFU:
    case FORMAT_IS_RAW:
      return raw_load(image, options, error);
    case FORMAT_IS_ELF:
      break;
  }
  return false;
}

/* VMRS APSR_nzcv, FPSCR, and VPUSH {d8...}: compilers emit them wherever
 * floating point is used (ARMv7-M A7.7.246, A7.7.249). */
static bool has_fp_code(const struct image *image) {
  for (size_t i = 0; i < image->segment_count; i++) {
    const struct segment *segment = &image->segments[i];
    for (uint32_t at = segment->address & 1; at + 4 <= segment->size; at += 2) {
      uint16_t halves[2];
      memcpy(halves, segment->bytes + at, sizeof halves);
      bool status = halves[0] == 0xeef1 && halves[1] == 0xfa10;
      bool push = halves[0] == 0xed2d && (halves[1] & 0xff00) == 0x8b00 && halves[1] != 0x8b00;
      if (status || push) {
        return true;
      }
    }
  }
  return false;
}

/* ARMv6-M has no MemManage, BusFault, UsageFault and DebugMonitor (B1.5.2). */
static bool has_v7m_vectors(const struct image *image) {
  enum { MEMMANAGE = 4, USAGEFAULT = 6, DEBUGMONITOR = 12 };
  for (size_t i = MEMMANAGE; i <= DEBUGMONITOR && i < image->vector_count; i++) {
    bool only_v7m = i <= USAGEFAULT || i == DEBUGMONITOR;
    if (only_v7m && image->vector_words[i] != 0) {
      return true;
    }
  }
  return false;
}

void format_core(struct image *image, const struct image_options *options) {
  const char *family = NULL;
  if (options->has_core) {
    image->core = options->core;
    image->core_source = options->core_source == NULL
                             ? "--core"
                             : arena_text(&image->arena, options->core_source);
    return;
  }
  if (image->uf2_family != 0 && uf2_family(image->uf2_family, &family, &image->core)) {
    image->core_source =
        arena_format(&image->arena, "UF2 family 0x%08x (%s)", image->uf2_family, family);
    return;
  }
  bool v7m = has_v7m_vectors(image);
  bool fp = v7m && has_fp_code(image);
  image->core = fp ? CORE_M4F : v7m ? CORE_M3 : CORE_M0;
  image->core_source = fp    ? "assumed: vectors of ARMv7-M, and floating-point instructions"
                       : v7m ? "assumed: vectors of ARMv7-M"
                             : "assumed: no vectors that only ARMv7-M has";
  image_note(image, "the core is a guess (%s): name it with --core or --chip",
             image->core_source);
}
