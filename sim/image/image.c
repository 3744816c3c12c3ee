/* The image as a whole: what is loaded in which order, and who owns it. */
#include <elfutils/libdw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/image/dies.h"
#include "sim/image/formats.h"
#include "sim/image/object.h"

void image_note(struct image *image, const char *format, ...) {
  char text[256];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  void *notes = image->notes;
  array_reserve(&notes, &image->note_capacity, image->note_count + 1, sizeof *image->notes);
  image->notes = notes;
  image->notes[image->note_count++] = arena_text(&image->arena, text);
}

static void load_debug(struct image *image, Elf *elf, struct dies *dies) {
  lines_load(image, dies, elf);
  spans_load(image, dies);
  functions_load(image);
  variables_load(image, dies);
  statics_load(image);
}

static void load_names(struct image *image, Elf *elf) {
  Dwarf *dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
  if (dwarf == NULL) {
    image_note(image, "no DWARF: build with -g for types, members and source lines");
    load_debug(image, elf, NULL);
    return;
  }
  struct dies dies;
  dies_init(&dies, dwarf, &image->arena);
  if (dies.unit_count == 0) {
    image_note(image, "no DWARF that can be read: types, members and source lines are missing");
  }
  load_debug(image, elf, &dies);
  vanished_load(image, &dies);
  dies_fini(&dies);
  dwarf_end(dwarf);
}

static bool load_elf(struct image *image, Elf *elf, const struct image_options *options,
                     struct error *error) {
  elf_sections(image, elf);
  symbols_load(image, elf);
  if (!attributes_core(image, elf, options, error) || !vectors_find(image, options, error)) {
    return false;
  }
  load_names(image, elf);
  return true;
}

/* The ELF file `from`: the image itself, or the one beside it. */
static bool open_elf(struct image *image, const struct image *from,
                     const struct image_options *options, struct error *error) {
  elf_version(EV_CURRENT);
  Elf *elf = elf_memory((char *)from->file, from->file_size);
  if (elf == NULL) {
    return error_set(error, "%s: damaged ELF file: %s; link or copy it again", from->path,
                     elf_errmsg(-1));
  }
  bool loaded = load_elf(image, elf, options, error);
  elf_end(elf);
  return loaded;
}

static bool load_beside(struct image *image, const struct image_options *options,
                        struct error *error) {
  struct image *other = beside_read(options->symbols, error);
  if (other == NULL) {
    return false;
  }
  beside_merge(image, other);
  bool loaded = open_elf(image, other, options, error);
  image_destroy(other);
  return loaded;
}

static bool load_nameless(struct image *image, const struct image_options *options,
                          struct error *error) {
  if (!vectors_find(image, options, error)) {
    return false;
  }
  format_core(image, options);
  load_debug(image, NULL, NULL);
  image_note(image,
             "%s has no names and types: give the ELF file it was made from with "
             "--symbols",
             image_format_name(image->format));
  return true;
}

static bool load_other(struct image *image, const struct image_options *options,
                       struct error *error) {
  bool raw = image->format == FORMAT_IS_RAW || image->format == FORMAT_IS_DFU;
  if (options->has_base && !options->base_is_default && !raw) {
    return error_set(error, "%s: %s has its own addresses; leave out --base", image->path,
                     image_format_name(image->format));
  }
  if (!format_load(image, options, error)) {
    return false;
  }
  return options->symbols != NULL ? load_beside(image, options, error)
                                  : load_nameless(image, options, error);
}

static bool load(struct image *image, const struct image_options *options,
                 struct error *error) {
  if (!file_read(image, error)) {
    return false;
  }
  image->format = format_of(image);
  if (image->format != FORMAT_IS_ELF) {
    return load_other(image, options, error);
  }
  bool base = options->has_base && !options->base_is_default;
  if (base || (options->symbols != NULL && !options->symbols_are_default)) {
    return error_set(error, "%s: an ELF file has its own %s; leave out %s", image->path,
                     base ? "addresses" : "symbols", base ? "--base" : "--symbols");
  }
  return file_check(image, error) && elf_segments(image, error) &&
         open_elf(image, image, options, error);
}

static void name_irqs(struct image *image, const char *const *names) {
  for (size_t i = 0; names != NULL && i < IMAGE_IRQ_NAMES; i++) {
    image->irq_names[i] = names[i] != NULL ? arena_text(&image->arena, names[i]) : NULL;
  }
}

struct image *image_load(const char *path, const struct image_options *options,
                         struct error *error) {
  static const struct image_options DEFAULTS = {0};
  struct image *image = allocate(1, sizeof *image);
  image->path = arena_text(&image->arena, path);
  if (options != NULL) {
    name_irqs(image, options->irq_names);
  }
  if (!load(image, options != NULL ? options : &DEFAULTS, error)) {
    image_destroy(image);
    return NULL;
  }
  return image;
}

void image_destroy(struct image *image) {
  if (image == NULL) {
    return;
  }
  free(image->file);
  free(image->content);
  free(image->segments);
  free(image->sections);
  free(image->symbols);
  free(image->lines.rows);
  free(image->spans.spans);
  free(image->functions);
  free(image->variables);
  free(image->details);
  free(image->leaves);
  free(image->vanished);
  free(image->owners);
  free(image->notes);
  arena_fini(&image->arena);
  free(image);
}

const char *image_path(const struct image *image) {
  return image->path;
}

const uint8_t *image_sha256(const struct image *image) {
  return image->sha256;
}

const char *image_sha256_text(const struct image *image) {
  return image->sha256_text;
}

enum image_format image_format(const struct image *image) {
  return image->format;
}

enum core image_core(const struct image *image) {
  return image->core;
}

const char *image_core_source(const struct image *image) {
  return image->core_source;
}

size_t image_segments(const struct image *image, const struct segment **segments) {
  *segments = image->segments;
  return image->segment_count;
}

uint32_t image_vectors(const struct image *image) {
  return image->vectors;
}

const char *image_vectors_source(const struct image *image) {
  return image->vectors_source;
}

size_t image_vector_words(const struct image *image, const uint32_t **words) {
  *words = image->vector_words;
  return image->vector_count;
}

size_t image_notes(const struct image *image, const char *const **notes) {
  *notes = image->notes;
  return image->note_count;
}

bool image_has_debug(const struct image *image) {
  return image->lines.count > 0 || image->spans.count > 0;
}

void image_learn(struct image *image, const struct discovery *discovery) {
  functions_learn(image, discovery->functions, discovery->function_count);
  variables_learn(image, discovery->data, discovery->datum_count);
}
