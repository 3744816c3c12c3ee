/* The interrupts of irq_pair.c with equal priorities: neither preempts the
 * other, so that each has SHARED to itself. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t SHARED;

int main(void) {
  NVIC_IPR0 = 0x80u << 0 | 0x80u << 8;
  NVIC_ISER0 = 1u << 0 | 1u << 1;
  for (;;) {
    nop();
  }
}

void IRQ0_Handler(void) {
  SHARED++;
}

void IRQ1_Handler(void) {
  SHARED++;
}
