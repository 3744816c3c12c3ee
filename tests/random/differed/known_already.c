/* m0, O1. What is run to where the exception could come again is told to no detector: it is
 * not run for findings that are known. Random firmware 277. */
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

int64_t v0 = 0x1ffffffffULL;
struct big v1;
volatile uint32_t handled;
void IRQ0_Handler(void);
void body_of_IRQ0_Handler(volatile uint32_t *);
void IRQ1_Handler(void);
void body_of_IRQ1_Handler(volatile uint32_t *);
void SysTick_Handler(void);
void body_of_SysTick_Handler(volatile uint32_t *);
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
  interrupts_disable();
  {
    uint32_t saved;
    __asm__ volatile("mrs %0, primask\n cpsid i" : "=r"(saved)::"memory");
    v0 = turn & 1 ? 0x1111111122222222ULL : 0;
    v0 += 0x80000000u;
    __asm__ volatile("msr primask, %0" ::"r"(saved) : "memory");
  }
  v0 = (uint64_t)226 << 20;
  interrupts_enable();
  handled = acc + (turn & 0) + 1;
}

void IRQ1_Handler(void) {
  uint32_t acc = handled;
  uint32_t turn = acc;

  handled = acc + (turn & 0) + 1;
}

void SysTick_Handler(void) {
  uint32_t acc = handled;
  uint32_t turn = acc;
  v0++;
  v0 += 0x80000000u;
  SYST_CSR &= ~SYST_CSR_TICKINT;
  NVIC_ICER0 = 1u << 1;
  v0 = (uint64_t)turn << 20;
  v0 = (uint64_t)acc << 20;
  NVIC_ISER0 = 1u << 1;
  acc += v1.word[2];
  SYST_CSR |= SYST_CSR_TICKINT;
  REGISTER(0x40001000u) &= ~8u;
  handled = acc + (turn & 0) + 1;
}

void thread_main(void) {
  uint32_t acc = 0;
  for (uint32_t turn = 0;; turn++) {
    interrupts_disable();
    v0 = (uint64_t)acc << 20;
    interrupts_enable();
    nop();
    acc += (uint32_t)(v0 >> 31);
    nop();
    __asm__ volatile("" ::"r"(acc));
  }
}

int main(void) {
  SCB_SHPR3 = 0u << 24 | 192u << 16;
  SCB_SHPR2 = 64u << 24;
  NVIC_IPR0 = 64u << 0 | 128u << 8 | 64u << 16 | 64u << 24;
  NVIC_ISER0 = 3u;
  systick_start(150);
  __asm__ volatile("msr psp, %0\n msr control, %1\n isb" ::"r"(0x20008000u), "r"(2) : "memory");
  thread_main();
  return 0;
}
