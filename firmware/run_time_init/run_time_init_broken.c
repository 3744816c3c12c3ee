/* The device of run_time_init.c, made after the timer was started.
 *
 * The first tick can come before there is anything to use, and RAM holds
 * anything after power on; or it comes halfway. */
#include "firmware/shared/cortexm.h"

struct device {
  uint32_t step;
  uint32_t total;
};

static __attribute__((section(".noinit"))) struct device DEVICE;

int main(void) {
  systick_start(1000);
  // expect: unsynchronised DEVICE.total [m0], unsynchronised DEVICE.total [m3 O0]
  DEVICE.total = 0;
  // expect: unsynchronised DEVICE.step
  DEVICE.step = 7;
  for (;;) {
    nop();
  }
}

void SysTick_Handler(void) {
  // expect: uninitialised-read DEVICE.step
  // expect: uninitialised-read DEVICE.total [m0], uninitialised-read DEVICE.total [m3 O0]
  DEVICE.total += DEVICE.step;
}
