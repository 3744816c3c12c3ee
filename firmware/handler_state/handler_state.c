/* A handler keeps a count from one tick to the next. Sound.
 *
 * The variable stands in the handler, where no one else can name it, and an
 * exception never preempts itself: while SysTick is active another tick waits. */
#include "firmware/shared/cortexm.h"

int main(void) {
  systick_start(1000);
  for (;;) {
    nop();
  }
}

void SysTick_Handler(void) {
  static uint64_t counter;
  counter++;
}
