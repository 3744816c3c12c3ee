/* m3, O2. --depth 2 --boundaries 150 --horizon 60. The first handler comes between the halves
 * of a read that is made again before the value is used; the second one, which was masked
 * until then, keeps the program from that, and it ends: what was suspected before is settled
 * there. */
#include <stdint.h>

#include "firmware/shared/cortexm.h"

volatile uint64_t value;
volatile uint32_t changed, skip;

static __attribute__((noinline)) void read_halves(void) {
  volatile uint32_t *half = (volatile uint32_t *)&value;
  uint32_t low, high;
  basepri_write(0x80);
  low = half[0], high = half[1];
  basepri_write(0);
  if (skip == 0) {
    low = half[0], high = half[1];
  }
  __asm__ volatile("" ::"r"(low), "r"(high));
}

void IRQ0_Handler(void) {
  value = 0x100000002u;
  changed = 1;
}

void IRQ1_Handler(void) {
  if (changed == 1) {
    skip = 1;
  }
}

int main(void) {
  NVIC_IPR0 = 0x40u << 0 | 0x80u << 8;
  NVIC_ISER0 = 3u;
  read_halves();
  for (;;) {
    wait_for_interrupt();
  }
}
