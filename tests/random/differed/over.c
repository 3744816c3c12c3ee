/* m0, O0. A natural handler that is over where the exception is injected is no intruder. Random
 * firmware 266. */
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

struct bits v0;
volatile uint8_t v1;
volatile struct bits v2;
volatile uint32_t handled;
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

void SysTick_Handler(void) {
  uint32_t acc = handled;
  uint32_t turn = acc;
  v1 ^= 5;
  if (((uint32_t)v1) & 1) {
    v0.two = turn & 127;
  }
  v1 ^= 5;
  handled = acc + (turn & 0) + 1;
}

void thread_main(void) {
  uint32_t acc = 0;
  for (uint32_t turn = 0;; turn++) {
    acc += (uint32_t)v1;
    acc += v0.one;
    {
      uint32_t saved;
      __asm__ volatile("mrs %0, primask\n cpsid i" : "=r"(saved)::"memory");
      v1 = (uint8_t)turn;
      if (((uint32_t)v1) & 1) {
        if ((v0.two) & 1) {
          if (((uint32_t)v1) == v0.two) {
            acc++;
          }
        }
      }
      __asm__ volatile("msr primask, %0" ::"r"(saved) : "memory");
    }
    if ((v2.one) == v0.two) {
      acc++;
    }
    acc += (uint32_t)v1;
    __asm__ volatile("" ::"r"(acc));
  }
}

int main(void) {
  SCB_SHPR3 = 192u << 24 | 192u << 16;
  SCB_SHPR2 = 128u << 24;
  NVIC_IPR0 = 192u << 0 | 128u << 8 | 0u << 16 | 64u << 24;
  systick_start(150);
  thread_main();
  return 0;
}
