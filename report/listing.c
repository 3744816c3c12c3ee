#include "report/listing.h"

#include <stdio.h>
#include <string.h>

const uint8_t *listing_bytes(const struct image *image, uint32_t address, size_t *size) {
  const struct segment *segments = NULL;
  size_t count = image_segments(image, &segments);
  for (size_t i = 0; i < count; i++) {
    const struct segment *segment = &segments[i];
    uint32_t offset = address - segment->run_address;
    if (segment->bytes != NULL && address >= segment->run_address && offset < segment->size) {
      *size = segment->size - offset;
      return segment->bytes + offset;
    }
  }
  *size = 0;
  return NULL;
}

static uint16_t halfword(const uint8_t *bytes) {
  return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static unsigned size_at(const struct image *image, uint32_t pc) {
  size_t available = 0;
  const uint8_t *bytes = listing_bytes(image, pc, &available);
  if (bytes == NULL || available < 2) {
    return 0;
  }
  unsigned size = decode_size(halfword(bytes));
  return size <= available ? size : 0;
}

static uint8_t next_it_state(const struct image *image, const struct instruction *at) {
  size_t available = 0;
  const uint8_t *bytes = listing_bytes(image, at->pc, &available);
  uint8_t it_state = 0;
  return decode_is_it(halfword(bytes), &it_state) ? it_state : decode_it_advance(at->it_state);
}

/* Steps to the next instruction; false at the end of the code. */
static bool advance(const struct image *image, struct instruction *at) {
  uint8_t it_state = next_it_state(image, at);
  *at = (struct instruction){at->pc + at->size, size_at(image, at->pc + at->size), it_state};
  return at->size != 0;
}

/* Fills the instructions from `low` up to and with pc, the last few kept. 0 if
 * decoding misses pc. */
static size_t lead_in(const struct image *image, uint32_t low, uint32_t pc,
                      struct instruction listing[LISTING_MAX]) {
  size_t count = 0;
  struct instruction at = {low, size_at(image, low), 0};
  while (at.size != 0 && at.pc <= pc) {
    if (count == LISTING_AROUND + 1) {
      memmove(listing, listing + 1, LISTING_AROUND * sizeof listing[0]);
      count--;
    }
    listing[count++] = at;
    if (at.pc == pc) {
      return count;
    }
    if (!advance(image, &at)) {
      break;
    }
  }
  return 0;
}

size_t listing_around(const struct image *image, uint32_t pc,
                      struct instruction listing[LISTING_MAX]) {
  const struct function *function = image_function_at(image, pc);
  size_t count = function != NULL ? lead_in(image, function->low, pc, listing) : 0;
  if (count == 0) {
    listing[0] = (struct instruction){pc, size_at(image, pc), 0};
    count = 1;
  }
  struct instruction at = listing[count - 1];
  if (at.size == 0) {
    return 0;
  }
  for (unsigned i = 0; i < LISTING_AROUND; i++) {
    if (!advance(image, &at) || (function != NULL && at.pc >= function->high)) {
      break;
    }
    listing[count++] = at;
  }
  return count;
}

void listing_text(struct decoder *decoder, const struct image *image,
                  const struct instruction *instruction, char text[DECODE_TEXT]) {
  size_t available = 0;
  const uint8_t *bytes = listing_bytes(image, instruction->pc, &available);
  if (bytes == NULL || decoder == NULL) {
    snprintf(text, DECODE_TEXT, "?");
    return;
  }
  decode_text(decoder, bytes, available, instruction->pc, instruction->it_state, text);
  for (char *tab = strchr(text, '\t'); tab != NULL; tab = strchr(tab, '\t')) {
    *tab = ' ';
  }
}

void listing_text_at(struct decoder *decoder, const struct image *image, uint32_t pc,
                     char text[DECODE_TEXT]) {
  struct instruction listing[LISTING_MAX];
  size_t count = listing_around(image, pc, listing);
  for (size_t i = 0; i < count; i++) {
    if (listing[i].pc == pc) {
      listing_text(decoder, image, &listing[i], text);
      return;
    }
  }
  snprintf(text, DECODE_TEXT, "?");
}

unsigned listing_words(const struct image *image, uint32_t pc) {
  static const struct {
    uint32_t mask, match; /* first halfword in the upper half */
    uint32_t registers;   /* bits of the register list; 0: two words */
  } encodings[] = {
      {0xf0000000, 0xc0000000, 0x00ff0000}, /* STM, LDM (16-bit) */
      {0xf6000000, 0xb4000000, 0x01ff0000}, /* PUSH, POP */
      {0xfe400000, 0xe8000000, 0x0000ffff}, /* STM, LDM (32-bit) */
      {0xff400000, 0xe9400000, 0},          /* STRD, LDRD, offset and pre-indexed */
      {0xff600000, 0xe8600000, 0},          /* STRD, LDRD, post-indexed */
      {0xff200f00, 0xed000b00, 0},          /* VSTR.64, VLDR.64 */
  };
  size_t available = 0;
  const uint8_t *bytes = listing_bytes(image, pc, &available);
  unsigned size = size_at(image, pc);
  if (bytes == NULL || size == 0) {
    return 0;
  }
  uint32_t word = (uint32_t)halfword(bytes) << 16 | (size == 4 ? halfword(bytes + 2) : 0U);
  for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++) {
    if ((word & encodings[i].mask) == encodings[i].match) {
      uint32_t registers = word & encodings[i].registers;
      return encodings[i].registers == 0 ? 2 : (unsigned)__builtin_popcount(registers);
    }
  }
  return 0;
}
