/* The same in one section. Sound. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t first = 100;
static volatile uint32_t second;
static volatile uint32_t sum;

static __attribute__((noinline)) void move(uint32_t amount) {
  interrupts_disable();
  first -= amount;
  second += amount;
  interrupts_enable();
}

int main(void) {
  systick_start(200);
  for (;;) {
    move(10);
    move(-10u);
  }
}

void SysTick_Handler(void) {
  sum = first + second;
}
