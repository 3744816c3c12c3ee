/* Segments and sections: where the image's bytes are and what may be done there. */
#include <elf.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "sim/image/object.h"

static int compare_segments(const void *left, const void *right) {
  const struct segment *a = left;
  const struct segment *b = right;
  if (a->address != b->address) {
    return a->address < b->address ? -1 : 1;
  }
  return a->run_address < b->run_address ? -1 : a->run_address > b->run_address;
}

/* Some linkers leave every p_paddr at 0: then the run address counts. */
static bool all_physical_zero(const Elf32_Phdr *headers, size_t count) {
  size_t zero = 0;
  size_t loads = 0;
  for (size_t i = 0; i < count; i++) {
    loads += headers[i].p_type == PT_LOAD;
    zero += headers[i].p_type == PT_LOAD && headers[i].p_paddr == 0;
  }
  return loads > 1 && zero == loads;
}

static struct segment segment_of(const struct image *image, const Elf32_Phdr *header,
                                 bool use_virtual) {
  return (struct segment){
      .address = use_virtual ? header->p_vaddr : header->p_paddr,
      .size = header->p_filesz,
      .run_address = header->p_vaddr,
      .memory_size = header->p_memsz,
      .bytes = header->p_filesz > 0 ? image->file + header->p_offset : NULL,
      .writable = (header->p_flags & PF_W) != 0,
      .executable = (header->p_flags & PF_X) != 0,
  };
}

static bool segment_check(const struct image *image, const Elf32_Phdr *header,
                          struct error *error) {
  uint64_t limit = (uint64_t)UINT32_MAX + 1;
  if ((uint64_t)header->p_offset + header->p_filesz > image->file_size) {
    return error_set(error,
                     "%s: truncated: the segment at 0x%08x ends behind the file's %zu bytes; "
                     "copy it again",
                     image->path, header->p_paddr, image->file_size);
  }
  if (header->p_filesz > header->p_memsz ||
      (uint64_t)header->p_vaddr + header->p_memsz > limit ||
      (uint64_t)header->p_paddr + header->p_filesz > limit) {
    return error_set(error, "%s: the segment at 0x%08x does not fit a 32-bit address space",
                     image->path, header->p_paddr);
  }
  return true;
}

static bool segments_fill(struct image *image, const Elf32_Phdr *headers, size_t count,
                          struct error *error) {
  bool use_virtual = all_physical_zero(headers, count);
  size_t bytes = 0;
  for (size_t i = 0; i < count; i++) {
    if (headers[i].p_type != PT_LOAD || headers[i].p_memsz == 0) {
      continue;
    }
    if (!segment_check(image, &headers[i], error)) {
      return false;
    }
    bytes += headers[i].p_filesz;
    image->segments[image->segment_count++] = segment_of(image, &headers[i], use_virtual);
  }
  if (bytes == 0) {
    return error_set(error, "%s: no loadable segments; a linked image with code is expected",
                     image->path);
  }
  qsort(image->segments, image->segment_count, sizeof *image->segments, compare_segments);
  return true;
}

bool elf_segments(struct image *image, struct error *error) {
  Elf32_Ehdr header;
  memcpy(&header, image->file, sizeof header);
  image->has_entry = header.e_entry != 0;
  image->entry = header.e_entry;
  size_t count = header.e_phnum;
  Elf32_Phdr *headers = allocate(count, sizeof *headers);
  memcpy(headers, image->file + header.e_phoff, count * sizeof *headers);
  image->segments = allocate(count, sizeof *image->segments);
  bool filled = segments_fill(image, headers, count, error);
  free(headers);
  return filled;
}

void elf_sections(struct image *image, Elf *elf) {
  size_t count = 0;
  size_t names = 0;
  if (elf_getshdrnum(elf, &count) != 0 || elf_getshdrstrndx(elf, &names) != 0) {
    return;
  }
  image->sections = allocate(count, sizeof *image->sections);
  image->section_count = count;
  for (size_t i = 0; i < count; i++) {
    GElf_Shdr header; /* a copy: in a damaged file the table may stand unaligned */
    if (gelf_getshdr(elf_getscn(elf, i), &header) == NULL) {
      image->sections[i].name = "";
      continue;
    }
    const char *name = elf_strptr(elf, names, header.sh_name);
    image->sections[i] = (struct section){
        .name = arena_text(&image->arena, name != NULL ? name : ""),
        .address = (uint32_t)header.sh_addr,
        .size = (uint32_t)header.sh_size,
        .type = header.sh_type,
        .flags = (uint32_t)header.sh_flags,
    };
  }
}

const struct section *elf_section_at(const struct image *image, uint32_t address,
                                     uint32_t size) {
  for (size_t i = 0; i < image->section_count; i++) {
    const struct section *section = &image->sections[i];
    uint32_t offset = address - section->address;
    bool allocated = (section->flags & SHF_ALLOC) != 0 && (section->flags & SHF_TLS) == 0;
    if (allocated && address >= section->address && offset < section->size &&
        size <= section->size - offset) {
      return section;
    }
  }
  return NULL;
}

static const struct segment *segment_running(const struct image *image, uint32_t address) {
  for (size_t i = 0; i < image->segment_count; i++) {
    const struct segment *segment = &image->segments[i];
    if (address >= segment->run_address &&
        address - segment->run_address < segment->memory_size) {
      return segment;
    }
  }
  return NULL;
}

bool elf_is_writable(const struct image *image, uint32_t address) {
  const struct section *section = elf_section_at(image, address, 1);
  if (section != NULL) {
    return (section->flags & SHF_WRITE) != 0;
  }
  const struct segment *segment = segment_running(image, address);
  return segment != NULL && segment->writable;
}

bool elf_is_code(const struct image *image, uint32_t address) {
  const struct section *section = elf_section_at(image, address, 1);
  if (section != NULL) {
    return (section->flags & SHF_EXECINSTR) != 0;
  }
  const struct segment *segment = segment_running(image, address);
  return segment != NULL && segment->executable;
}

bool elf_word(const struct image *image, uint32_t address, uint32_t *word) {
  for (size_t i = 0; i < image->segment_count; i++) {
    const struct segment *segment = &image->segments[i];
    uint32_t offset = address - segment->address;
    if (address >= segment->address && segment->size >= sizeof *word &&
        offset <= segment->size - sizeof *word) {
      memcpy(word, segment->bytes + offset, sizeof *word);
      return true;
    }
  }
  return false;
}

uint32_t elf_physical(const struct image *image, uint32_t address) {
  const struct segment *segment = segment_running(image, address);
  return segment != NULL ? address - segment->run_address + segment->address : address;
}
