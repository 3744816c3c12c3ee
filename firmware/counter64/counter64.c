/* A 64-bit tick counter that main reads while SysTick raises it.
 *
 * ARMv6-M reads it with two LDR: a tick in between gives the lower half of one
 * value and the upper half of the other. That is wrong by 2^32 once in 2^32
 * ticks, when the carry moves up, and unnoticed in every test before. ARMv7-M
 * reads it with one LDRD, which starts again after an interrupt: sound there. */
#include "firmware/shared/cortexm.h"

static volatile uint64_t TICKS;
static volatile uint64_t NOW; /* main's own */

int main(void) {
  systick_start(1000);
  for (;;) {
    NOW = TICKS;  // expect: torn-read TICKS [m0]
  }
}

void SysTick_Handler(void) {
  TICKS += 1;
}
