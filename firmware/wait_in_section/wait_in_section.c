/* A race behind a wait that masks interrupts at every look.
 *
 * main reads the count of ticks under PRIMASK, as one reads a count that is
 * shared, and reaches its race after the third. Most of its time interrupts are
 * masked: a tick stays pending until the section ends, and must not be taken
 * for one that never comes. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t ticks;
static volatile uint32_t counter;

static uint32_t ticks_so_far(void) {
  interrupts_disable();
  uint32_t count = ticks;
  interrupts_enable();
  return count;
}

int main(void) {
  systick_start(12000000);
  while (ticks_so_far() < 3) {
  }
  for (;;) {
    counter++;  // expect: lost-update counter
  }
}

void SysTick_Handler(void) {
  ticks++;
  counter++;
}
