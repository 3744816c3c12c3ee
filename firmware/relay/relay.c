/* Three interrupts in a row: each does its part only after the one before it.
 *
 * IRQ 0 starts a transfer, IRQ 1 ends it, IRQ 2 reads what came if it is ended.
 * main sets the relay back before each write and believes that nobody reads. It
 * takes all three, between the reset and the second half of the value. */
#include "firmware/shared/cortexm.h"

enum { OLD_HALF = 0x11111111, NEW_HALF = 0x22222222 };
enum { IDLE, STARTED, ENDED };

static volatile uint64_t VALUE;
static volatile uint32_t STAGE;
static volatile uint64_t SEEN;

static uint64_t both(uint32_t half) {
  return (uint64_t)half << 32 | half;
}

int main(void) {
  VALUE = both(OLD_HALF);
  NVIC_ISER0 = 1u << 0 | 1u << 1 | 1u << 2;
  for (;;) {
    wait_for_interrupt();
    STAGE = IDLE;
    VALUE = both(NEW_HALF);  // expect: torn-write VALUE
    wait_for_interrupt();
    STAGE = IDLE;
    VALUE = both(OLD_HALF);  // expect: torn-write VALUE
  }
}

void IRQ0_Handler(void) {
  STAGE = STARTED;
}

void IRQ1_Handler(void) {
  if (STAGE == STARTED) {
    STAGE = ENDED;
  }
}

void IRQ2_Handler(void) {
  if (STAGE == ENDED) {
    SEEN = VALUE;
  }
}
