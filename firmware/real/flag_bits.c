/* Flags of one word, cleared by main and raised by handlers.
 *
 * Shape of a whole family (nxp-imx/imxrt-hal 21, hathach/tinyusb 381 with a
 * register): `&=` and `|=` of different bits are updates of one word. */
#include "firmware/shared/cortexm.h"

enum { RECEIVED = 1u << 0, SENT = 1u << 1 };

static volatile uint32_t flags;
static volatile uint32_t served;

int main(void) {
  NVIC_ISER0 = 1u << 0 | 1u << 1;
  for (;;) {
    if ((flags & RECEIVED) != 0) {
      flags &= ~RECEIVED;  // expect: lost-update flags
      served++;
    }
  }
}

void IRQ0_Handler(void) {
  flags |= RECEIVED;
}

void IRQ1_Handler(void) {
  flags |= SENT;
}
