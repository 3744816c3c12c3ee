/* A critical section inside a critical section, each with its own enable.
 *
 * update() masks interrupts, and so does count(), which it calls. count() unmasks
 * at its end, for itself as it believes: the rest of update() runs open. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t level;
static volatile uint32_t calls;

__attribute__((noinline)) static void count(void) {
  interrupts_disable();
  calls = calls + 1;
  interrupts_enable();
}

__attribute__((noinline)) static void update(void) {
  interrupts_disable();
  uint32_t mine = level;  // expect: split-section level, lost-update level
  count();
  level = mine + 1;
  interrupts_enable();
}

int main(void) {
  systick_start(1000);
  for (;;) {
    update();
  }
}

void SysTick_Handler(void) {
  level = level + 2;
}
