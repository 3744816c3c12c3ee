/* The counter of primask_section.c without the section.
 *
 * A tick between main's load and store is counted and then overwritten: the
 * update is lost. One that lands between the two halves of the store reads half
 * of the old value and half of the new one, and on ARMv6-M, where the load is
 * two LDR, main itself can get such a mixture. While COUNTER is below 2^32 both
 * upper halves are 0 and the mixture goes unnoticed. */
#include "firmware/shared/cortexm.h"

static uint64_t COUNTER;

int main(void) {
  systick_start(1000);
  for (;;) {
    // expect: lost-update COUNTER, torn-write COUNTER
    // expect: torn-read COUNTER [m0]
    COUNTER += 1;
    compiler_barrier();
  }
}

void SysTick_Handler(void) {
  COUNTER += 1;
}
