/* The same, started when the description is whole. Sound, as long as IRQ 0 comes
 * only once START was written: a check that lets it come at any time finds the
 * tears below, and scenarios/transfer.yaml says what to tell it. */
#include "firmware/shared/cortexm.h"

#define START REGISTER(0x40005000u)

enum { OLD_HALF = 0x11111111, NEW_HALF = 0x22222222 };

static volatile uint64_t JOB;
static volatile uint64_t DONE;

static uint64_t both(uint32_t half) {
  return (uint64_t)half << 32 | half;
}

int main(void) {
  JOB = both(OLD_HALF);
  NVIC_ISER0 = 1u << 0;
  for (;;) {
    JOB = both(NEW_HALF);  // expect: torn-write JOB
    START = 1;
    wait_for_interrupt();
    JOB = both(OLD_HALF);  // expect: torn-write JOB
    START = 1;
    wait_for_interrupt();
  }
}

void IRQ0_Handler(void) {
  DONE = JOB;
}
