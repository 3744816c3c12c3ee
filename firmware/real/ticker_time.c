/* A 64-bit time, brought up to date by whoever asks and by the ticker's handler.
 *
 * Shape of ARMmbed/mbed-os pull request 9186: the member was updated outside the
 * critical section. An update is lost, and the handler can find half of one. */
#include "firmware/shared/cortexm.h"

static struct {
  uint32_t frequency;
  uint64_t present_time;
} TICKER = {.frequency = 1, .present_time = 0xffffff00};

static void ticker_update(uint32_t elapsed) {
  // expect: lost-update TICKER.present_time, torn-write TICKER.present_time
  // expect: torn-read TICKER.present_time [m0]
  TICKER.present_time += elapsed;
}

int main(void) {
  systick_start(1000);
  for (;;) {
    ticker_update(0x200);
    compiler_barrier();
  }
}

void SysTick_Handler(void) {
  TICKER.present_time += 0x100;
}
