/* A point of two words that main moves one word at a time. Each word is written
 * whole, and still SysTick sees points that never were: the new x with the old y. */
#include "firmware/shared/cortexm.h"

static volatile struct point { uint32_t x, y; } point;
static volatile uint32_t seen;

int main(void) {
  uint32_t at = 0;
  systick_start(1000);
  for (;;) {
    at++;
    point.x = at;  // expect: inconsistent-snapshot point.y
    point.y = 2 * at;
  }
}

void SysTick_Handler(void) {
  seen = point.x ^ point.y;
}
