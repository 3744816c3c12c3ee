/* uninitialised.c in the right order. */
#include "firmware/shared/cortexm.h"

__asm__(".global period\n.set period, 0x20001000");
extern volatile uint32_t period;

static volatile uint32_t next;

int main(void) {
  period = 10;
  systick_start(1000);
  for (;;) {
    nop();
  }
}

void SysTick_Handler(void) {
  next = next + period;
}
