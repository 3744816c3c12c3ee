/* Main works for longer than the horizon on data of its own, between reading what the
 * handler changes and coming back to it. Behind the one a handler of its own runs, and of
 * the other only the last places within the horizon show the double fetch. */
#include "firmware/shared/cortexm.h"

enum { LONG = 200, SHORT = 20 }; /* rounds of some 7 instructions */

static volatile uint32_t kept, mode; /* IRQ 0 changes them */
static uint32_t work[8];
static const uint32_t table[8] = {3, 1, 4, 1, 5, 9, 2, 6};
#define message (*(volatile uint32_t *)0x20002000) /* start-up code does not clear it */
static volatile uint32_t received, result;

void IRQ0_Handler(void) {
  kept += 100;
  mode += 100;
}

void SVCall_Handler(void) {
  received = message;
}

static void work_alone(unsigned rounds) {
  for (unsigned i = 0; i < rounds; i++) {
    work[i % 8] += i;
  }
}

static __attribute__((noinline)) uint32_t sum_up(unsigned rounds) {
  uint32_t sum = 0;
  for (unsigned i = 0; i < rounds; i++) {
    sum = sum * 31 + table[i % 8];
  }
  return sum;
}

int main(void) {
  NVIC_ISER0 = 1;
  uint32_t value = kept;
  work_alone(LONG);
  message = value;
  work_alone(SHORT);
  __asm__ volatile("svc 0");
  received += kept;

  uint32_t first = mode;
  uint32_t sum = sum_up(LONG);
  uint32_t again = mode;
  result = first + again + sum;
  breakpoint();
  return 0;
}
