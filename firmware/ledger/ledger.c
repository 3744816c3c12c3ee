/* Money moved from one account to the other, in two sections: each access is masked,
 * and still the handler sees a sum that never was. No single variable shows it; that
 * move() must be as if it ran in one piece, the scenario has to say. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t first = 100;
static volatile uint32_t second;
static volatile uint32_t sum;

static __attribute__((noinline)) void move(uint32_t amount) {
  interrupts_disable();
  first -= amount;  // expect: non-serialisable first
  interrupts_enable();
  interrupts_disable();
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
