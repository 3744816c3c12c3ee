/* The handlers of priority_swap.c: both are changed, and stay equal. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t SHARED;

int main(void) {
  NVIC_IPR0 = 0x80u << 0 | 0x80u << 8;
  NVIC_ISER0 = 1u << 0 | 1u << 1;
  for (uint32_t i = 0; i < 20; i++) {
    nop();
  }
  interrupts_disable(); /* ARMv6-M: a priority is changed while its interrupt is off */
  NVIC_IPR0 = 0x40u << 0 | 0x40u << 8;
  interrupts_enable();
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
