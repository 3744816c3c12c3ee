/* flaw 4: accesses of devices. Only while a register holds 1, in the middle of a write, does
 * the handler read what is written. */
#include "firmware/shared/cortexm.h"

volatile uint64_t value;

void SysTick_Handler(void) {
  if (REGISTER(0x40001000u) == 1) {
    (void)value;
  }
}

int main(void) {
  systick_start(500);
  __asm__ volatile(
      "mov r0, %0\n mov r1, %1\n ldr r2, =0x40001000\n movs r3, #1\n movs r4, #0\n"
      "str r1, [r0]\n nop\n nop\n str r3, [r2]\n str r4, [r2]\n nop\n nop\n"
      "str r1, [r0, #4]\n nop\n b 1f\n .ltorg\n 1:" ::"r"(&value),
      "r"(7)
      : "r0", "r1", "r2", "r3", "r4", "memory");
  for (;;) {
    wait_for_interrupt();
  }
}
