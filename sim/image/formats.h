/* The file formats of firmware besides ELF: each fills image->segments, with
 * its bytes in image->content, and image->entry where the file names one. */
#ifndef TORNWORD_SIM_IMAGE_FORMATS_H
#define TORNWORD_SIM_IMAGE_FORMATS_H

#include "sim/image/object.h"

/* By content, never by name. What is nothing else is raw. */
enum image_format format_of(const struct image *image);

bool ihex_load(struct image *image, struct error *error);
bool srec_load(struct image *image, struct error *error);
bool uf2_load(struct image *image, struct error *error);
/* Raw bytes, and those of a DFU file without its suffix. */
bool raw_load(struct image *image, const struct image_options *options, struct error *error);

/* The name and core of a UF2 family; false if it is not known. */
bool uf2_family(uint32_t id, const char **name, enum core *core);

bool dfu_has_suffix(const struct image *image);
/* Checks a DFU suffix, if there is one, and takes it off `size`. */
bool dfu_check(struct image *image, size_t *size, struct error *error);

/* The segments of an image that is not ELF. */
bool format_load(struct image *image, const struct image_options *options, struct error *error);

/* The core of an image that does not say it: --core, the UF2 family, else what
 * vector table and code look like, said as an assumption. After vectors_find. */
void format_core(struct image *image, const struct image_options *options);

/* beside.c: the ELF file of --symbols, read as far as its segments. */
struct image *beside_read(const char *path, struct error *error);
/* Takes run addresses, .bss and what is code from that file. The bytes stay those
 * of the image; where the two differ, a note says so. */
void beside_merge(struct image *image, const struct image *other);

#endif
