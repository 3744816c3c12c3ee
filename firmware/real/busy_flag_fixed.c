/* busy_flag.c with the flag set before the transfer is started. */
#include "firmware/shared/cortexm.h"

#define START REGISTER(0x40005000u)

static volatile uint32_t in_flight; /* what the device does */
static volatile uint32_t busy;      /* what the program believes */

int main(void) {
  NVIC_ISER0 = 1u << 0;
  for (;;) {
    if (busy == 0) {
      busy = 1;
      in_flight = 1;
      START = 1;
    }
    wait_for_interrupt();
  }
}

void IRQ0_Handler(void) {
  in_flight = 0;
  busy = 0;
}
