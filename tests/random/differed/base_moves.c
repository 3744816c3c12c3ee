/* m3, O1. A load of the stack pointer by an address of the interrupted code is no POP: what
 * the handler does depends on r4. */
#include "firmware/shared/cortexm.h"

volatile uint32_t tops[2];
volatile uint64_t value;

__attribute__((naked)) void SysTick_Handler(void) {
  __asm__ volatile(
      "mov r3, sp\n ldr sp, [r4]\n mov r0, sp\n mov sp, r3\n lsls r0, r0, #29\n bpl 1f\n"
      "ldr r0, =value\n ldr r1, [r0]\n ldr r1, [r0, #4]\n 1: bx lr\n .ltorg");
}

int main(void) {
  uint32_t room[8];
  tops[0] = (uint32_t)room & ~7u;
  tops[1] = tops[0] + 4;
  __asm__ volatile("mov r4, %0" ::"r"(tops) : "r4");
  systick_start(500);
  __asm__ volatile(
      "mov r0, %0\n mov r1, %1\n mov r4, %2\n str r1, [r0]\n nop\n nop\n"
      "adds r4, #4\n subs r4, #4\n nop\n nop\n str r1, [r0, #4]\n nop\n" ::"r"(&value),
      "r"(7), "r"(tops)
      : "r0", "r1", "r4", "cc", "memory");
  for (;;) {
    wait_for_interrupt();
  }
}
