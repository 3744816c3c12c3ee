/* missing_clobber.c with sections that say that memory may change. */
#include "firmware/shared/cortexm.h"

static uint32_t samples[4] = {1, 2, 3, 4};
static uint32_t sum;

static inline uint32_t mask(void) {
  uint32_t before;
  __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(before)::"memory");
  return before;
}

static inline void unmask(uint32_t before) {
  __asm__ volatile("msr primask, %0" : : "r"(before) : "memory");
}

__attribute__((noinline)) static void add(unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    uint32_t sample = samples[i];
    uint32_t before = mask();
    sum += sample;
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
