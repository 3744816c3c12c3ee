/* A count that main takes while it has its line switched off, with nothing behind the
 * write that does so.
 *
 * The processor may be entering the handler while the write is made: it still runs, behind
 * the load of the count, and what it adds is lost. The shape of mbed-os 2242. */
#include <stdint.h>

#include "firmware/shared/cortexm.h"

#define NVIC_ICER0 REGISTER(0xe000e180u) /* a 1 disables that interrupt */

static volatile uint32_t pulses;
static volatile uint32_t total;

__attribute__((noinline)) static uint32_t take(volatile uint32_t *count) {
  NVIC_ICER0 = 1u << 0;
  uint32_t seen = *count;  // expect: lost-update pulses [m3 O2]
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
