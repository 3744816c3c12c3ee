/* m3, O2. --depth 2 --boundaries 150 --horizon 60. The second handler suspects nothing itself
 * and comes home, but makes true what the first one had made suspicious: it comes only once the
 * program has gone on between them. */
#include <stdint.h>

#include "firmware/shared/cortexm.h"

volatile uint64_t value;
volatile uint32_t changed, ready, stage, sum;

static __attribute__((noinline)) void read_halves(void) {
  volatile uint32_t *half = (volatile uint32_t *)&value;
  uint32_t low, high;
  low = half[0], ready = 1, sum = 0, high = stage == 2 ? half[1] : 0;
  sum = low + high;
}

void IRQ0_Handler(void) {
  if (ready == 0) {
    value = 0x100000002u;
    changed = 1;
  }
}

void IRQ1_Handler(void) {
  if (changed == 1 && ready == 1) {
    stage = 2;
  }
}

int main(void) {
  NVIC_IPR0 = 64u << 0 | 64u << 8;
  NVIC_ISER0 = 3u;
  for (;;) {
    read_halves();
    changed = 0;
    ready = 0;
    stage = 0;
  }
}
