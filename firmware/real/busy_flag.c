/* A flag that says that a transfer is under way, set behind the line that starts it.
 * The transfer may be done before: its handler clears the flag, main sets it, and
 * nobody clears it again. The shape of tinyusb 383. */
#include "firmware/shared/cortexm.h"

#define START REGISTER(0x40005000u)

static volatile uint32_t in_flight; /* what the device does */
static volatile uint32_t busy;      /* what the program believes */

int main(void) {
  NVIC_ISER0 = 1u << 0;
  for (;;) {
    if (busy == 0) {  // expect: lost-update busy
      in_flight = 1;
      START = 1;
      busy = 1;  // expect: broken-invariant busy
    }
    wait_for_interrupt();
  }
}

void IRQ0_Handler(void) {
  in_flight = 0;
  busy = 0;
}
