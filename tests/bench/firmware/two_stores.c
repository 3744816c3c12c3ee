/* What an exhaustive search of interrupts is measured on: main is a loop of five
 * instructions with two stores, the handler reads both, in 13 instructions. Each word is
 * whole; the pair is torn where the handler comes between the stores. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t first, second;
static volatile uint32_t seen_first, seen_second, pairs;

int main(void) {
  uint16_t at = 0;
  systick_start(1u << 24);
  for (;;) {
    at++;
    first = at;
    second = at;
  }
}

void SysTick_Handler(void) {
  seen_first = first;
  seen_second = second;
  pairs++;
}
