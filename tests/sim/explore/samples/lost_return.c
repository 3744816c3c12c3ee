/* IRQ 0 destroys r4. At SysTick's return it is tail-chained, wherever that had come. */
#include "firmware/shared/cortexm.h"

__attribute__((naked)) void IRQ0_Handler(void) {
  __asm__ volatile("movs r4, #0\n bx lr");
}

__attribute__((naked)) void SysTick_Handler(void) {
  __asm__ volatile("bx lr");
}

int main(void) {
  NVIC_IPR0 = 0x80;
  NVIC_ISER0 = 1;
  systick_start(300);
  __asm__ volatile(
      "movs r4, #1\n .rept 450\n nop\n .endr\n cmp r4, #1\n it ne\n udfne #0\n nop" ::
          : "r4", "cc", "memory");
  breakpoint();
  return 0;
}
