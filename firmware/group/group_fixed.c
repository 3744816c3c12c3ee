/* group.c with a reader that looks again: what stayed the same belongs together. */
#include "firmware/shared/cortexm.h"

enum { SECOND = 3 };

static volatile uint32_t seconds;
static volatile uint32_t milliseconds;
static volatile uint32_t now;

int main(void) {
  systick_start(1000);
  for (;;) {
    uint32_t part;
    uint32_t full;
    do {
      part = milliseconds;
      full = seconds;
    } while (part != milliseconds);
    now = part + SECOND * full;
  }
}

void SysTick_Handler(void) {
  uint32_t next = milliseconds + 1;
  if (next == SECOND) {
    next = 0;
    seconds = seconds + 1;
  }
  milliseconds = next;
}
