/* flaw 32: what the handler writes. The thread reads half of a value that the handler writes.
 */
#include "firmware/shared/cortexm.h"

volatile uint64_t value;
volatile uint32_t seen;

void SysTick_Handler(void) {
  value = 0x1111111122222222;
}

int main(void) {
  systick_start(500);
  __asm__ volatile(
      "mov r0, %0\n nop\n nop\n ldr r1, [r0]\n nop\n nop\n"
      "ldr r2, [r0, #4]\n nop\n nop\n str r1, [%1]\n str r2, [%1]\n" ::"r"(&value),
      "r"(&seen)
      : "r0", "r1", "r2", "memory");
  for (;;) {
    wait_for_interrupt();
  }
}
