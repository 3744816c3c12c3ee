/* A wait for one of two states, which looks at an atomic variable twice each time
 * round. Between the two looks it may change: the next round sees it. */
#include <stdatomic.h>

#include "firmware/shared/cortexm.h"

enum { BUSY, DONE, FAILED };

static _Atomic uint32_t state;
static volatile uint32_t rounds;

int main(void) {
  systick_start(1000);
  for (;;) {
    while (atomic_load(&state) != DONE && atomic_load(&state) != FAILED) {
    }
    rounds = rounds + 1;
    atomic_store(&state, BUSY);
  }
}

void SysTick_Handler(void) {
  if (atomic_load(&state) == BUSY) {
    atomic_store(&state, DONE);
  }
}
