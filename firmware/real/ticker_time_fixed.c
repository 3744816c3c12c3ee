/* The time of ticker_time.c, brought up to date under PRIMASK. */
#include "firmware/shared/cortexm.h"

static struct {
  uint32_t frequency;
  uint64_t present_time;
} TICKER = {.frequency = 1, .present_time = 0xffffff00};

static void ticker_update(uint32_t elapsed) {
  interrupts_disable();
  TICKER.present_time += elapsed;
  interrupts_enable();
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
