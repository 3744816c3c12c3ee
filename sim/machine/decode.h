/* Instructions in words and in kinds: with operation.h the only user of capstone.
 *
 * A decoder keeps nothing between calls (IT state is passed in). */
#ifndef TORNWORD_SIM_MACHINE_DECODE_H
#define TORNWORD_SIM_MACHINE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/machine/code.h"

struct decoder;
struct decoder *decoder_create(void);
void decoder_destroy(struct decoder *decoder);

enum { DECODE_TEXT = 96 };
/* Disassembles the instruction at `bytes` (`size` readable) into text, with the
 * condition that `it_state` gives it; "<undefined>" if it is none. Returns its
 * length in bytes (2 or 4; never more than `size`, unless size < 2). */
unsigned decode_text(struct decoder *decoder, const uint8_t *bytes, size_t size, uint32_t pc,
                     uint8_t it_state, char text[DECODE_TEXT]);

/* What the machine must know of it. An undefined instruction has no flag but
 * CODE_KNOWN (and CODE_WIDE). it_state of the result is 0: the caller knows it. */
struct code decode_code(struct decoder *decoder, const uint8_t *bytes, size_t size,
                        uint32_t pc);

/* Whether it is an IT instruction, and the ITSTATE of the first instruction
 * behind it (ARMv7-M A7.3.3: its low byte). */
bool decode_is_it(uint16_t first, uint8_t *it_state);
/* ITSTATE of the next instruction in the block; 0 behind the last. */
uint8_t decode_it_advance(uint8_t it_state);

/* 2 or 4, from the first halfword (ARMv7-M A5.1). */
static inline unsigned decode_size(uint16_t first) {
  return (first >> 11) >= 0x1d ? 4 : 2;
}

/* Whether it loads or stores (literal pool loads too). */
bool decode_accesses(struct decoder *decoder, const uint8_t *bytes, size_t size, uint32_t pc);

/* Core registers that an instruction reads and writes, one bit each, r0 to r14.
 * Conservative: what is not known to be written is not in `writes`, and what may
 * be read is in `reads`: all, where it is not certain that all that is written is known.
 * `addresses`: those of `reads` that the address of a load or store may be made of. */
struct register_use {
  uint16_t reads, writes, addresses;
};
struct register_use decode_registers(struct decoder *decoder, const uint8_t *bytes, size_t size,
                                     uint32_t pc);

#endif
