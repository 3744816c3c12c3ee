/* deadlock.c with a handler that tries once, and comes back another time. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t locked;
static volatile uint32_t shared;
static volatile uint32_t missed;

int main(void) {
  systick_start(1000);
  for (;;) {
    locked = 1;
    shared = shared + 1;
    locked = 0;
  }
}

void SysTick_Handler(void) {
  if (locked != 0) {
    missed = 1;
  }
}
