/* A sequence lock: the number is odd while the writer is at work, and another one
 * behind it. The reader takes what it read between two equal even numbers. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t sequence;
static volatile struct { uint32_t x, y; } point;
static volatile uint32_t sum;

int main(void) {
  systick_start(1000);
  for (;;) {
    uint32_t before;
    uint32_t x;
    uint32_t y;
    do {
      before = sequence;
      x = point.x;
      y = point.y;
    } while ((before & 1) != 0 || before != sequence);
    sum = x + y;
  }
}

void SysTick_Handler(void) {
  sequence = sequence + 1;
  point.x = point.x + 1;
  point.y = point.y - 1;
  sequence = sequence + 1;
}
