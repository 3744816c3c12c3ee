/* A race behind three kinds of waiting.
 *
 * main polls a flag, sleeps, and waits for a third tick before it reaches the
 * counter that it shares with SysTick. A tick comes every 12 million cycles, one
 * second at 12 MHz: who wants to see the race has to get through the waiting. */
#include <stdbool.h>

#include "firmware/shared/cortexm.h"

static volatile bool started;
static volatile uint32_t ticks;
static volatile uint32_t counter;

int main(void) {
  systick_start(12000000);
  while (!started) {
  }
  wait_for_interrupt();
  while (ticks < 3) {
  }
  for (;;) {
    counter++;  // expect: lost-update counter
  }
}

void SysTick_Handler(void) {
  started = true;
  ticks++;
  counter++;
}
