/* A double that main stores and SysTick loads, with the FPU's own instructions.
 *
 * VSTR of a D register is one instruction and two words, as VSTM of two is four:
 * an interrupt in between finds the upper half of one value on the lower half of
 * another. Nothing of 64 bits is atomic on a Cortex-M, not even one VSTR. */
#include "firmware/shared/cortexm.h"

static volatile double LEVEL;
static volatile struct { double x, y; } POSITION;
static volatile double SEEN; /* the handler's own */

/* A loop that a vectorising programmer wrote by hand. */
static void store_position(double x, double y) {
  register double d0 __asm__("d0") = x;
  register double d1 __asm__("d1") = y;
  // expect: torn-write POSITION.x, torn-write POSITION.y
  __asm__ volatile("vstmia %2, {d0-d1}" ::"w"(d0), "w"(d1), "r"(&POSITION) : "memory");
}

__attribute__((noinline)) static void measure(void) {
  for (;;) {
    LEVEL = 0.1;  // expect: torn-write LEVEL
    store_position(0.1, -2.5);
    LEVEL = -2.5;  // expect: torn-write LEVEL
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
