/* One handler for two interrupts of equal priority: handler_nested.c, mended.
 *
 * The second is entered when the first has returned. */
#include "firmware/shared/cortexm.h"

int main(void) {
  NVIC_IPR0 = 0x80u << 0 | 0x80u << 8; /* neither preempts the other */
  NVIC_ISER0 = 1u << 0 | 1u << 1;
  for (;;) {
    nop();
  }
}

static __attribute__((noinline)) void any_interrupt(void) {
  static uint32_t counter;
  counter++;
}

void IRQ0_Handler(void) {
  any_interrupt();
}

void IRQ1_Handler(void) {
  any_interrupt();
}
