/* A counter raised with LDREX and STREX. ARMv7-M only. Sound.
 *
 * An interrupt between the two clears the exclusive monitor, the store fails,
 * and the loop loads the new value: nothing is lost and nothing is masked. */
#include <stdatomic.h>

#include "firmware/shared/cortexm.h"

static _Atomic uint32_t COUNTER;

int main(void) {
  systick_start(1000);
  for (;;) {
    atomic_fetch_add_explicit(&COUNTER, 1, memory_order_relaxed);
  }
}

void SysTick_Handler(void) {
  atomic_fetch_add_explicit(&COUNTER, 1, memory_order_relaxed);
}
