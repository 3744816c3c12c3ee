/* An atomic flag on which main waits for the first tick. Sound.
 *
 * One byte, loaded and stored whole; _Atomic makes the compiler load it again
 * each time round. Nothing else is shared, so that no ordering is needed. */
#include <stdatomic.h>
#include <stdbool.h>

#include "firmware/shared/cortexm.h"

static atomic_bool X;

int main(void) {
  systick_start(1000);
  while (!atomic_load_explicit(&X, memory_order_relaxed)) {
  }
  for (;;) {
    nop(); /* main logic */
  }
}

void SysTick_Handler(void) {
  atomic_store_explicit(&X, true, memory_order_relaxed);
}
