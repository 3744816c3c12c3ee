/* Two handlers whose priorities are swapped at run time.
 *
 * At first neither preempts the other, and they share a counter safely. Then
 * main gives one of them more urgency, and what held is no longer true: the
 * priorities were part of the agreement. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t SHARED;

int main(void) {
  NVIC_IPR0 = 0x80u << 0 | 0x80u << 8;
  NVIC_ISER0 = 1u << 0 | 1u << 1;
  for (uint32_t i = 0; i < 20; i++) {
    nop();
  }
  NVIC_IPR0 = 0x40u << 0 | 0x80u << 8; /* IRQ 0 is above IRQ 1 from now on */
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
