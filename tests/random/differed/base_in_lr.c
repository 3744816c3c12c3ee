/* m3, O1. STM with LR as its base, cut. Random firmware 152. */
#include <stdbool.h>
#include <stdint.h>

#include "firmware/shared/cortexm.h"

#define NVIC_ICER0 REGISTER(0xe000e180u)
#define NVIC_ISPR0 REGISTER(0xe000e200u)
#define NVIC_ICPR0 REGISTER(0xe000e280u)

enum state { IDLE = 1, READY = 2, BUSY = 0x40, DONE = 0x123 };
enum small { NO, YES, MAYBE } __attribute__((packed));
struct pair {
  uint32_t low;
  uint16_t middle;
  uint8_t high;
};
struct big {
  uint32_t word[5];
};
struct bits {
  unsigned one : 3, two : 7, three : 22;
};
union view {
  uint32_t word;
  uint16_t half[2];
  uint8_t byte[4];
};

volatile bool v0;
volatile uint8_t v1;
struct big v2;
volatile uint32_t handled;
void IRQ0_Handler(void);
void body_of_IRQ0_Handler(volatile uint32_t *);
void IRQ1_Handler(void);
void body_of_IRQ1_Handler(volatile uint32_t *);
uint32_t *switch_task(uint32_t *);
void thread_main(void);

static __attribute__((noinline, unused)) uint32_t sum_of(const struct big *from) {
  struct big copy = *from;
  uint32_t sum = 0;
  for (unsigned i = 0; i < 5; i++) {
    sum += copy.word[i];
  }
  return sum;
}

static __attribute__((noinline, unused)) uint32_t deep(uint32_t seed, unsigned n) {
  volatile uint32_t buffer[6];
  buffer[seed & 3] = seed;
  buffer[5] = n;
  return n == 0 ? buffer[seed & 3] : deep(seed + buffer[5], n - 1) + 1;
}

void IRQ0_Handler(void) {
  uint32_t acc = handled;
  uint32_t turn = acc;

  handled = acc + (turn & 0) + 1;
}

void IRQ1_Handler(void) {
  uint32_t acc = handled;
  uint32_t turn = acc;

  handled = acc + (turn & 0) + 1;
}

void thread_main(void) {
  uint32_t acc = 0;
  for (uint32_t turn = 0;; turn++) {
    NVIC_ICER0 = 1u << 0;
    acc += sum_of(&v2);
    NVIC_ISER0 = 1u << 0;
    __asm__ volatile("" ::"r"(acc));
  }
}

int main(void) {
  SCB_SHPR3 = 64u << 24 | 192u << 16;
  SCB_SHPR2 = 0u << 24;
  NVIC_IPR0 = 64u << 0 | 64u << 8 | 128u << 16 | 192u << 24;
  NVIC_ISER0 = 3u;
  thread_main();
  return 0;
}
