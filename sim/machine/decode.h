/* Instructions in words and in kinds: the only user of capstone.
 *
 * A decoder has no state between calls (IT state is passed in, never kept). */
#ifndef TORNWORD_SIM_MACHINE_DECODE_H
#define TORNWORD_SIM_MACHINE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct decoder;
struct decoder *decoder_create(void);
void decoder_destroy(struct decoder *decoder);

enum { DECODE_TEXT = 96 };
/* Disassembles the instruction at `bytes` (`size` readable) into text, with the
 * condition that `it_state` gives it; "<undefined>" if it is none. Returns its
 * length in bytes (2 or 4). */
unsigned decode_text(struct decoder *decoder, const uint8_t *bytes, size_t size, uint32_t pc,
                     uint8_t it_state, char text[DECODE_TEXT]);

/* 2 or 4, from the first halfword (ARMv7-M A5.1). */
static inline unsigned decode_size(uint16_t first) {
  return (first >> 11) >= 0x1d ? 4 : 2;
}

#endif
