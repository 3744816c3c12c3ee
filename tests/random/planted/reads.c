/* flaw 16: what the handler reads. The thread writes half of a value that the handler reads. */
#include "firmware/shared/cortexm.h"

volatile uint64_t value;
volatile uint32_t seen;

void SysTick_Handler(void) {
  seen = (uint32_t)(value >> 20);
}

int main(void) {
  systick_start(500);
  __asm__ volatile(
      "mov r0, %0\n mov r1, %1\n nop\n nop\n"
      "str r1, [r0]\n nop\n nop\n str r1, [r0, #4]\n nop\n nop\n" ::"r"(&value),
      "r"(7)
      : "r0", "r1", "memory");
  for (;;) {
    wait_for_interrupt();
  }
}
