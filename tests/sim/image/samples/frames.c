/* Two levels of inlined functions; the marks say which line is meant. */
#include "vectors.h"

#ifdef CPU_NAME /* gcc names the architecture, the assembler also the core */
__asm__(".cpu " CPU_NAME);
#endif

volatile int sink;

static inline __attribute__((always_inline)) void inner(int value) {
  sink = value; /* mark: inner */
}

static inline __attribute__((always_inline)) void middle(int value) {
  inner(value + 1); /* mark: middle */
}

__attribute__((noinline)) void outer(int value) {
  middle(value); /* mark: outer */
}

void SysTick_Handler(void) {
  outer(3);
}

void Uart_Handler(void) __attribute__((weak, alias("Default_Handler")));

void Default_Handler(void) {
  for (;;) {
  }
}

/* A function without a size and without DWARF. */
__asm__(
    ".pushsection .text.unsized,\"ax\",%progbits\n"
    ".thumb_func\n"
    ".type unsized, %function\n"
    ".global unsized\n"
    "unsized: nop\n nop\n bx lr\n"
    ".popsection\n");
void unsized(void);

void Reset_Handler(void) {
  unsized();
  for (;;) {
    outer(1);
  }
}
