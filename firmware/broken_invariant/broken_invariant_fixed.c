/* broken_invariant.c with both stores of an update in one section. */
#include "firmware/shared/cortexm.h"

enum { ALL = 8 };

static volatile uint32_t stock = ALL;
static volatile uint32_t lent;
static volatile uint32_t shown;

int main(void) {
  systick_start(1000);
  for (;;) {
    while (stock > 0) {
      interrupts_disable();
      stock = stock - 1;
      lent = lent + 1;
      interrupts_enable();
    }
    interrupts_disable();
    lent = 0;
    stock = ALL;
    interrupts_enable();
  }
}

void SysTick_Handler(void) {
  shown = lent;
}
