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
  bool output; /* the low byte of a write goes to the terminal */
  /* With a stimulus a read takes this many bytes of it (0: none): shifted and
   * masked, or with mask 0 one of the values. */
  uint8_t draws;
  uint8_t draw_shift;
  uint32_t draw_mask;
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
  uint64_t tick;     /* 0: none */
  uint32_t width;    /* 1 to 32 */
  bool compares;     /* comes when the timer has the value that was written ... */
  bool captures;     /* ... or puts the timer's value into `target` */
  uint32_t input_to; /* word that gets the next byte of its stream, if there is
                        one; else the effect is none. 0: takes no input */
  /* A transfer of the stimulus into RAM: as many bytes as the word `fill_count`
   * says go to where the word `fill_at` (0: no transfer) points, from that
   * word's stream; if there are not so many, the effect is none. */
  uint32_t fill_at, fill_count;
  uint16_t exception; /* becomes pending; 0: none */
};

/* An interrupt line: high while a status bit stands and its enable bit too. */
struct register_line {
  uint16_t exception;
  uint32_t status, status_bits;
  uint32_t enable, enable_bits; /* enable 0: always enabled */
  uint32_t with;                /* word that changes, too, where it is injected; 0: none */
  uint32_t with_set, with_clear;
};

/* Words whose reads take bytes of the stimulus where nothing else describes
 * them; first and last address. */
struct input_range {
  uint32_t first, last;
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
  const struct input_range *inputs;
  size_t input_count;
};

/* First model of the word, or NULL; those of other pcs follow it. */
const struct register_model *registers_find(const struct register_set *set, uint32_t word);

/* Whether only models raise this exception, so that nobody else should. */
bool registers_drive(const struct register_set *set, unsigned exception);

/* Whether reads of this word are input, should nothing describe it. */
bool registers_draw(const struct register_set *set, uint32_t word);

/* Of the content, for tokens. */
uint64_t registers_fingerprint(const struct register_set *set);

#endif
