/* A handler that waits for a lock which only the code that it interrupted can give
 * back. Where main holds the lock, a tick never returns. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t locked;
static volatile uint32_t shared;

int main(void) {
  systick_start(1000);
  for (;;) {
    locked = 1;  // expect: deadlock locked
    shared = shared + 1;
    locked = 0;
  }
}

void SysTick_Handler(void) {
  while (locked != 0) {
  }
}
