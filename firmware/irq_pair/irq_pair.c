/* Two interrupts of different priority that raise one counter.
 *
 * IRQ 0 preempts IRQ 1 between its load and its store. main has nothing to do
 * with it: the victim is a handler. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t SHARED;

int main(void) {
  NVIC_IPR0 = 0x40u << 0 | 0x80u << 8; /* IRQ 0 is above IRQ 1 */
  NVIC_ISER0 = 1u << 0 | 1u << 1;
  for (;;) {
    nop();
  }
}

void IRQ0_Handler(void) {
  SHARED++;
}

void IRQ1_Handler(void) {
  SHARED++;  // expect: lost-update SHARED
}
