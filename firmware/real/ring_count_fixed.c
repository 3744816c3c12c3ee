/* The ring of ring_count.c without a count: each end owns its own index. */
#include "firmware/shared/cortexm.h"

enum { SLOTS = 4 };

static volatile uint8_t ring[SLOTS];
static volatile unsigned head; /* only the handler writes it */
static volatile unsigned tail; /* only main writes it */

__attribute__((noinline)) static void take(void) {
  if (head != tail) {
    (void)ring[tail % SLOTS];
    tail++;
  }
}

int main(void) {
  NVIC_ISER0 = 1u << 0;
  for (;;) {
    take();
  }
}

void IRQ0_Handler(void) {
  if (head - tail < SLOTS) {
    ring[head % SLOTS] = (uint8_t)head;
    head++;
  }
}
