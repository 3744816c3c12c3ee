/* A section that masks only the interrupt it shares data with. Sound.
 *
 * main clears TICKINT around its access, so that SysTick does not fire there;
 * other interrupts would. The two barriers keep the access inside. */
#include "firmware/shared/cortexm.h"

static uint64_t COUNTER;

int main(void) {
  systick_start(1000);
  for (;;) {
    SYST_CSR &= ~SYST_CSR_TICKINT;
    compiler_barrier();

    COUNTER += 1;

    compiler_barrier();
    SYST_CSR |= SYST_CSR_TICKINT;
  }
}

void SysTick_Handler(void) {
  COUNTER += 1;
}
