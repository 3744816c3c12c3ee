/* A timer's interrupt reads 64 bits that main writes in two halves. What differs
 * from part to part comes from the command line: where RAM ends, the timer's IRQ, and
 * what is written to start it and to acknowledge it. */
#include <stdint.h>

#define WRITE(address, value) (*(volatile uint32_t *)(address) = (value))

enum { VECTORS = 16 + 64 };

volatile uint64_t stamp;
volatile uint64_t seen;

static void timer(void) {
  ACKNOWLEDGE;
  seen = stamp;
}

static void unexpected(void) {
  for (;;) {
  }
}

static void reset(void) {
  START;
  WRITE(0xe000e100 + IRQ / 32 * 4, 1U << IRQ % 32); /* NVIC_ISER */
  for (uint32_t i = 0;; i++) {
    stamp = (uint64_t)i << 32 | i;
  }
}

__attribute__((section(".vectors"), used)) static void (*const vectors[VECTORS])(void) = {
    [0] = (void (*)(void))(STACK),      [1] = reset,        [2 ... 15] = unexpected,
    [16 ... 16 + IRQ - 1] = unexpected, [16 + IRQ] = timer,
};
