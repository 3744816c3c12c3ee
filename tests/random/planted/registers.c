/* flaw 64: registers of the interrupted code. Only while r4 is 1, in the middle of a write,
 * does the handler read what is written. */
#include "firmware/shared/cortexm.h"

volatile uint64_t value;
volatile uint32_t seen;

__attribute__((naked)) void SysTick_Handler(void) {
  __asm__ volatile(
      "cmp r4, #1\n bne 1f\n ldr r0, =value\n ldr r1, [r0]\n ldr r1, [r0, #4]\n"
      "1: bx lr\n .ltorg");
}

int main(void) {
  systick_start(500);
  __asm__ volatile(
      "mov r0, %0\n mov r1, %1\n movs r4, #0\n str r1, [r0]\n nop\n nop\n"
      "movs r4, #1\n movs r4, #0\n nop\n nop\n str r1, [r0, #4]\n nop\n" ::"r"(&value),
      "r"(7)
      : "r0", "r1", "r4", "cc", "memory");
  for (;;) {
    wait_for_interrupt();
  }
}
