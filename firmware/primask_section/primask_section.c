/* A 64-bit counter that main and SysTick both raise, main under PRIMASK. Sound.
 *
 * SysTick needs no section of its own: main cannot preempt it. COUNTER need not
 * be volatile either, because the section is a compiler barrier. */
#include "firmware/shared/cortexm.h"

static uint64_t COUNTER;

int main(void) {
  systick_start(1000);
  for (;;) {
    interrupts_disable();
    COUNTER += 1;
    interrupts_enable();
  }
}

void SysTick_Handler(void) {
  COUNTER += 1;
}
