/* The program of wait_in_section.c, with its counter raised under PRIMASK. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t ticks;
static volatile uint32_t counter;

static uint32_t ticks_so_far(void) {
  interrupts_disable();
  uint32_t count = ticks;
  interrupts_enable();
  return count;
}

int main(void) {
  systick_start(12000000);
  while (ticks_so_far() < 3) {
  }
  for (;;) {
    interrupts_disable();
    counter++;
    interrupts_enable();
  }
}

void SysTick_Handler(void) {
  ticks++;
  counter++;
}
