/* main gives SysTick a device that only exists at run time. Sound.
 *
 * Interrupts are off until it is there, and SysTick does not run before. */
#include "firmware/shared/cortexm.h"

struct device {
  uint32_t step;
  uint32_t total;
};

static __attribute__((section(".noinit"))) struct device DEVICE;

int main(void) {
  interrupts_disable();
  DEVICE.total = 0;
  DEVICE.step = 7;
  systick_start(1000);
  interrupts_enable();
  for (;;) {
    nop();
  }
}

void SysTick_Handler(void) {
  DEVICE.total += DEVICE.step;
}
