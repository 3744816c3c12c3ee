/* The handler of handler_state.c, called from main as well.
 *
 * Called, it is a function like any other: no exception is active, and a tick
 * preempts it in the middle of its own count. */
#include "firmware/shared/cortexm.h"

int main(void) {
  systick_start(1000);
  for (;;) {
    SysTick_Handler();
  }
}

__attribute__((noinline)) void SysTick_Handler(void) {
  static uint64_t counter = 1;
  // expect: non-reentrant SysTick_Handler::counter
  // expect: lost-update SysTick_Handler::counter, torn-write SysTick_Handler::counter
  // expect: torn-read SysTick_Handler::counter [m0]
  counter = counter * 3 + 0x100000001; /* both words change */
}
