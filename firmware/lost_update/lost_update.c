/* Two contexts raise one counter: the smallest lost update.
 *
 * counter++ is a load, an addition and a store. A tick between load and store is
 * counted and then overwritten with the old count plus one. One word is never
 * torn, and volatile is there: neither helps. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t counter;

int main(void) {
  systick_start(1000);
  for (;;) {
    counter++;  // expect: lost-update counter
  }
}

void SysTick_Handler(void) {
  counter++;
}
