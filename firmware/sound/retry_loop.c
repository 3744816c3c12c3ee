/* Two halves of a time, read until the upper one stayed the same. */
#include "firmware/shared/cortexm.h"

static volatile struct { uint32_t low, high; } time;
static volatile uint64_t now;

int main(void) {
  systick_start(1000);
  for (;;) {
    uint32_t high;
    uint32_t low;
    do {
      high = time.high;
      low = time.low;
    } while (high != time.high);
    now = (uint64_t)high << 32 | low;
  }
}

void SysTick_Handler(void) {
  uint32_t low = time.low + 0x40000000u;
  time.low = low;
  if (low == 0) {
    time.high = time.high + 1;
  }
}
