/* The events of pending_events.c, counted by two who each own one count. */
#include "firmware/shared/cortexm.h"

static volatile unsigned raised;  /* only the handler writes it */
static volatile unsigned handled; /* only main writes it */

__attribute__((noinline)) static void take(void) {
  if (raised != handled) {
    handled++;
  }
}

int main(void) {
  NVIC_ISER0 = 1u << 0;
  for (;;) {
    take();
  }
}

void IRQ0_Handler(void) {
  raised++;
}
