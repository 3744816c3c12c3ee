/* The counter of ldrex_counter.c with an atomic load and an atomic store.
 *
 * Each of the two is atomic, the update is not: a tick between them is lost, as
 * with a plain variable. */
#include <stdatomic.h>

#include "firmware/shared/cortexm.h"

static _Atomic uint32_t COUNTER;

int main(void) {
  systick_start(1000);
  for (;;) {
    // expect: lost-update COUNTER
    uint32_t count = atomic_load_explicit(&COUNTER, memory_order_relaxed);
    atomic_store_explicit(&COUNTER, count + 1, memory_order_relaxed);
  }
}

void SysTick_Handler(void) {
  uint32_t count = atomic_load_explicit(&COUNTER, memory_order_relaxed);
  atomic_store_explicit(&COUNTER, count + 1, memory_order_relaxed);
}
