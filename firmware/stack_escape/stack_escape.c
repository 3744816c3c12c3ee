/* A handler that writes through a pointer to a local variable whose function may
 * have returned.
 *
 * start() hands the address of its local to SysTick and returns without taking it
 * back. A tick that comes while work() runs writes into what work() keeps there. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t *volatile target;
static volatile uint32_t kept;
static volatile uint32_t working;

__attribute__((noinline)) static void deliver_to(volatile uint32_t *result) {
  target = result;
}

__attribute__((noinline)) static void start(void) {
  volatile uint32_t result = 0;
  deliver_to(&result);
  kept = result;
}

__attribute__((noinline)) static void work(void) {
  volatile uint32_t numbers[16];
  working = 1;
  for (uint32_t i = 0; i < 16; i++) {
    numbers[i] = i;
  }
  kept = numbers[15];
  working = 0;
}

int main(void) {
  systick_start(1000);
  for (;;) {
    start();
    work();
  }
}

void SysTick_Handler(void) {
  if (working != 0) {
    *target = 1;  // expect: stack-escape
  }
}
