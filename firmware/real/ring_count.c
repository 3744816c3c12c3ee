/* A ring with a count that both ends change.
 *
 * Shape of the counts in RIOT-OS/RIOT's msg and mbox queues: producer and
 * consumer agree on the slots, but `count` belongs to both. */
#include "firmware/shared/cortexm.h"

enum { SLOTS = 4 };

static volatile uint8_t ring[SLOTS];
static volatile unsigned count;
static unsigned head, tail;

__attribute__((noinline)) static void take(void) {
  if (count > 0) {
    (void)ring[tail];
    tail = (tail + 1) % SLOTS;
    count--;  // expect: lost-update count
  }
}

int main(void) {
  NVIC_ISER0 = 1u << 0;
  for (;;) {
    take();
  }
}

void IRQ0_Handler(void) {
  if (count < SLOTS) {
    ring[head] = (uint8_t)head;
    head = (head + 1) % SLOTS;
    count++;
  }
}
