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

/* The table ends ahead of the first code behind it that a symbol or a vector names, and
 * with its section. Both addresses are those at which the program runs. */
static uint32_t table_bytes(const struct image *image, struct candidate candidate) {
  uint32_t limit = 4 * VECTOR_WORDS;
  uint32_t first = candidate.address + 8; /* the first two words are always of it */
  for (size_t i = symbols_from(image, first); i < image->symbol_count; i++) {
    const struct symbol *symbol = &image->symbols[i];
    if (symbol->type == STT_FUNC) {
      uint32_t bytes = symbol->address - candidate.address;
      limit = bytes < limit ? bytes : limit;
      break;
    }
  }
  const struct section *section = elf_section_at(image, candidate.address, 4);
  if (section != NULL && section->address + section->size - candidate.address < limit) {
    limit = section->address + section->size - candidate.address;
  }
  uint32_t word = 0;
  for (uint32_t at = 4; at < limit; at += 4) {
    uint32_t place = elf_physical(image, candidate.address) + at;
    if (!elf_word(image, place, &word)) {
      return at;
    }
    uint32_t code = (word & ~1U) - candidate.address;
    limit = (word & 1) != 0 && code > at && code < limit ? code : limit;
  }
  return limit;
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
  candidate.size = candidate.size >= 8 ? candidate.size : table_bytes(image, candidate);
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

/* A word pair whose second word is the file's entry point. */
static bool find_by_entry(struct image *image, struct error *first) {
  const struct segment *segment = lowest_code(image);
  if (segment == NULL || !image->has_entry) {
    return false;
  }
  for (uint32_t offset = (0U - segment->address) & 3; offset + 8 <= segment->size;
       offset += 4) {
    uint32_t reset = 0;
    memcpy(&reset, segment->bytes + offset + 4, sizeof reset);
    struct error why = {{0}};
    struct candidate candidate = {segment->address + offset, 0};
    if (reset == (image->entry | 1) && is_plausible(image, candidate.address, &why)) {
      candidate.address = segment->run_address + offset;
      return vectors_try(image, candidate, "entry point", "", first);
    }
  }
  return false;
}

static bool find_lowest(struct image *image, struct error *first) {
  const char *kind = "start of the lowest segment";
  for (size_t i = 0; i < image->segment_count; i++) {
    struct candidate candidate = {image->segments[i].run_address, 0};
    if (image->segments[i].size < 8) {
      continue;
    }
    if (vectors_try(image, candidate, kind, "", first)) {
      return true;
    }
    kind = "start of a segment";
  }
  return false;
}

/* More than two words: NMI and HardFault have handlers too, and the stack is
 * where parts have RAM. For places that nothing but their bytes speaks for. */
static bool is_table(const struct image *image, uint32_t address) {
  struct error why = {{0}};
  uint32_t words[4] = {0};
  for (uint32_t i = 0; i < 4; i++) {
    if (!elf_word(image, address + 4 * i, &words[i])) {
      return false;
    }
  }
  bool ram = words[0] >= 0x10000000 && words[0] <= 0x30000000;
  bool thumb = (words[2] & words[3] & 1) != 0;
  return ram && thumb && in_code_bytes(image, words[2] & ~1U) &&
         in_code_bytes(image, words[3] & ~1U) && is_plausible(image, address, &why);
}

static bool find_by_content(struct image *image, struct error *first) {
  enum { REACH = 0x4000 }; /* headers of boot loaders end before */
  for (size_t i = 0; i < image->segment_count; i++) {
    const struct segment *segment = &image->segments[i];
    uint32_t size = segment->size < REACH ? segment->size : REACH;
    for (uint32_t at = (0U - segment->address) & 3; at < size; at += 4) {
      struct candidate candidate = {segment->run_address + at, 0};
      if (is_table(image, segment->address + at)) {
        return vectors_try(image, candidate, "first words that can be one", "", first);
      }
    }
  }
  return false;
}

/* A boot loader and its application stand in one image: say so. */
static void note_others(struct image *image) {
  enum { ALIGNMENT = 256 };
  for (size_t i = 0; i < image->segment_count; i++) {
    const struct segment *segment = &image->segments[i];
    uint64_t end = (uint64_t)segment->address + segment->size;
    uint64_t at = ((uint64_t)segment->address + ALIGNMENT - 1) & ~(uint64_t)(ALIGNMENT - 1);
    for (; at + 16 <= end; at += ALIGNMENT) {
      if (at != image->vectors && is_table(image, (uint32_t)at)) {
        image_note(image, "another vector table may be at 0x%08x: begin there with --vtor",
                   (unsigned)at);
        return;
      }
    }
  }
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
    candidate.size = table_bytes(image, candidate);
    vectors_take(image, candidate, "--vtor");
    return true;
  }
  if (find_by_section(image, &why) || find_by_symbol(image, &why) ||
      find_by_entry(image, &why) || find_lowest(image, &why) || find_by_content(image, &why)) {
    if (image->format != FORMAT_IS_ELF) {
      note_others(image);
    }
    return true;
  }
  return error_set(error, "%s: %s; name its address with --vtor", image->path,
                   why.message[0] != '\0' ? why.message : "no vector table found");
}
