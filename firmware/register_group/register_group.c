/* A real-time clock whose 32-bit count is two registers of 16 bits, and whose days are
 * counted in memory.
 *
 * Nothing in the program says what belongs together; the scenario's `groups` does. The
 * alarm reads the count while main has set one half of it, and a new day begins between
 * main's two reads. */
#include "firmware/shared/cortexm.h"

#define RTC_TIME REGISTER(0x40002800u) /* seconds of the day */
#define RTC_CNTH REGISTER(0x40002818u) /* upper half of the count */
#define RTC_CNTL REGISTER(0x4000281cu)

static volatile uint32_t days;
static volatile uint32_t now;
static volatile uint32_t stamp;

__attribute__((noinline)) static void set_count(uint32_t count) {
  RTC_CNTH = count >> 16;  // expect: inconsistent-snapshot
  RTC_CNTL = count & 0xffffu;
}

__attribute__((noinline)) static uint32_t read_clock(void) {
  uint32_t full = days;  // expect: inconsistent-snapshot
  return (full << 17) + RTC_TIME;
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
