/* A clock in two variables: seconds, and milliseconds since the last full one.
 *
 * Nothing in the program says that they belong together; the scenario's `groups` does.
 * main reads the milliseconds, the tick makes a full second of them, and main reads the
 * seconds: the clock is nearly a second ahead. */
#include "firmware/shared/cortexm.h"

enum { SECOND = 3 };

static volatile uint32_t seconds;
static volatile uint32_t milliseconds;
static volatile uint32_t now;

int main(void) {
  systick_start(1000);
  for (;;) {
    uint32_t part = milliseconds;  // expect: inconsistent-snapshot seconds
    now = part + SECOND * seconds;
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
