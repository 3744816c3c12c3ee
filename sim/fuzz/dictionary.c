#include "sim/fuzz/dictionary.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"
#include "sim/machine/stimulus.h"

enum { WORDS_MOST = 400, RUN_MOST = 8, WORD_MOST = 8 };

void dictionary_free(struct dictionary *dictionary) {
  free(dictionary->bytes);
  *dictionary = (struct dictionary){0};
}

const uint8_t *dictionary_word(const struct dictionary *d, size_t index, size_t *size) {
  const uint8_t *at = d->bytes;
  while (index-- > 0) {
    at += 1 + *at;
  }
  *size = *at;
  return at + 1;
}

static bool has(const struct dictionary *d, const uint8_t *word, size_t size) {
  for (const uint8_t *at = d->bytes; at < d->bytes + d->size; at += 1 + *at) {
    if (*at == size && memcmp(at + 1, word, size) == 0) {
      return true;
    }
  }
  return false;
}

static void add(struct dictionary *d, const uint8_t *word, size_t size) {
  if (size == 0 || d->words == WORDS_MOST || (d->size > 0 && has(d, word, size))) {
    return;
  }
  array_reserve((void **)&d->bytes, &d->capacity, d->size + size + 1, 1);
  d->bytes[d->size] = (uint8_t)size;
  memcpy(d->bytes + d->size + 1, word, size);
  d->size += size + 1;
  d->words++;
}

/* As few bytes as hold it, at least one. */
static void add_number(struct dictionary *d, uint64_t value) {
  uint8_t bytes[8];
  size_t size = 1;
  for (size_t i = 0; i < sizeof bytes; i++) {
    bytes[i] = (uint8_t)(value >> (8 * i));
    size = bytes[i] != 0 ? i + 1 : size;
  }
  add(d, bytes, size == 3 ? 4 : size > 4 ? 8 : size);
}

/* The marks of the streams that this image has. */
static void add_marks(struct dictionary *d, const uint32_t *inputs, size_t count) {
  static const uint8_t interrupt[] = {STIMULUS_MARK, STREAM_INTERRUPTS, 0, 0, 0};
  add(d, interrupt, 2);
  add(d, interrupt, sizeof interrupt);
  for (size_t i = 0; i < count; i++) {
    const uint8_t mark[] = {STIMULUS_MARK, (uint8_t)stimulus_tag(inputs[i])};
    add(d, mark, sizeof mark);
  }
}

/* ThumbExpandImm (ARMv7-M A5.3.2). */
static uint32_t expand(uint32_t imm12) {
  uint32_t byte = imm12 & 0xff;
  switch (imm12 >> 8) {
    case 0:
      return byte;
    case 1:
      return byte << 16 | byte;
    case 2:
      return byte << 24 | byte << 8;
    case 3:
      return byte << 24 | byte << 16 | byte << 8 | byte;
    default:
      break;
  }
  uint32_t turned = 0x80 | (imm12 & 0x7f);
  unsigned by = imm12 >> 7;
  return turned >> by | turned << (32 - by);
}

/* CMP with an immediate, T1 or T2. */
static bool compares(uint16_t first, uint16_t second, uint32_t *value) {
  if ((first & 0xf800) == 0x2800) {
    *value = first & 0xff;
    return true;
  }
  *value = expand((first & 0x400U) << 1 | (second >> 4 & 0x700U) | (second & 0xffU));
  return (first & 0xfbf0) == 0xf1b0 && (second & 0x8f00) == 0x0f00;
}

/* Bytes that are compared with one after the other are a word, too. */
struct run {
  uint8_t bytes[RUN_MOST];
  size_t size;
};

static void end_run(struct dictionary *d, struct run *run) {
  if (run->size > 1) {
    add(d, run->bytes, run->size);
  }
  run->size = 0;
}

static void note_compare(struct dictionary *d, struct run *run, uint32_t value) {
  add_number(d, value);
  if (value > 0xff || run->size == RUN_MOST) {
    end_run(d, run);
    return;
  }
  run->bytes[run->size++] = (uint8_t)value;
}

static uint16_t half(const uint8_t *bytes) {
  return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static bool is_address(const struct image *image, uint32_t value) {
  const struct segment *segments = NULL;
  size_t count = image_segments(image, &segments);
  for (size_t i = 0; i < count; i++) {
    if (value - segments[i].address < segments[i].size) {
      return true;
    }
  }
  return value >= 0x20000000 && value < 0x60000000; /* RAM and devices */
}

/* LDR from the literal pool, T1 or T2 forward: the word it loads. */
static void note_literal(struct dictionary *d, const struct image *image,
                         const struct segment *segment, uint32_t offset) {
  uint16_t first = half(segment->bytes + offset);
  uint32_t distance = 4U * (first & 0xff);
  if (first == 0xf8df) {
    distance = half(segment->bytes + offset + 2) & 0xfff;
  } else if ((first & 0xf800) != 0x4800) {
    return;
  }
  uint32_t at = ((segment->address + offset + 4) & ~3U) - segment->address + distance;
  if (at + 4 > segment->size) {
    return;
  }
  uint32_t value = 0;
  memcpy(&value, segment->bytes + at, sizeof value);
  if (!is_address(image, value)) {
    add_number(d, value);
  }
}

static void scan(struct dictionary *d, const struct image *image,
                 const struct segment *segment) {
  struct run run = {.size = 0};
  const struct function *last = NULL;
  for (uint32_t at = 0; at + 4 <= segment->size;) {
    uint16_t first = half(segment->bytes + at);
    const struct function *function = image_function_at(image, segment->address + at);
    uint32_t value = 0;
    if (function != last) {
      end_run(d, &run);
      last = function;
    }
    if (compares(first, half(segment->bytes + at + 2), &value)) {
      note_compare(d, &run, value);
    }
    note_literal(d, image, segment, at);
    at += (first >> 11) >= 0x1d ? 4 : 2;
  }
  end_run(d, &run);
}

static void add_enumerators(struct dictionary *d, const struct image *image) {
  const struct leaf_table *leaves = image_leaves(image);
  for (uint32_t i = 0; i < leaves->count; i++) {
    for (uint32_t k = 0; k < leaves->leaves[i].value_count; k++) {
      add_number(d, leaves->leaves[i].values[k]);
    }
  }
}

struct dictionary dictionary_of(const struct image *image, const uint32_t *inputs,
                                size_t input_count) {
  struct dictionary d = {0};
  const struct segment *segments = NULL;
  size_t count = image_segments(image, &segments);
  add_marks(&d, inputs, input_count);
  add_enumerators(&d, image);
  for (size_t i = 0; i < count; i++) {
    if (segments[i].executable && segments[i].bytes != NULL) {
      scan(&d, image, &segments[i]);
    }
  }
  return d;
}
