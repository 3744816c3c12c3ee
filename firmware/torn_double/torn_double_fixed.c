/* The doubles of torn_double.c, stored under PRIMASK. */
#include "firmware/shared/cortexm.h"

static volatile double LEVEL;
static volatile struct { double x, y; } POSITION;
static volatile double SEEN; /* the handler's own */

static void store_position(double x, double y) {
  register double d0 __asm__("d0") = x;
  register double d1 __asm__("d1") = y;
  interrupts_disable();
  __asm__ volatile("vstmia %2, {d0-d1}" ::"w"(d0), "w"(d1), "r"(&POSITION) : "memory");
  interrupts_enable();
}

static void store_level(double level) {
  interrupts_disable();
  LEVEL = level;
  interrupts_enable();
}

__attribute__((noinline)) static void measure(void) {
  for (;;) {
    store_level(0.1);
    store_position(0.1, -2.5);
    store_level(-2.5);
    store_position(-2.5, 0.1);
  }
}

int main(void) {
  fpu_enable();
  systick_start(1000);
  measure();
  return 0;
}

void SysTick_Handler(void) {
  SEEN = LEVEL + POSITION.x + POSITION.y;
}
