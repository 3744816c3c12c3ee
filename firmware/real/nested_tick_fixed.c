/* The time of nested_tick.c: SysTick counts under PRIMASK. */
#include "firmware/shared/cortexm.h"

static volatile uint64_t micros = 0xffffff00;
static volatile uint64_t stamp;

int main(void) {
  SCB_SHPR3 = 0x80u << 24;
  NVIC_IPR0 = 0x40u;
  NVIC_ISER0 = 1u << 0;
  systick_start(1000);
  for (;;) {
    nop();
  }
}

void SysTick_Handler(void) {
  interrupts_disable();
  micros += 1000;
  interrupts_enable();
}

void IRQ0_Handler(void) {
  stamp = micros;
}
