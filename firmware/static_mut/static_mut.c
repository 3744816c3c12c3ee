/* A plain variable that main and SysTick share without any agreement.
 *
 * main stores 0 and finds something else there, because a tick came between the
 * store and the test. The compiler may believe that this cannot happen: with
 * optimisation it drops the test, and then every access to X, so that there is
 * nothing left to interrupt. At -O0 the accesses stand as written. */
#include "firmware/shared/cortexm.h"

static uint32_t X;

static void panic(void) {
  for (;;) {
    breakpoint();
  }
}

int main(void) {
  systick_start(1000);
  for (;;) {
    X = 0;         // expect: fault X [O0]
    if (X != 0) {  // expect: fault X [O0]
      panic();
    }
    nop();
  }
}

void SysTick_Handler(void) {
  X = 1;
  nop();
}
