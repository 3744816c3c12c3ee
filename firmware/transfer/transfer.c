/* A transfer whose interrupt comes when it is done: started one line too early.
 *
 * main describes the transfer and writes START; the device answers with IRQ 0,
 * and its handler takes the description. Nothing masks the interrupt, and nothing
 * has to: it cannot come before START is written. Here START is written before
 * the description is whole. */
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
    START = 1;
    JOB = both(NEW_HALF);  // expect: torn-write JOB
    wait_for_interrupt();
    START = 1;
    JOB = both(OLD_HALF);  // expect: torn-write JOB
    wait_for_interrupt();
  }
}

void IRQ0_Handler(void) {
  DONE = JOB;
}
