/* flaw 8: masks, pending state, priorities. A tick that BASEPRI holds back becomes pending
 * while the thread is in the middle of a write; only then does IRQ 0 read what is written. */
#include "firmware/shared/cortexm.h"

volatile uint64_t value;

void SysTick_Handler(void) {}

void IRQ0_Handler(void) {
  if ((SCB_ICSR & 1u << 26) != 0) {
    (void)value;
  }
}

int main(void) {
  SCB_SHPR3 = 0xc0u << 24;
  NVIC_IPR0 = 0x40;
  NVIC_ISER0 = 1;
  systick_start(30);
  basepri_write(0x80);
  __asm__ volatile(
      "mov r0, %0\n mov r1, %1\n str r1, [r0]\n .rept 40\n nop\n .endr\n"
      "str r1, [r0, #4]\n nop\n" ::"r"(&value),
      "r"(7)
      : "r0", "r1", "memory");
  basepri_write(0);
  nop();
  for (;;) {
    wait_for_interrupt();
  }
}
