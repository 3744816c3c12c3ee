/* The tick counter of counter64.c, read under PRIMASK. */
#include "firmware/shared/cortexm.h"

static volatile uint64_t TICKS;
static volatile uint64_t NOW; /* main's own */

int main(void) {
  systick_start(1000);
  for (;;) {
    interrupts_disable();
    uint64_t ticks = TICKS;
    interrupts_enable();
    NOW = ticks;
  }
}

void SysTick_Handler(void) {
  TICKS += 1;
}
