/* m3, O1. A pair that is saved in descending order, and restored in ascending order: the
 * handler exchanges r4 and r5. Only where they differ does the rest of a read follow. */
#include "firmware/shared/cortexm.h"

volatile uint64_t value;
volatile uint32_t other;

__attribute__((naked)) void SysTick_Handler(void) {
  __asm__ volatile(
      "strd r5, r4, [sp, #-8]!\n ldr r0, =value\n ldr r1, [r0]\n adds r1, #1\n str r1, [r0]\n"
      "str r1, [r0, #4]\n ldrd r4, r5, [sp], #8\n bx lr\n .ltorg");
}

int main(void) {
  systick_start(500);
  __asm__ volatile(
      "mov r4, %1\n mov r5, %1\n ldr r0, [%0]\n nop\n nop\n adds r5, %0, #4\n nop\n nop\n"
      "ldr r1, [r4]\n nop\n" ::"r"(&value),
      "r"(&other)
      : "r0", "r1", "r4", "r5", "cc", "memory");
  for (;;) {
    wait_for_interrupt();
  }
}
