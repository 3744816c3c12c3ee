/* Two sections on one variable. Each is whole by itself; that the handler comes in
 * between is allowed, and nothing is carried from one to the other. */
#include "firmware/shared/cortexm.h"

static uint32_t pending;
static volatile uint32_t served;

int main(void) {
  systick_start(1000);
  for (;;) {
    interrupts_disable();
    pending = pending + 2;
    interrupts_enable();
    interrupts_disable();
    if (pending > 0) {
      pending = pending - 1;
      served = served + 1;
    }
    interrupts_enable();
  }
}

void SysTick_Handler(void) {
  pending = pending + 1;
  if (pending > 100) {
    pending = 0;
  }
}
