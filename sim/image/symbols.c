/* The symbol table, by address. */
#include <elf.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/image/demangle.h"
#include "sim/image/object.h"

static int compare_symbols(const void *left, const void *right) {
  const struct symbol *a = left;
  const struct symbol *b = right;
  if (a->address != b->address) {
    return a->address < b->address ? -1 : 1;
  }
  if (a->size != b->size) {
    return a->size > b->size ? -1 : 1;
  }
  if (a->binding != b->binding) { /* strong names before weak ones */
    return a->binding == STB_WEAK ? 1 : b->binding == STB_WEAK ? -1 : a->binding - b->binding;
  }
  return strcmp(a->raw, b->raw);
}

/* Mapping symbols ($a, $t, $d, $t.12) mark instruction sets, they name nothing. */
static bool is_mapping(const char *name) {
  return name[0] == '$' && name[1] != '\0' && strchr("atd", name[1]) != NULL &&
         (name[2] == '\0' || name[2] == '.');
}

static bool is_wanted(const struct image *image, const Elf32_Sym *entry, const char *name) {
  unsigned type = ELF32_ST_TYPE(entry->st_info);
  bool named = name != NULL && name[0] != '\0' && !is_mapping(name);
  bool typed =
      type == STT_NOTYPE || type == STT_OBJECT || type == STT_FUNC || type == STT_GNU_IFUNC;
  bool placed = entry->st_shndx != SHN_UNDEF && entry->st_shndx < image->section_count;
  return named && typed && placed && (image->sections[entry->st_shndx].flags & SHF_ALLOC) != 0;
}

static void symbol_add(struct image *image, const Elf32_Sym *entry, const char *name) {
  void *symbols = image->symbols;
  array_reserve(&symbols, &image->symbol_capacity, image->symbol_count + 1,
                sizeof *image->symbols);
  image->symbols = symbols;
  bool code = ELF32_ST_TYPE(entry->st_info) == STT_FUNC;
  const char *raw = arena_text(&image->arena, name);
  const char *readable = demangle(&image->arena, raw);
  image->symbols[image->symbol_count++] = (struct symbol){
      .name = readable != NULL ? readable : raw,
      .raw = raw,
      .address = code ? entry->st_value & ~1U : entry->st_value,
      .size = entry->st_size,
      .section = entry->st_shndx,
      .type = ELF32_ST_TYPE(entry->st_info),
      .binding = ELF32_ST_BIND(entry->st_info),
  };
}

static void table_load(struct image *image, Elf *elf, Elf_Scn *scn, size_t strings) {
  const Elf_Data *data = elf_getdata(scn, NULL);
  if (data == NULL || data->d_buf == NULL) {
    return;
  }
  image->has_symbols = true;
  for (size_t i = 1; i < data->d_size / sizeof(Elf32_Sym); i++) {
    Elf32_Sym entry;
    memcpy(&entry, (const char *)data->d_buf + i * sizeof entry, sizeof entry);
    const char *name = elf_strptr(elf, strings, entry.st_name);
    if (name != NULL) { /* such symbols are often absolute */
      stack_limit_note(image, name, entry.st_value);
    }
    if (is_wanted(image, &entry, name)) {
      symbol_add(image, &entry, name);
    }
  }
}

void symbols_load(struct image *image, Elf *elf) {
  for (size_t i = 0; i < image->section_count; i++) {
    Elf_Scn *scn = elf_getscn(elf, i);
    GElf_Shdr header;
    if (gelf_getshdr(scn, &header) != NULL && header.sh_type == SHT_SYMTAB) {
      table_load(image, elf, scn, header.sh_link);
    }
  }
  if (image->symbol_count > 0) {
    qsort(image->symbols, image->symbol_count, sizeof *image->symbols, compare_symbols);
  }
  if (!image->has_symbols) {
    image_note(image, "no symbol table: the image is stripped, so names are missing");
  }
}

size_t symbols_from(const struct image *image, uint32_t address) {
  size_t low = 0;
  size_t high = image->symbol_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (image->symbols[middle].address < address) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

bool symbol_is_named(const struct symbol *symbol, const char *name) {
  size_t length = strlen(name);
  if (strcmp(symbol->raw, name) == 0 || strcmp(symbol->name, name) == 0) {
    return true;
  }
  return strncmp(symbol->raw, name, length) == 0 && symbol->raw[length] == '.';
}

bool symbols_drop_code(const struct image *image, uint64_t low) {
  if (low > UINT32_MAX || !elf_is_code(image, (uint32_t)low)) {
    return true;
  }
  for (size_t i = 0; low == 0 && i < image->symbol_count && image->symbols[i].address == 0;
       i++) {
    if (image->symbols[i].type == STT_FUNC) {
      return false;
    }
  }
  return low == 0;
}

/* An unsized symbol reaches to the end of its section. */
static bool symbol_reaches(const struct image *image, const struct symbol *symbol,
                           uint32_t address) {
  uint32_t offset = address - symbol->address;
  if (symbol->size > 0) {
    return offset < symbol->size;
  }
  const struct section *section = &image->sections[symbol->section];
  return address >= section->address && address - section->address < section->size;
}

char *image_symbol_text(const struct image *image, uint32_t address) {
  enum { LOOK_BACK = 16 };
  size_t behind =
      address == UINT32_MAX ? image->symbol_count : symbols_from(image, address + 1);
  for (size_t i = behind; i > 0 && behind - i < LOOK_BACK; i--) {
    const struct symbol *symbol = &image->symbols[i - 1];
    while (i > 1 && image->symbols[i - 2].address == symbol->address) {
      symbol--; /* the best name of an address stands first */
      i--;
    }
    if (symbol_reaches(image, symbol, address)) {
      char *text = NULL;
      uint32_t offset = address - symbol->address;
      int length = offset == 0 ? asprintf(&text, "%s", symbol->name)
                               : asprintf(&text, "%s+0x%x", symbol->name, offset);
      return length >= 0 ? text : NULL;
    }
  }
  return NULL;
}
