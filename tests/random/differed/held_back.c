/* m0, O2. While a mask holds the exception back, the tick comes by itself. Random firmware 270.
 */
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

volatile uint8_t v0;
struct big v1;
volatile int32_t v2[4];
volatile uint64_t v3 = 0x1ffffffffULL;
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

  handled = acc + (turn & 0) + 1;
}

void IRQ1_Handler(void) {
  uint32_t acc = handled;
  uint32_t turn = acc;
  acc += sum_of(&v1);
  if (((uint32_t)(v3 ^ (v3 >> 32))) == (uint32_t)(v3 >> 31)) {
    acc++;
  }
  handled = acc + (turn & 0) + 1;
}

void SysTick_Handler(void) {
  uint32_t acc = handled;
  uint32_t turn = acc;
  {
    uint32_t saved;
    __asm__ volatile("mrs %0, primask\n cpsid i" : "=r"(saved)::"memory");
    v3 += 0x80000000u;
    __asm__ volatile("msr primask, %0" ::"r"(saved) : "memory");
  }
  acc += deep(acc, 0);
  handled = acc + (turn & 0) + 1;
}

void thread_main(void) {
  uint32_t acc = 0;
  for (uint32_t turn = 0;; turn++) {
    NVIC_ICER0 = 1u << 0;
    NVIC_ICER0 = 1u << 1;
    acc += sum_of(&v1);
    if ((sum_of(&v1)) & 1) {
      if (((uint32_t)v0) == (uint32_t)(v3 ^ (v3 >> 32))) {
        acc++;
      }
    }
    NVIC_ISER0 = 1u << 1;
    acc += v1.word[2];
    NVIC_ISER0 = 1u << 0;
    v3++;
    interrupts_disable();
    acc += v1.word[2];
    if ((v1.word[1]) & 1) {
      v1 = (struct big){{46, 1, 2, 3, 46}};
    }
    interrupts_enable();
    NVIC_ICER0 = 1u << 1;
    if (((uint32_t)(v3 ^ (v3 >> 32))) == (uint32_t)v0) {
      acc++;
    }
    v2[1]++;
    NVIC_ISER0 = 1u << 1;
    interrupts_disable();
    interrupts_disable();
    v3 = turn & 1 ? 0x1111111122222222ULL : 0;
    acc += (uint32_t)v2[2];
    interrupts_enable();
    if (((uint32_t)(v3 >> 31)) & 1) {
      acc += (uint32_t)v2[1];
    }
    interrupts_enable();
    __asm__ volatile("" ::"r"(acc));
  }
}

int main(void) {
  SCB_SHPR3 = 0u << 24 | 128u << 16;
  SCB_SHPR2 = 192u << 24;
  NVIC_IPR0 = 0u << 0 | 0u << 8 | 64u << 16 | 128u << 24;
  NVIC_ISER0 = 3u;
  systick_start(60);
  thread_main();
  return 0;
}
