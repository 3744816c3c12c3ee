/* Device registers with a model, as data: what a read gives, what a write does,
 * and which interrupts follow.
 *
 * A set of models is made once (from a chip's file, --config or an SVD file) and
 * then only read; machines borrow it. What changes while firmware runs stands in
 * devices.h and in the undo log. All addresses are those of a 32-bit word. */
#ifndef TORNWORD_SIM_MACHINE_REGISTERS_H
#define TORNWORD_SIM_MACHINE_REGISTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a read gives, before `ones` and `zeros`. */
enum register_source {
  SOURCE_HELD,     /* what was last written, or set by an effect */
  SOURCE_SET,      /* the values in turn, again and again */
  SOURCE_SEQUENCE, /* the values in turn, the last one for ever */
  SOURCE_COUNTER,  /* counts up by one every `period` instructions */
};

/* A register whose writes change another one (INTENSET, BSRR), and whose reads
 * give that one's value. */
enum register_alias { ALIAS_NONE, ALIAS_SET, ALIAS_CLEAR, ALIAS_TOGGLE };

struct register_model {
  uint32_t address;
  uint32_t pc;      /* only for accesses by the instruction there; 0: any */
  const char *name; /* "UART0.TXD"; may be NULL */
  uint32_t reset;   /* value at reset */
  bool plain;       /* nothing but that: otherwise as without a model */
  enum register_source source;
  const uint32_t *values; /* SET, SEQUENCE */
  size_t value_count;
  uint64_t period;        /* COUNTER: instructions */
  uint32_t ones, zeros;   /* bits that always read so */
  uint32_t read_only;     /* bits that writes leave alone */
  uint32_t clear_by_one;  /* w1c */
  uint32_t clear_by_zero; /* rc_w0 */
  uint32_t clear_by_read; /* rc_r */
  enum register_alias alias;
  uint32_t alias_of;
  bool output;         /* the low byte of a write goes to the terminal */
  size_t first_effect; /* in register_set.effects */
  size_t effect_count;
};

/* What a write or a read of a register brings about, at once or later. */
struct register_effect {
  bool on_read;
  uint32_t mask;       /* written bits of which one must be 1; 0: every access */
  uint32_t zero_mask;  /* written bits that must all be 0 */
  uint64_t after;      /* instructions; 0: at once */
  bool repeats;        /* every `after` instructions from then on ... */
  uint32_t while_in;   /* ... and only if this word (0: none) ... */
  uint32_t while_bits; /* ... has one of these bits when the time has come */
  uint32_t target;     /* word that changes; 0: none */
  uint32_t set, clear;
  /* A timer that counts up by one every `tick` instructions, in `width` bits: */
  uint64_t tick;      /* 0: none */
  uint32_t width;     /* 1 to 32 */
  bool compares;      /* comes when the timer has the value that was written ... */
  bool captures;      /* ... or puts the timer's value into `target` */
  uint32_t input_to;  /* word that gets the next byte of the input, if there is
                         one; else the effect is none. 0: takes no input */
  uint16_t exception; /* becomes pending; 0: none */
};

/* An interrupt line: high while a status bit stands and its enable bit too. */
struct register_line {
  uint16_t exception;
  uint32_t status, status_bits;
  uint32_t enable, enable_bits; /* enable 0: always enabled */
};

struct register_set {
  const struct register_model *models; /* by address, then pc */
  size_t model_count;
  const struct register_effect *effects;
  size_t effect_count;
  const struct register_line *lines;
  size_t line_count;
  const uint32_t *at_reset; /* indices of effects that begin at reset */
  size_t at_reset_count;
  /* What the outside sends, byte by byte, to the effects that take input. */
  const uint8_t *input;
  size_t input_size;
};

/* First model of the word, or NULL; those of other pcs follow it. */
const struct register_model *registers_find(const struct register_set *set, uint32_t word);

/* Whether only models raise this exception, so that nobody else should. */
bool registers_drive(const struct register_set *set, unsigned exception);

/* Of the content, for tokens. */
uint64_t registers_fingerprint(const struct register_set *set);

#endif
