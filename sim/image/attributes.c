/* Which core the image was built for, from its build attributes.
 *
 * Source: Addenda to, and Errata in, the ABI for the Arm Architecture
 * (IHI 0045), sections 2.2 and 2.3: a byte 'A', then vendor sections of
 * scoped subsections of tags; numbers are ULEB128, strings end with NUL. */
#include <elf.h>
#include <string.h>
#include <strings.h>

#include "sim/image/object.h"

enum {
  TAG_FILE = 1,
  TAG_CPU_RAW_NAME = 4,
  TAG_CPU_NAME = 5,
  TAG_CPU_ARCH = 6,
  TAG_CPU_ARCH_PROFILE = 7,
  TAG_FP_ARCH = 10,
  TAG_COMPATIBILITY = 32,
};

enum {
  ARCH_V7 = 10,
  ARCH_V6_M = 11,
  ARCH_V6S_M = 12,
  ARCH_V7E_M = 13,
  ARCH_V8_M_BASE = 16,
  ARCH_V8_M_MAIN = 17,
  ARCH_V8_1_M_MAIN = 21,
  FP_V5 = 8, /* FPv5 for ARMv8-A and the M7 with 16 double registers */
};

struct reader {
  const uint8_t *at;
  const uint8_t *end;
};

struct attributes {
  bool found;
  const char *cpu_name; /* borrowed from the section; NULL if absent */
  uint32_t arch;
  uint32_t profile;
  uint32_t fp;
};

static uint32_t read_uleb(struct reader *reader) {
  uint32_t value = 0;
  for (unsigned shift = 0; reader->at < reader->end; shift += 7) {
    uint8_t byte = *reader->at++;
    if (shift < 32) {
      value |= (uint32_t)(byte & 0x7f) << shift;
    }
    if ((byte & 0x80) == 0) {
      break;
    }
  }
  return value;
}

static const char *read_string(struct reader *reader) {
  const uint8_t *start = reader->at;
  const uint8_t *nul = memchr(start, 0, (size_t)(reader->end - start));
  if (nul == NULL) {
    reader->at = reader->end;
    return "";
  }
  reader->at = nul + 1;
  return (const char *)start;
}

/* The next `size` bytes, header included, as a reader behind its first `skip`. */
static bool read_block(struct reader *reader, uint32_t skip, struct reader *block) {
  size_t left = (size_t)(reader->end - reader->at);
  uint32_t size = 0;
  if (left < skip || skip < sizeof size) {
    return false;
  }
  memcpy(&size, reader->at + skip - sizeof size, sizeof size);
  if (size < skip || size > left) {
    return false;
  }
  *block = (struct reader){reader->at + skip, reader->at + size};
  reader->at += size;
  return true;
}

static bool is_string_tag(uint32_t tag) {
  return tag == TAG_CPU_RAW_NAME || tag == TAG_CPU_NAME || (tag > 32 && (tag & 1) != 0);
}

static void read_file_tags(struct reader *reader, struct attributes *attributes) {
  while (reader->at < reader->end) {
    uint32_t tag = read_uleb(reader);
    if (is_string_tag(tag)) {
      const char *text = read_string(reader);
      attributes->cpu_name = tag == TAG_CPU_NAME ? text : attributes->cpu_name;
      continue;
    }
    uint32_t value = read_uleb(reader);
    if (tag == TAG_COMPATIBILITY) {
      read_string(reader);
    }
    attributes->found = attributes->found || tag == TAG_CPU_ARCH;
    attributes->arch = tag == TAG_CPU_ARCH ? value : attributes->arch;
    attributes->profile = tag == TAG_CPU_ARCH_PROFILE ? value : attributes->profile;
    attributes->fp = tag == TAG_FP_ARCH ? value : attributes->fp;
  }
}

static void read_vendor(struct reader *reader, struct attributes *attributes) {
  if (strcmp(read_string(reader), "aeabi") != 0) {
    return;
  }
  while (reader->at < reader->end) {
    bool is_file = *reader->at == TAG_FILE;
    struct reader tags;
    if (!read_block(reader, 5, &tags)) { /* tag byte and size */
      return;
    }
    if (is_file) {
      read_file_tags(&tags, attributes);
    }
  }
}

static struct attributes attributes_read(const struct image *image, Elf *elf) {
  struct attributes attributes = {0};
  for (size_t i = 0; i < image->section_count; i++) {
    if (image->sections[i].type != SHT_ARM_ATTRIBUTES) {
      continue;
    }
    const Elf_Data *data = elf_rawdata(elf_getscn(elf, i), NULL);
    if (data == NULL || data->d_buf == NULL || data->d_size < 1 ||
        *(const uint8_t *)data->d_buf != 'A') {
      continue;
    }
    const uint8_t *bytes = data->d_buf;
    struct reader reader = {bytes + 1, bytes + data->d_size};
    struct reader vendor;
    while (read_block(&reader, 4, &vendor)) {
      read_vendor(&vendor, &attributes);
    }
  }
  return attributes;
}

static bool core_of_name(const struct attributes *attributes, enum core *core) {
  if (attributes->cpu_name == NULL || !core_by_name(attributes->cpu_name, core)) {
    return false;
  }
  if (*core == CORE_M4 && attributes->fp != 0) {
    *core = CORE_M4F;
  }
  return true;
}

static bool core_of_arch(const struct attributes *attributes, enum core *core) {
  switch (attributes->arch) {
    case ARCH_V6_M:
    case ARCH_V6S_M:
      *core = CORE_M0;
      return true;
    case ARCH_V7:
      *core = CORE_M3;
      return attributes->profile == 'M';
    case ARCH_V7E_M:
      *core = attributes->fp >= FP_V5 ? CORE_M7 : attributes->fp != 0 ? CORE_M4F : CORE_M4;
      return true;
    default: /* any number may stand in a file */
      return false;
  }
}

static const char *arch_name(uint32_t arch) {
  switch (arch) {
    case ARCH_V6_M:
      return "ARMv6-M";
    case ARCH_V6S_M:
      return "ARMv6S-M";
    case ARCH_V7:
      return "ARMv7-M";
    case ARCH_V7E_M:
      return "ARMv7E-M";
    default:
      return "unknown";
  }
}

static void core_assume(struct image *image, const struct attributes *attributes) {
  bool v8 = attributes->arch >= ARCH_V8_M_BASE && attributes->arch <= ARCH_V8_1_M_MAIN;
  if (v8) {
    bool base = attributes->arch == ARCH_V8_M_BASE;
    image->core = base ? CORE_M0PLUS : attributes->fp != 0 ? CORE_M4F : CORE_M4;
    image->core_source = arena_format(&image->arena, "assumed: built for ARMv8-M, run as %s",
                                      core_traits(image->core)->title);
    image_note(image,
               "built for ARMv8-M, which is not modelled: instructions that only ARMv8-M has "
               "will fault");
    return;
  }
  image->core = CORE_M3;
  image->core_source = attributes->found ? "assumed: no Cortex-M core in the build attributes"
                                         : "assumed: no build attributes";
  image_note(image, "the core is a guess (%s): name it with --core", image->core_source);
}

bool attributes_core(struct image *image, Elf *elf, const struct image_options *options,
                     struct error *error) {
  struct attributes attributes = attributes_read(image, elf);
  if (options->has_core) {
    image->core = options->core;
    image->core_source = options->core_source == NULL
                             ? "--core"
                             : arena_text(&image->arena, options->core_source);
    return true;
  }
  if (attributes.profile == 'A' || attributes.profile == 'R') {
    return error_set(error,
                     "%s: built for an Arm %s-profile core; a Cortex-M image is expected "
                     "(--core overrides)",
                     image->path, attributes.profile == 'A' ? "A" : "R");
  }
  if (core_of_name(&attributes, &image->core)) {
    image->core_source = arena_format(&image->arena, "build attributes (Tag_CPU_name: %.40s)",
                                      attributes.cpu_name);
  } else if (attributes.found && core_of_arch(&attributes, &image->core)) {
    image->core_source = arena_format(&image->arena, "build attributes (Tag_CPU_arch: %s)",
                                      arch_name(attributes.arch));
  } else {
    core_assume(image, &attributes);
  }
  return true;
}
