/* flaw 128 --devices 1: devices that follow time. Only while a counter is odd, which it becomes
 * in the middle of a write, does the handler read what is written. */
#include "firmware/shared/cortexm.h"

#define COUNTER REGISTER(0x40003000u)

volatile uint64_t value;

void SysTick_Handler(void) {
  if ((COUNTER & 1) != 0) {
    (void)value;
  }
}

int main(void) {
  systick_start(500);
  while ((COUNTER & 1) == 0) {
  }
  while ((COUNTER & 1) != 0) {
  }
  __asm__ volatile("str %1, [%0]\n .rept 24\n nop\n .endr\n str %1, [%0, #4]" ::"r"(&value),
                   "r"(7)
                   : "memory");
  for (;;) {
    wait_for_interrupt();
  }
}
