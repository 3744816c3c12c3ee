/* The variable of static_mut.c, with store and test in one PRIMASK section.
 *
 * No tick comes between the two, so that panic is not reached. The compiler may
 * still drop the test, and here it is right: nothing can change X in between. */
#include "firmware/shared/cortexm.h"

static uint32_t X;

static void panic(void) {
  for (;;) {
    breakpoint();
  }
}

int main(void) {
  systick_start(1000);
  for (;;) {
    interrupts_disable();
    X = 0;
    if (X != 0) {
      panic();
    }
    interrupts_enable();
    nop();
  }
}

void SysTick_Handler(void) {
  X = 1;
  nop();
}
