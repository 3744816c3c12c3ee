/* stack_overflow.c with a handler that keeps its line where it is counted once. */
#include "firmware/shared/cortexm.h"

__asm__(".global __stack_limit\n.set __stack_limit, 0x20010000 - 1024");

static volatile uint32_t sum;

__attribute__((noinline)) static void deep(void) {
  volatile uint8_t scratch[600];
  scratch[0] = 1;
  sum = scratch[0];
}

int main(void) {
  systick_start(1000);
  for (;;) {
    deep();
  }
}

static volatile uint8_t line[8];

void SysTick_Handler(void) {
  line[0] = 2;
}
