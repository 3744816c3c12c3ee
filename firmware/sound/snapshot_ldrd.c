/* Two words that one LDRD reads (the guide's snapshot): interrupted between its words
 * it begins again, so that both are of one time. */
#include "firmware/shared/cortexm.h"

static volatile struct { uint32_t x, y; } point __attribute__((aligned(8)));
static volatile uint32_t sum;

int main(void) {
  systick_start(1000);
  for (;;) {
    uint32_t x;
    uint32_t y;
    __asm__ volatile("ldrd %0, %1, [%2]" : "=r"(x), "=r"(y) : "r"(&point) : "memory");
    sum = x + y;
  }
}

void SysTick_Handler(void) {
  point.x = point.x + 1;
  point.y = point.y - 1;
}
