/* Bit-fields of two contexts in one byte, and bytes of two contexts in one word.
 *
 * A bit-field is written by reading the byte around it and writing it back; a store
 * through a wider pointer writes the neighbours as they were read. */
#include "firmware/shared/cortexm.h"

static volatile struct {
  uint8_t mode : 4;  /* main's */
  uint8_t state : 4; /* the handler's */
} bits;

static volatile union {
  uint32_t all;
  struct {
    uint8_t mine, theirs, unused[2];
  } part;
} word;

int main(void) {
  systick_start(1000);
  for (;;) {
    bits.mode = 5;            // expect: lost-update
    word.all = word.all ^ 1;  // expect: lost-update
    bits.mode = 6;            // expect: lost-update
  }
}

void SysTick_Handler(void) {
  bits.state = bits.state + 1;
  word.part.theirs = word.part.theirs + 1;
}
