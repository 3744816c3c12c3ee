/* A time made of a count of overflows, kept by a handler, and of the counter itself.
 * Where the counter overflows between the two reads, the old count goes with the new
 * counter: time goes back. The shape of mbed-os 4026 and rtic 825. */
#include "firmware/shared/cortexm.h"

#define RTC_COUNTER REGISTER(0x40011504u)  /* 8 bits */
#define RTC_OVERFLOW REGISTER(0x4001114cu) /* the event, until 0 is written */

static volatile uint32_t overflows;
static volatile uint32_t now, newest;

__attribute__((noinline)) static uint32_t time_read(void) {
  uint32_t high = overflows;
  return high << 8 | RTC_COUNTER;
}

int main(void) {
  RTC_OVERFLOW = 0;
  NVIC_ISER0 = 1u << 0;
  systick_start(100);
  for (;;) {
    newest = now;
    now = time_read();  // expect: broken-invariant now
    wait_for_interrupt();
  }
}

void IRQ0_Handler(void) {
  RTC_OVERFLOW = 0;
  overflows = overflows + 1;
}

void SysTick_Handler(void) {}
