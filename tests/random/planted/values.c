/* flaw 256: what recalled handlers read. Only while a variable is 1, in the middle of a write,
 * does the handler read what is written. */
#include "firmware/shared/cortexm.h"

volatile uint64_t value;
volatile uint32_t phase;

void SysTick_Handler(void) {
  if (phase == 1) {
    (void)value;
  }
}

int main(void) {
  systick_start(500);
  __asm__ volatile(
      "mov r0, %0\n mov r1, %1\n mov r2, %2\n movs r3, #1\n movs r4, #0\n"
      "str r1, [r0]\n nop\n nop\n str r3, [r2]\n str r4, [r2]\n nop\n nop\n"
      "str r1, [r0, #4]\n nop\n" ::"r"(&value),
      "r"(7), "r"(&phase)
      : "r0", "r1", "r2", "r3", "r4", "memory");
  for (;;) {
    wait_for_interrupt();
  }
}
