/* A handler that reads only when another handler told it to.
 *
 * main takes the reader out of play while it writes, and believes that it stays
 * out: but IRQ 0 may put it back at any time. One interrupt alone shows nothing;
 * it takes IRQ 0 and then IRQ 1, both before the second half is written. */
#include "firmware/shared/cortexm.h"

enum { OLD_HALF = 0x11111111, NEW_HALF = 0x22222222 };

static volatile uint64_t VALUE;
static volatile uint32_t ARMED;
static volatile uint64_t SEEN;

static uint64_t both(uint32_t half) {
  return (uint64_t)half << 32 | half;
}

int main(void) {
  VALUE = both(OLD_HALF);
  NVIC_ISER0 = 1u << 0 | 1u << 1;
  for (;;) {
    wait_for_interrupt();
    ARMED = 0;
    VALUE = both(NEW_HALF);  // expect: torn-write VALUE
    wait_for_interrupt();
    ARMED = 0;
    VALUE = both(OLD_HALF);  // expect: torn-write VALUE
  }
}

void IRQ0_Handler(void) {
  ARMED = 1;
}

void IRQ1_Handler(void) {
  if (ARMED != 0) {
    SEEN = VALUE;
  }
}
