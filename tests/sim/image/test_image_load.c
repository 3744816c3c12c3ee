/* What an image is made of, and what is refused. */
#include <criterion/criterion.h>
#include <elf.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "samples.h"

Test(image_load, core_from_build_attributes) {
  static const struct {
    const char *file;
    enum core core;
    const char *source;
  } ROWS[] = {
      {"shapes_m0.elf", CORE_M0, "build attributes"},
      {"named_m0plus.elf", CORE_M0PLUS, "build attributes (Tag_CPU_name: Cortex-M0+"},
      {"shapes_o2.elf", CORE_M3, "build attributes"},
      {"shapes_m4.elf", CORE_M4, "build attributes"},
      {"shapes_m4f.elf", CORE_M4F, "build attributes"},
      {"shapes_m7.elf", CORE_M7, "build attributes"},
      {"shapes_m33.elf", CORE_M4, "assumed: built for ARMv8-M"},
      {"no_attributes.elf", CORE_M3, "assumed: no build attributes"},
  };
  for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
    struct image *image = sample_load(ROWS[i].file);
    cr_expect_eq(image_core(image), ROWS[i].core, "%s: %s", ROWS[i].file,
                 core_traits(image_core(image))->title);
    cr_expect_not_null(strstr(image_core_source(image), ROWS[i].source), "%s: %s", ROWS[i].file,
                       image_core_source(image));
    image_destroy(image);
  }
}

Test(image_load, core_option_wins) {
  char *path = sample_path("cortex_a.elf");
  struct image_options options = {.has_core = true, .core = CORE_M7};
  struct image *image = image_load(path, &options, NULL);
  cr_assert_not_null(image);
  cr_expect_eq(image_core(image), CORE_M7);
  cr_expect_str_eq(image_core_source(image), "--core");
  cr_expect_str_eq(image_path(image), path);
  image_destroy(image);
  free(path);
}

Test(image_load, vectors_are_found) {
  static const struct {
    const char *file;
    uint32_t address;
    const char *source;
  } ROWS[] = {
      {"frames.elf", 0, "section .isr_vector"},
      {"note.elf", 0x24, "section .isr_vector"},
      {"by_symbol.elf", 0, "symbol __Vectors"},
      {"by_entry.elf", 0x24, "entry point"},
      {"by_place.elf", 0, "start of the lowest segment"},
      {"stripped.elf", 0, "section .isr_vector"},
  };
  for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
    struct image *image = sample_load(ROWS[i].file);
    const uint32_t *words = NULL;
    cr_expect_eq(image_vectors(image), ROWS[i].address, "%s: 0x%x", ROWS[i].file,
                 image_vectors(image));
    cr_expect_str_eq(image_vectors_source(image), ROWS[i].source, "%s: %s", ROWS[i].file,
                     image_vectors_source(image));
    cr_assert_eq(image_vector_words(image, &words), 18, "%s", ROWS[i].file);
    cr_expect_eq(words[0], 0x20008000);
    cr_expect_eq(words[1] & 1, 1);
    image_destroy(image);
  }
}

Test(image_load, vtor_option) {
  char *path = sample_path("note.elf");
  struct image_options options = {.has_vtor = true, .vtor = 0x24};
  struct error error = {{0}};
  struct image *image = image_load(path, &options, &error);
  cr_assert_not_null(image, "%s", error.message);
  cr_expect_str_eq(image_vectors_source(image), "--vtor");
  image_destroy(image);
  for (uint32_t wrong = 0; wrong < 3; wrong++) {
    options.vtor = (const uint32_t[]){0x28, 0x26, 0xfffffffc}[wrong];
    cr_expect_null(image_load(path, &options, &error));
    cr_expect_not_null(strstr(error.message, "(--vtor)"), "%s", error.message);
  }
  free(path);
}

Test(image_load, segments_at_their_load_address) {
  struct image *image = sample_load("shapes_o2.elf");
  const struct segment *segments = NULL;
  size_t count = image_segments(image, &segments);
  cr_assert_eq(count, 3);
  cr_expect(segments[0].address == 0 && segments[0].executable && !segments[0].writable);
  cr_expect_eq(segments[1].address, segments[0].size, ".data follows the code");
  cr_expect_eq(segments[1].run_address, 0x20000000);
  cr_expect_not_null(segments[1].bytes);
  cr_expect_null(segments[2].bytes, ".bss has no bytes");
  cr_expect_gt(segments[2].memory_size, 0);
  cr_expect_eq(strlen(image_sha256_text(image)), 64);
  char first[3];
  snprintf(first, sizeof first, "%02x", image_sha256(image)[0]);
  cr_expect_eq(strncmp(image_sha256_text(image), first, 2), 0);
  image_destroy(image);
}

static void expect_refusal(const char *path, const char *words) {
  struct error error = {{0}};
  struct image *image = image_load(path, NULL, &error);
  cr_expect_null(image, "%s was accepted", path);
  cr_expect_not_null(strstr(error.message, words), "expected \"%s\": %s", words, error.message);
  cr_expect_eq(strncmp(error.message, path, strlen(path)), 0, "names the file: %s",
               error.message);
  cr_expect_null(strchr(error.message, '\n'));
  image_destroy(image);
}

Test(image_load, refused_samples) {
  static const char *const ROWS[][2] = {
      {"object.o", "an object file (.o); link it"},
      {"bad_sp.elf", "the initial SP 0x20000001 is not 4-aligned"},
      {"code_sp.elf", "the initial SP 0x00000040 points into code"},
      {"no_reset.elf", "the reset vector 0x20000100 has no Thumb bit"},
      {"zeros.elf", "is all zeros"},
      {"cortex_a.elf", "A-profile"},
      {"missing.elf", "No such file"},
      {".", "not a regular file"},
  };
  for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
    char *path = sample_path(ROWS[i][0]);
    expect_refusal(path, ROWS[i][1]);
    free(path);
  }
  expect_refusal("/proc/self/exe", "x86-64");
}

struct patch {
  size_t offset;
  size_t count;
  unsigned char bytes[4];
  const char *words;
};

Test(image_load, refused_headers) {
  static const struct patch ROWS[] = {
      {EI_DATA, 1, {ELFDATA2MSB}, "big-endian"},
      {EI_CLASS, 1, {ELFCLASS64}, "64-bit"},
      {EI_CLASS, 1, {7}, "unknown ELF class"},
      {0, 1, {'X'}, "not an ELF file"},
      {0, 1, {':'}, ":1: column 3 is no hexadecimal digit"},
      {0, 2, {'S', '0'}, ":1: column 3 is no hexadecimal digit"},
      {offsetof(Elf32_Ehdr, e_machine), 2, {EM_386}, "built for x86"},
      {offsetof(Elf32_Ehdr, e_machine), 2, {0xff, 0x7f}, "ELF machine 32767"},
      {offsetof(Elf32_Ehdr, e_type), 2, {ET_CORE}, "no program"},
      {offsetof(Elf32_Ehdr, e_phnum), 2, {0}, "no program headers"},
      {offsetof(Elf32_Ehdr, e_phentsize), 2, {31}, "program headers of 31 bytes"},
      {offsetof(Elf32_Ehdr, e_phoff), 4, {0, 0, 0, 0x7f}, "truncated: the program headers"},
      {offsetof(Elf32_Ehdr, e_shoff), 4, {0, 0, 0, 0x7f}, "truncated: the section headers"},
      {sizeof(Elf32_Ehdr), 4, {PT_NULL}, ""},
      {sizeof(Elf32_Ehdr) + offsetof(Elf32_Phdr, p_filesz),
       4,
       {0, 0, 0, 1},
       "truncated: the seg"},
      {sizeof(Elf32_Ehdr) + offsetof(Elf32_Phdr, p_memsz), 4, {1}, "does not fit"},
  };
  for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
    size_t size = 0;
    unsigned char *bytes = sample_bytes("frames.elf", &size);
    memcpy(bytes + ROWS[i].offset, ROWS[i].bytes, ROWS[i].count);
    char *path = sample_write(bytes, size);
    expect_refusal(path, ROWS[i].words);
    unlink(path);
    free(path);
    free(bytes);
  }
  char *empty = sample_write((const unsigned char *)"", 0);
  expect_refusal(empty, "empty file");
  unlink(empty);
  free(empty);
}

Test(image_load, notes_say_what_is_missing) {
  struct image *image = sample_load("stripped.elf");
  const char *const *notes = NULL;
  cr_assert_eq(image_notes(image, &notes), 2);
  cr_expect_not_null(strstr(notes[0], "no symbol table"));
  cr_expect_not_null(strstr(notes[1], "no DWARF"));
  image_destroy(image);
}
