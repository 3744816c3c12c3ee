/* What pruning is measured on: main works for a long time on data of its own, and
 * only now and then on what the handler writes. */
#include "firmware/shared/cortexm.h"

enum { WORDS = 256 };

static volatile uint32_t ticks;
static uint32_t work[WORDS];
static volatile uint32_t result;

int main(void) {
  uint32_t sum = 1;
  systick_start(100000);
  for (;;) {
    for (unsigned i = 0; i < WORDS; i++) {
      sum = sum * 1664525u + 1013904223u;
      work[i] ^= sum >> 7;
    }
    result = sum ^ ticks;
  }
}

void SysTick_Handler(void) {
  ticks++;
}
