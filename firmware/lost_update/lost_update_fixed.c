/* The counter of lost_update.c, raised under PRIMASK in main. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t counter;

int main(void) {
  systick_start(1000);
  for (;;) {
    interrupts_disable();
    counter++;
    interrupts_enable();
  }
}

void SysTick_Handler(void) {
  counter++;
}
