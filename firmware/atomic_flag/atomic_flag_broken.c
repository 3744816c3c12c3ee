/* The flag of atomic_flag.c without _Atomic.
 *
 * Nothing tells the compiler that X changes behind main's back. At -O0 it is
 * still loaded each time round, by luck; at -O2 it is loaded once, and main
 * waits for ever on a register. */
#include <stdbool.h>

#include "firmware/shared/cortexm.h"

static bool X;

int main(void) {
  systick_start(1000);
  while (!X) {  // expect: unsynchronised X, vanished-access X [O2]
  }
  for (;;) {
    nop(); /* main logic */
  }
}

void SysTick_Handler(void) {
  X = true;
}
