/* flaw 1: the stack pointer. Only while the thread has 8 bytes more on its stack, in the middle
 * of a write, does the handler read what is written. */
#include "firmware/shared/cortexm.h"

volatile uint64_t value;

__attribute__((naked)) void SysTick_Handler(void) {
  __asm__ volatile(
      "mov r0, sp\n ldr r1, =wanted\n ldr r1, [r1]\n cmp r0, r1\n bne 1f\n ldr r0, =value\n"
      "ldr r1, [r0]\n ldr r1, [r0, #4]\n 1: bx lr\n .ltorg");
}

__attribute__((used)) volatile uint32_t wanted;

int main(void) {
  uint32_t sp;
  __asm__ volatile("mov %0, sp" : "=r"(sp));
  wanted = sp - 8 - 0x20;
  systick_start(500);
  __asm__ volatile(
      "mov r0, %0\n mov r1, %1\n nop\n str r1, [r0]\n nop\n nop\n"
      "sub sp, #8\n add sp, #8\n nop\n nop\n str r1, [r0, #4]\n nop\n" ::"r"(&value),
      "r"(7)
      : "r0", "r1", "memory");
  for (;;) {
    wait_for_interrupt();
  }
}
