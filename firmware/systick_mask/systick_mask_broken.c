/* The section of systick_mask.c with the wrong bit.
 *
 * CLKSOURCE stands next to TICKINT. Clearing it changes the clock of the
 * counter, but the interrupt stays enabled: the section masks nothing. */
#include "firmware/shared/cortexm.h"

static uint64_t COUNTER;

int main(void) {
  systick_start(1000);
  for (;;) {
    SYST_CSR &= ~SYST_CSR_CLKSOURCE; /* meant: TICKINT */
    compiler_barrier();

    // expect: lost-update COUNTER, torn-write COUNTER
    // expect: torn-read COUNTER [m0]
    COUNTER += 1;

    compiler_barrier();
    SYST_CSR |= SYST_CSR_CLKSOURCE;
  }
}

void SysTick_Handler(void) {
  COUNTER += 1;
}
