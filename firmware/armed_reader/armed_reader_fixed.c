/* The same, and main writes with interrupts masked: whoever is armed by whom, the
 * reader finds a whole value. */
#include "firmware/shared/cortexm.h"

enum { OLD_HALF = 0x11111111, NEW_HALF = 0x22222222 };

static volatile uint64_t VALUE;
static volatile uint32_t ARMED;
static volatile uint64_t SEEN;

static uint64_t both(uint32_t half) {
  return (uint64_t)half << 32 | half;
}

static void put(uint64_t value) {
  interrupts_disable();
  ARMED = 0;
  VALUE = value;
  interrupts_enable();
}

int main(void) {
  VALUE = both(OLD_HALF);
  NVIC_ISER0 = 1u << 0 | 1u << 1;
  for (;;) {
    wait_for_interrupt();
    put(both(NEW_HALF));
    wait_for_interrupt();
    put(both(OLD_HALF));
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
