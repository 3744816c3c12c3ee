/* lost_wakeup.c with the look and the WFI in one section: PRIMASK keeps the handler
 * from running, but not the processor from waking. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t brought; /* only the handler writes it */
static volatile uint32_t done;    /* only main writes it */

int main(void) {
  NVIC_ISER0 = 1u << 0;
  for (;;) {
    interrupts_disable();
    if (brought == done) {
      wait_for_interrupt();
    } else {
      done = done + 1;
    }
    interrupts_enable();
  }
}

void IRQ0_Handler(void) {
  brought = brought + 1;
}
