/* Who finds the endpoint free takes it, main and a handler alike. The handler comes
 * between main's test and its claim: both take it, both start a transfer. The shape of
 * tinyusb 161. */
#include <stdbool.h>

#include "firmware/shared/cortexm.h"

#define START REGISTER(0x40005000u) /* the number of the transfer's buffer */

static volatile bool claimed;

__attribute__((noinline)) static bool claim(void) {
  if (claimed) {  // expect: lost-update claimed
    return false;
  }
  claimed = true;
  return true;
}

int main(void) {
  NVIC_ISER0 = 1u << 0 | 1u << 1;
  for (;;) {
    if (claim()) {
      START = 1;
    }
  }
}

/* Something else wants to send, too. */
void IRQ0_Handler(void) {
  if (claim()) {
    START = 2;
  }
}

/* The transfer is done. */
void IRQ1_Handler(void) {
  claimed = false;
}
