/* The handlers of equal_priorities.c, and SysTick is the more urgent one.
 *
 * It preempts SVCall between its load and its store. */
#include "firmware/shared/cortexm.h"

static uint64_t COUNTER = 1;

int main(void) {
  SCB_SHPR2 = 0x80u << 24;
  SCB_SHPR3 = 0x40u << 24;
  systick_start(1000);
  for (;;) {
    supervisor_call();
  }
}

void SysTick_Handler(void) {
  COUNTER += 1;
}

void SVCall_Handler(void) {
  // expect: lost-update COUNTER, torn-write COUNTER, torn-read COUNTER [m0]
  COUNTER *= 2;
}
