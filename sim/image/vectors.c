/* Where the vector table is: ARMv6-M B1.5.3, ARMv7-M B1.5.3.
 *
 * Every way of finding it proposes an address; the first that can be a vector
 * table is it. Word 0 is the initial SP, word 1 the reset vector. */
#include <elf.h>
#include <string.h>

#include "sim/image/object.h"

static const char *const SECTIONS[] = {
    ".isr_vector", ".vectors",      ".vector_table", ".intvecs", ".isr_vectors",
    ".vector",     ".intvec",       ".vtable",       ".vects",   ".rom_vectors",
    "vectors",     ".exc_vectors",  "rom_start",     "RESET",    ".interrupts",
    "er_vectors",  ".text.vectors", ".init_vectors",
};

static const char *const SYMBOLS[] = {
    "__Vectors",       "__isr_vector", "g_pfnVectors",    "vector_table",      "__VECTOR_TABLE",
    "_vectors",        "__vectors",    "__vector_table",  "_vector_table",     "vectors",
    "__RESET_VECTOR",  "isr_vector",   "isr_vectors",     "interrupt_vectors", "_isr_vector",
    "exception_table", "g_vectors",    "vector_handlers",
};

struct candidate {
  uint32_t address;
  uint32_t size; /* of the table where it is known, else 0 */
};

static bool in_code_bytes(const struct image *image, uint32_t address) {
  bool any_executable = false;
  for (size_t i = 0; i < image->segment_count; i++) {
    any_executable = any_executable || image->segments[i].executable;
  }
  for (size_t i = 0; i < image->segment_count; i++) {
    const struct segment *segment = &image->segments[i];
    bool code = segment->executable || !any_executable;
    bool at_load = address >= segment->address && address - segment->address < segment->size;
    bool at_run =
        address >= segment->run_address && address - segment->run_address < segment->size;
    if (code && (at_load || at_run)) {
      return true;
    }
  }
  return false;
}

/* Fills in why not, as "the initial SP 0x... is ...". */
static bool is_plausible(const struct image *image, uint32_t address, struct error *why) {
  uint32_t sp = 0;
  uint32_t reset = 0;
  if ((address & 3) != 0) {
    return error_set(why, "it is not 4-aligned");
  }
  if (address > UINT32_MAX - 8 || !elf_word(image, address, &sp) ||
      !elf_word(image, address + 4, &reset)) {
    return error_set(why, "no segment has bytes there");
  }
  if (sp == 0 && reset == 0) {
    return error_set(why, "it is all zeros");
  }
  if (sp == 0 || (sp & 3) != 0) {
    return error_set(why, "the initial SP 0x%08x is %s", sp,
                     sp == 0 ? "zero" : "not 4-aligned");
  }
  if (in_code_bytes(image, sp)) {
    return error_set(why, "the initial SP 0x%08x points into code", sp);
  }
  if ((reset & 1) == 0) {
    return error_set(why, "the reset vector 0x%08x has no Thumb bit", reset);
  }
  return in_code_bytes(image, reset & ~1U) ||
         error_set(why, "the reset vector 0x%08x points to no code of the image", reset);
}

static void vectors_take(struct image *image, struct candidate candidate, const char *source) {
  size_t words = candidate.size >= 8 ? candidate.size / 4 : VECTOR_WORDS;
  image->vectors = candidate.address;
  image->vectors_source = source;
  uint32_t word = 0;
  while (image->vector_count < words && image->vector_count < VECTOR_WORDS &&
         elf_word(image, candidate.address + 4 * (uint32_t)image->vector_count, &word)) {
    image->vector_words[image->vector_count++] = word;
  }
}

/* Tries one candidate; the first that fails says why in `first`. */
static bool vectors_try(struct image *image, struct candidate candidate, const char *kind,
                        const char *name, struct error *first) {
  struct error why = {{0}};
  candidate.address = elf_physical(image, candidate.address);
  const char *gap = name[0] != '\0' ? " " : "";
  if (is_plausible(image, candidate.address, &why)) {
    vectors_take(image, candidate, arena_format(&image->arena, "%s%s%s", kind, gap, name));
    return true;
  }
  if (first->message[0] == '\0') {
    error_set(first, "the vector table at 0x%08x (%s%s%.60s) cannot be one: %.80s",
              candidate.address, kind, gap, name, why.message);
  }
  return false;
}

static bool find_by_section(struct image *image, struct error *first) {
  for (size_t name = 0; name < sizeof SECTIONS / sizeof *SECTIONS; name++) {
    for (size_t i = 0; i < image->section_count; i++) {
      const struct section *section = &image->sections[i];
      bool has_bytes = section->type != SHT_NOBITS && (section->flags & SHF_ALLOC) != 0;
      struct candidate candidate = {section->address, section->size};
      if (has_bytes && strcmp(section->name, SECTIONS[name]) == 0 &&
          vectors_try(image, candidate, "section", section->name, first)) {
        return true;
      }
    }
  }
  return false;
}

static bool find_by_symbol(struct image *image, struct error *first) {
  for (size_t name = 0; name < sizeof SYMBOLS / sizeof *SYMBOLS; name++) {
    for (size_t i = 0; i < image->symbol_count; i++) {
      const struct symbol *symbol = &image->symbols[i];
      struct candidate candidate = {symbol->address, symbol->size};
      if (symbol_is_named(symbol, SYMBOLS[name]) &&
          vectors_try(image, candidate, "symbol", symbol->name, first)) {
        return true;
      }
    }
  }
  return false;
}

static const struct segment *lowest_code(const struct image *image) {
  for (size_t i = 0; i < image->segment_count; i++) {
    if (image->segments[i].executable && image->segments[i].size >= 8) {
      return &image->segments[i];
    }
  }
  return NULL;
}

/* A word pair whose second word is the ELF's entry point. */
static bool find_by_entry(struct image *image, struct error *first) {
  const struct segment *segment = lowest_code(image);
  Elf32_Ehdr header;
  memcpy(&header, image->file, sizeof header);
  if (segment == NULL || header.e_entry == 0) {
    return false;
  }
  for (uint32_t offset = (0U - segment->address) & 3; offset + 8 <= segment->size;
       offset += 4) {
    uint32_t reset = 0;
    memcpy(&reset, segment->bytes + offset + 4, sizeof reset);
    struct error why = {{0}};
    struct candidate candidate = {segment->address + offset, 0};
    if (reset == (header.e_entry | 1) && is_plausible(image, candidate.address, &why)) {
      candidate.address = segment->run_address + offset;
      return vectors_try(image, candidate, "entry point", "", first);
    }
  }
  return false;
}

static bool find_lowest(struct image *image, struct error *first) {
  for (size_t i = 0; i < image->segment_count; i++) {
    if (image->segments[i].size >= 8) {
      struct candidate candidate = {image->segments[i].run_address, 0};
      return vectors_try(image, candidate, "start of the lowest segment", "", first);
    }
  }
  return false;
}

bool vectors_find(struct image *image, const struct image_options *options,
                  struct error *error) {
  struct error why = {{0}};
  if (options->has_vtor) {
    struct candidate candidate = {options->vtor, 0};
    if (!is_plausible(image, options->vtor, &why)) {
      return error_set(error,
                       "%s: no vector table at 0x%08x (--vtor): %s; give the address of the "
                       "initial SP and the reset vector",
                       image->path, options->vtor, why.message);
    }
    vectors_take(image, candidate, "--vtor");
    return true;
  }
  if (find_by_section(image, &why) || find_by_symbol(image, &why) ||
      find_by_entry(image, &why) || find_lowest(image, &why)) {
    return true;
  }
  return error_set(error, "%s: %s; name its address with --vtor", image->path,
                   why.message[0] != '\0' ? why.message : "no vector table found");
}
