/* The file itself: its bytes, its digest, and whether it is an image at all. */
#include <elf.h>
#include <errno.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/image/object.h"

enum { LARGEST_FILE = 512 * 1024 * 1024 };

static void digest_set(struct image *image) {
  struct sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, image->file_size, image->file);
  sha256_digest(&context, SHA256_BYTES, image->sha256);
  for (size_t i = 0; i < SHA256_BYTES; i++) {
    snprintf(&image->sha256_text[2 * i], 3, "%02x", image->sha256[i]);
  }
}

static bool stream_read(struct image *image, FILE *stream, struct error *error) {
  struct stat status;
  if (fstat(fileno(stream), &status) != 0 || !S_ISREG(status.st_mode)) {
    return error_set(error, "%s: not a regular file; a firmware image is expected",
                     image->path);
  }
  if (status.st_size == 0) {
    return error_set(error, "%s: empty file; a firmware image is expected", image->path);
  }
  if (status.st_size > LARGEST_FILE) {
    return error_set(error, "%s: larger than 512 MiB; a firmware image is expected",
                     image->path);
  }
  image->file_size = (size_t)status.st_size;
  image->file = allocate(image->file_size, 1);
  if (fread(image->file, 1, image->file_size, stream) != image->file_size) {
    return error_set(error, "%s: cannot read: %s", image->path, strerror(errno));
  }
  digest_set(image);
  return true;
}

bool file_read(struct image *image, struct error *error) {
  FILE *stream = fopen(image->path, "rb");
  if (stream == NULL) {
    return error_set(error, "%s: cannot open: %s", image->path, strerror(errno));
  }
  bool read = stream_read(image, stream, error);
  fclose(stream);
  return read;
}

static const char *machine_name(unsigned machine) {
  static const struct {
    unsigned machine;
    const char *name;
  } NAMES[] = {
      {EM_386, "x86"},      {EM_X86_64, "x86-64"}, {EM_AARCH64, "AArch64"},
      {EM_RISCV, "RISC-V"}, {EM_MIPS, "MIPS"},     {EM_AVR, "AVR"},
      {EM_PPC, "PowerPC"},  {EM_XTENSA, "Xtensa"}, {EM_MSP430, "MSP430"},
  };
  for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
    if (NAMES[i].machine == machine) {
      return NAMES[i].name;
    }
  }
  return NULL;
}

static bool refuse_other_format(const struct image *image, struct error *error) {
  const char *looks =
      memcmp(image->file, "!<arch>", image->file_size < 7 ? image->file_size : 7) == 0
          ? " (it looks like a static library)"
          : "";
  return error_set(error, "%s: not an ELF file%s; the linked ELF image is expected",
                   image->path, looks);
}

static bool refuse_truncated(const struct image *image, const char *what, struct error *error) {
  return error_set(error,
                   "%s: truncated: the %s end behind the file's %zu bytes; copy it again",
                   image->path, what, image->file_size);
}

static bool check_ident(const struct image *image, struct error *error) {
  const uint8_t *ident = image->file;
  size_t magic = image->file_size < SELFMAG ? image->file_size : SELFMAG;
  if (memcmp(ident, ELFMAG, magic) != 0) {
    return refuse_other_format(image, error);
  }
  if (image->file_size < EI_NIDENT) {
    return refuse_truncated(image, "ELF header's bytes", error);
  }
  if (ident[EI_DATA] == ELFDATA2MSB) {
    return error_set(error, "%s: big-endian; a little-endian Arm image is expected",
                     image->path);
  }
  if (ident[EI_CLASS] == ELFCLASS64 && image->file_size >= sizeof(Elf64_Ehdr)) {
    Elf64_Ehdr header;
    memcpy(&header, image->file, sizeof header);
    const char *name = machine_name(header.e_machine);
    return error_set(error, "%s: a 64-bit ELF file for %s; a 32-bit Arm image is expected",
                     image->path, name != NULL ? name : "another machine");
  }
  if (ident[EI_CLASS] != ELFCLASS32 || ident[EI_DATA] != ELFDATA2LSB) {
    return error_set(error,
                     "%s: unknown ELF class or byte order; a 32-bit Arm image is expected",
                     image->path);
  }
  return image->file_size >= sizeof(Elf32_Ehdr) ||
         refuse_truncated(image, "ELF header's bytes", error);
}

static bool check_kind(const struct image *image, const Elf32_Ehdr *header,
                       struct error *error) {
  if (header->e_machine != EM_ARM) {
    const char *name = machine_name(header->e_machine);
    if (name != NULL) {
      return error_set(error, "%s: built for %s; an Arm Cortex-M image is expected",
                       image->path, name);
    }
    return error_set(error, "%s: built for ELF machine %u; an Arm Cortex-M image is expected",
                     image->path, header->e_machine);
  }
  if (header->e_type == ET_REL) {
    return error_set(error, "%s: an object file (.o); link it to an image first", image->path);
  }
  if (header->e_type != ET_EXEC && header->e_type != ET_DYN) {
    return error_set(error, "%s: ELF type %u is no program; a linked image is expected",
                     image->path, header->e_type);
  }
  return true;
}

static bool reaches(const struct image *image, uint64_t offset, uint64_t size) {
  return offset + size > image->file_size;
}

static bool check_extent(const struct image *image, const Elf32_Ehdr *header,
                         struct error *error) {
  if (header->e_phnum == 0 || header->e_phoff == 0) {
    return error_set(error, "%s: no program headers; a linked image is expected", image->path);
  }
  if (header->e_phentsize != sizeof(Elf32_Phdr)) {
    return error_set(error, "%s: program headers of %u bytes; 32 are expected", image->path,
                     header->e_phentsize);
  }
  if (reaches(image, header->e_phoff, (uint64_t)header->e_phnum * sizeof(Elf32_Phdr))) {
    return refuse_truncated(image, "program headers", error);
  }
  uint64_t sections = (uint64_t)header->e_shnum * header->e_shentsize;
  if (header->e_shoff != 0 && reaches(image, header->e_shoff, sections)) {
    return refuse_truncated(image, "section headers", error);
  }
  return true;
}

bool file_check(const struct image *image, struct error *error) {
  if (!check_ident(image, error)) {
    return false;
  }
  Elf32_Ehdr header;
  memcpy(&header, image->file, sizeof header);
  return check_kind(image, &header, error) && check_extent(image, &header, error);
}
