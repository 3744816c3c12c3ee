/* An idle loop that looks whether there is work, and sleeps if there is none. The
 * interrupt that brings work comes between the look and the WFI: main sleeps with work
 * to do, until something else wakes it. The shape of RIOT's idle thread. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t brought; /* only the handler writes it */
static volatile uint32_t done;    /* only main writes it */

int main(void) {
  NVIC_ISER0 = 1u << 0;
  for (;;) {
    if (brought == done) {
      wait_for_interrupt();
    } else {
      done = done + 1;
    }
  }
}

void IRQ0_Handler(void) {
  brought = brought + 1;  // expect: broken-invariant brought
}
