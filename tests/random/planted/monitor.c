/* flaw 2: the exclusive monitor. An exception between LDREX and STREX, and no other, lets the
 * thread read the second half of what it has read half of. */
#include "firmware/shared/cortexm.h"

volatile uint64_t value;
volatile uint32_t lock, seen;

void SysTick_Handler(void) {
  value = 0x1111111122222222;
}

int main(void) {
  systick_start(500);
  __asm__ volatile(
      "mov r0, %0\n mov r1, %1\n nop\n ldr r4, [r0]\n nop\n nop\n"
      "ldrex r3, [r1]\n strex r2, r3, [r1]\n nop\n nop\n cbz r2, 1f\n"
      "ldr r2, [r0, #4]\n str r2, [%2]\n str r4, [%2]\n 1: nop\n" ::"r"(&value),
      "r"(&lock), "r"(&seen)
      : "r0", "r1", "r2", "r3", "r4", "memory");
  for (;;) {
    wait_for_interrupt();
  }
}
