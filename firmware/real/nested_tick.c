/* A time that is a count of ticks and a share of one, asked for above the tick.
 *
 * Shape of arduino/ArduinoCore-samd issue 463: a handler above SysTick asks for
 * the time while SysTick is active and has not counted yet. Here the count is
 * kept in two words that SysTick carries into each other. */
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
  micros += 1000;  // expect: torn-write micros
}

void IRQ0_Handler(void) {
  stamp = micros;
}
