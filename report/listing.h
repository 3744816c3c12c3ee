/* The image's code as bytes and as text: what stands at a run address, and the
 * instructions around one. */
#ifndef TORNWORD_REPORT_LISTING_H
#define TORNWORD_REPORT_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/image/image.h"
#include "sim/machine/decode.h"

/* The image's bytes at a run address and how many follow; NULL if there are
 * none. Code that the firmware copies to RAM is found where it runs. */
const uint8_t *listing_bytes(const struct image *image, uint32_t address, size_t *size);

struct instruction {
  uint32_t pc;
  unsigned size;    /* 2 or 4 */
  uint8_t it_state; /* ITSTATE that it runs with */
};

enum { LISTING_AROUND = 3, LISTING_MAX = 2 * LISTING_AROUND + 1 };

/* The instruction at pc with up to LISTING_AROUND before and after it, within
 * its function. Decoding is linear from the function's start; where that does
 * not meet pc (data between the code, no function known), the listing starts at pc. Returns how
 * many there are, 0 if the code is not in the image. */
size_t listing_around(const struct image *image, uint32_t pc,
                      struct instruction listing[LISTING_MAX]);

/* Text of one instruction, spaces for tabs; "?" if it is not in the image. */
void listing_text(struct decoder *decoder, const struct image *image,
                  const struct instruction *instruction, char text[DECODE_TEXT]);

/* The text at pc, with the ITSTATE that the listing finds. */
void listing_text_at(struct decoder *decoder, const struct image *image, uint32_t pc,
                     char text[DECODE_TEXT]);

/* How many words the load or store multiple or double at pc moves; 0 if it is
 * none of these (ARMv7-M A7.7). */
unsigned listing_words(const struct image *image, uint32_t pc);

#endif
