/* What deciding several interrupts at once is measured on: the same work as long_work, and
 * three interrupts enabled, as of a program with a timer, a receiver and a tick. */
#include "firmware/shared/cortexm.h"

enum { WORDS = 256 };

static volatile uint32_t ticks, received, expired;
static uint32_t work[WORDS];
static volatile uint32_t result;

int main(void) {
  uint32_t sum = 1;
  systick_start(100000);
  NVIC_ISER0 = 3;
  for (;;) {
    for (unsigned i = 0; i < WORDS; i++) {
      sum = sum * 1664525u + 1013904223u;
      work[i] ^= sum >> 7;
    }
    result = sum ^ ticks ^ received ^ expired;
  }
}

void SysTick_Handler(void) {
  ticks++;
}

void IRQ0_Handler(void) {
  received++;
}

void IRQ1_Handler(void) {
  expired++;
}
