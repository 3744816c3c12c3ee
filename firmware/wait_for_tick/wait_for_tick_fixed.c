/* The program of wait_for_tick.c, with its counter raised under PRIMASK. */
#include <stdbool.h>

#include "firmware/shared/cortexm.h"

static volatile bool started;
static volatile uint32_t ticks;
static volatile uint32_t counter;

int main(void) {
  systick_start(12000000);
  while (!started) {
  }
  wait_for_interrupt();
  while (ticks < 3) {
  }
  for (;;) {
    interrupts_disable();
    counter++;
    interrupts_enable();
  }
}

void SysTick_Handler(void) {
  started = true;
  ticks++;
  counter++;
}
