/* The same, and main sets the relay back and writes with interrupts masked. */
#include "firmware/shared/cortexm.h"

enum { OLD_HALF = 0x11111111, NEW_HALF = 0x22222222 };
enum { IDLE, STARTED, ENDED };

static volatile uint64_t VALUE;
static volatile uint32_t STAGE;
static volatile uint64_t SEEN;

static uint64_t both(uint32_t half) {
  return (uint64_t)half << 32 | half;
}

static void put(uint64_t value) {
  interrupts_disable();
  STAGE = IDLE;
  VALUE = value;
  interrupts_enable();
}

int main(void) {
  VALUE = both(OLD_HALF);
  NVIC_ISER0 = 1u << 0 | 1u << 1 | 1u << 2;
  for (;;) {
    wait_for_interrupt();
    put(both(NEW_HALF));
    wait_for_interrupt();
    put(both(OLD_HALF));
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
