/* Sections that the compiler does not know of: the instructions that mask are volatile,
 * but say nothing of memory. gcc at -O2 keeps the sum in a register for the whole loop:
 * the sections are empty, and the sum is read and written behind them. The shape of
 * threadx 334 and pico-sdk 1643; only the compiled image has the race. */
#include "firmware/shared/cortexm.h"

static uint32_t samples[4] = {1, 2, 3, 4};
static uint32_t sum;

static inline uint32_t mask(void) {
  uint32_t before;
  __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(before) :);
  return before;
}

static inline void unmask(uint32_t before) {
  __asm__ volatile("msr primask, %0" : : "r"(before));
}

__attribute__((noinline)) static void add(unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    uint32_t sample = samples[i];
    uint32_t before = mask();
    sum += sample;  // expect: lost-update sum [O2]
    unmask(before);
  }
}

int main(void) {
  NVIC_ISER0 = 1u << 0;
  for (;;) {
    add(4);
  }
}

void IRQ0_Handler(void) {
  sum += 100;
}
