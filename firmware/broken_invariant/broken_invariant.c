/* Stock and loans that always make eight together - but not between two stores.
 *
 * main takes one out of `stock` and adds it to `lent`. A tick in between finds seven,
 * and nothing but the scenario knows that this is wrong: each variable alone is read
 * and written whole, and by one context. */
#include "firmware/shared/cortexm.h"

enum { ALL = 8 };

static volatile uint32_t stock = ALL;
static volatile uint32_t lent;
static volatile uint32_t shown;

int main(void) {
  systick_start(1000);
  for (;;) {
    while (stock > 0) {
      stock = stock - 1;  // expect: broken-invariant lent
      lent = lent + 1;
    }
    lent = 0;  // expect: broken-invariant lent
    stock = ALL;
  }
}

void SysTick_Handler(void) {
  shown = lent;
}
