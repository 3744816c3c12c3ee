/* One handler for two interrupts of different priority.
 *
 * On Cortex-R there is one handler for all interrupts, and it may be entered
 * again while it runs. Cortex-M comes to the same where two vectors name one
 * function and one of the two interrupts preempts the other: the static of the
 * handler is then shared with itself. */
#include "firmware/shared/cortexm.h"

int main(void) {
  NVIC_IPR0 = 0x40u << 0 | 0x80u << 8; /* IRQ 0 is above IRQ 1 */
  NVIC_ISER0 = 1u << 0 | 1u << 1;
  for (;;) {
    nop();
  }
}

static __attribute__((noinline)) void any_interrupt(void) {
  static uint32_t counter;
  // expect: lost-update any_interrupt::counter, non-reentrant any_interrupt::counter
  counter++;
}

void IRQ0_Handler(void) {
  any_interrupt();
}

void IRQ1_Handler(void) {
  any_interrupt();
}
