/* bit_fields.c with a byte for each context, written as a byte. */
#include "firmware/shared/cortexm.h"

static volatile struct {
  uint8_t mode;  /* main's */
  uint8_t state; /* the handler's */
} bytes;

static volatile struct { uint8_t mine, theirs, unused[2]; } word;

int main(void) {
  systick_start(1000);
  for (;;) {
    bytes.mode = 5;
    word.mine = word.mine ^ 1;
    bytes.mode = 6;
  }
}

void SysTick_Handler(void) {
  bytes.state = bytes.state + 1;
  word.theirs = word.theirs + 1;
}
