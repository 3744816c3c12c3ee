/* register_group.c with the count set in a section, and the days read again. */
#include "firmware/shared/cortexm.h"

#define RTC_TIME REGISTER(0x40002800u) /* seconds of the day */
#define RTC_CNTH REGISTER(0x40002818u) /* upper half of the count */
#define RTC_CNTL REGISTER(0x4000281cu)

static volatile uint32_t days;
static volatile uint32_t now;
static volatile uint32_t stamp;

__attribute__((noinline)) static void set_count(uint32_t count) {
  interrupts_disable();
  RTC_CNTH = count >> 16;
  RTC_CNTL = count & 0xffffu;
  interrupts_enable();
}

__attribute__((noinline)) static uint32_t read_clock(void) {
  uint32_t full;
  uint32_t part;
  do {
    full = days;
    part = RTC_TIME;
  } while (full != days);
  return (full << 17) + part;
}

int main(void) {
  RTC_TIME = 40;
  NVIC_ISER0 = 3u;
  for (uint32_t count = 0x0001ffffu;; count += 0x8001u) {
    set_count(count);
    now = read_clock();
  }
}

void IRQ0_Handler(void) { /* the alarm */
  stamp = RTC_CNTH << 16 | RTC_CNTL;
}

void IRQ1_Handler(void) { /* midnight */
  days = days + 1;
  RTC_TIME = days & 7u;
}
