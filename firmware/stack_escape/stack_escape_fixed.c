/* stack_escape.c with a static result: it outlives the function that asks for it. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t *volatile target;
static volatile uint32_t kept;
static volatile uint32_t working;

__attribute__((noinline)) static void start(void) {
  static volatile uint32_t result;
  target = &result;
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
    *target = 1;
  }
}
