/* disabled_line.c with DSB and ISB behind the write: what was being entered is through. */
#include <stdint.h>

#include "firmware/shared/cortexm.h"

#define NVIC_ICER0 REGISTER(0xe000e180u) /* a 1 disables that interrupt */

static volatile uint32_t pulses;
static volatile uint32_t total;

__attribute__((noinline)) static uint32_t take(volatile uint32_t *count) {
  NVIC_ICER0 = 1u << 0;
  __asm__ volatile("dsb\n\tisb" ::: "memory");
  uint32_t seen = *count;
  *count = 0;
  NVIC_ISER0 = 1u << 0;
  return seen;
}

int main(void) {
  NVIC_ISER0 = 1u << 0;
  for (;;) {
    total += take(&pulses);
  }
}

void IRQ0_Handler(void) {
  pulses = pulses + 1;
}
