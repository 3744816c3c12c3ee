/* flaw 512, --depth 2 --boundaries 150 --horizon 60: what counts where states are compared.
 * Only an interrupt that comes in phase 1, which there is but once, lets the second one read
 * the halves; what others leave behind differs in one word. */
#include "firmware/shared/cortexm.h"

volatile uint64_t value;
volatile uint32_t phase, armed;

void IRQ0_Handler(void) {
  armed = phase == 1 ? 1 : 2;
}

void IRQ1_Handler(void) {
  if (armed == 1) {
    (void)value;
  }
}

int main(void) {
  NVIC_ISER0 = 3u;
  for (uint32_t first = 1;; first = 0) {
    __asm__ volatile(
        "mov r0, %0\n mov r1, %1\n mov r2, %2\n mov r3, %3\n movs r4, #0\n"
        "nop\n str r3, [r2]\n nop\n str r4, [r2]\n nop\n"
        "str r1, [r0]\n nop\n str r1, [r0, #4]\n" ::"r"(&value),
        "r"(7), "r"(&phase), "r"(first)
        : "r0", "r1", "r2", "r3", "r4", "memory");
  }
}
