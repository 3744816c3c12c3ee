/* What an exhaustive search of interrupts is measured on: main is a loop of two
 * stores, the handler reads both. Each word is whole; the pair is torn where the
 * handler comes between the stores. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t first, second;
static volatile uint32_t seen_first, seen_second, pairs, torn;

int main(void) {
  uint32_t at = 0;
  systick_start(1u << 24);
  for (;;) {
    at++;
    first = at;
    second = at;
  }
}

void SysTick_Handler(void) {
  uint32_t one = first;
  uint32_t other = second;
  seen_first = one;
  seen_second = other;
  pairs++;
  torn += one != other;
}
