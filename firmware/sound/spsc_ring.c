/* A ring with one producer (main) and one consumer (the handler): each index has one
 * writer, and is written behind the slot. */
#include "firmware/shared/cortexm.h"

enum { SLOTS = 4 };

static volatile uint32_t ring[SLOTS];
static volatile uint32_t head; /* only main writes it */
static volatile uint32_t tail; /* only the handler writes it */
static volatile uint32_t received;

int main(void) {
  uint32_t next = 0;
  systick_start(1000);
  for (;;) {
    if (head - tail < SLOTS) {
      ring[head % SLOTS] = next++;
      head = head + 1;
    }
  }
}

void SysTick_Handler(void) {
  while (tail != head) {
    received = received + ring[tail % SLOTS];
    tail = tail + 1;
  }
}
