/* A handler that is let in before the variable that it reads has a value.
 *
 * `period` keeps its value over a reset on purpose: the start-up code does not
 * clear it, main does. main enables the tick first. On a part the variable holds
 * anything until then; in a simulator it holds zero, which hides the mistake. */
#include "firmware/shared/cortexm.h"

__asm__(".global period\n.set period, 0x20001000");
extern volatile uint32_t period;

static volatile uint32_t next;

int main(void) {
  systick_start(1000);
  period = 10;  // expect: unsynchronised
  for (;;) {
    nop();
  }
}

void SysTick_Handler(void) {
  next = next + period;  // expect: uninitialised-read
}
