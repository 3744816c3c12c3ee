/* IRQ 0 destroys r4. The program faults only where it was pended under the mask, and was seen
 * pending there: it comes where the mask opens. */
#include "firmware/shared/cortexm.h"

__attribute__((naked)) void IRQ0_Handler(void) {
  __asm__ volatile("movs r4, #0\n bx lr");
}

int main(void) {
  NVIC_ISER0 = 1;
  __asm__ volatile(
      "cpsid i\n ldr r5, [%0]\n and r5, r5, #1\n mov r4, r5\n cpsie i\n nop\n"
      "cmp r4, r5\n it ne\n udfne #0\n nop" ::"r"(0xe000e200u) /* NVIC_ISPR0 */
      : "r4", "r5", "cc", "memory");
  breakpoint();
  return 0;
}
