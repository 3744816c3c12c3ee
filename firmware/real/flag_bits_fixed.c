/* The flags of flag_bits.c, a byte for each. */
#include <stdbool.h>

#include "firmware/shared/cortexm.h"

static volatile bool received, sent;
static volatile uint32_t served;

int main(void) {
  NVIC_ISER0 = 1u << 0 | 1u << 1;
  for (;;) {
    if (received) {
      received = false; /* one event or two: it is served once */
      served++;
    }
  }
}

void IRQ0_Handler(void) {
  received = true;
}

void IRQ1_Handler(void) {
  sent = true;
}
