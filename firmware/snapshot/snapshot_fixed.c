/* snapshot.c with the two writes in one section. */
#include "firmware/shared/cortexm.h"

static volatile struct point { uint32_t x, y; } point;
static volatile uint32_t seen;

int main(void) {
  uint32_t at = 0;
  systick_start(1000);
  for (;;) {
    at++;
    interrupts_disable();
    point.x = at;
    point.y = 2 * at;
    interrupts_enable();
  }
}

void SysTick_Handler(void) {
  seen = point.x ^ point.y;
}
