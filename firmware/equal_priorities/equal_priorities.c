/* Two handlers of equal priority share a counter without a section. Sound.
 *
 * Neither preempts the other: the second is entered when the first returns. */
#include "firmware/shared/cortexm.h"

static uint64_t COUNTER = 1;

int main(void) {
  SCB_SHPR2 = 0x80u << 24;
  SCB_SHPR3 = 0x80u << 24;
  systick_start(1000);
  for (;;) {
    supervisor_call();
  }
}

void SysTick_Handler(void) {
  COUNTER += 1;
}

void SVCall_Handler(void) {
  COUNTER *= 2;
}
