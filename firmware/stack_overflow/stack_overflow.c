/* A stack that is deep enough for main and for SysTick, but not for both at once.
 *
 * The linker script of a product would say how much is left for the stack; here a
 * symbol does: 1 KiB. main's deepest function takes 600 bytes, the handler 500. */
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

// expect: stack-overflow
void SysTick_Handler(void) {
  volatile uint8_t line[500];
  line[0] = 2;
  (void)line[0];
}
