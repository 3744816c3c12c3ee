/* m3, Os --devices 1. What is run to rank a new sighting was told to the detectors, so
 * that counts depended on the number of workers. */
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

struct big v0;
volatile uint32_t v1;
volatile int32_t v2[4];
volatile int64_t v3 = 0x1ffffffffULL;
volatile uint32_t handled;
void IRQ1_Handler(void);
void body_of_IRQ1_Handler(volatile uint32_t *);
void IRQ3_Handler(void);
void body_of_IRQ3_Handler(volatile uint32_t *);
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

void IRQ1_Handler(void) {
  uint32_t acc = handled;
  uint32_t turn = acc;

  handled = acc + (turn & 0) + 1;
}

void IRQ3_Handler(void) {
  uint32_t acc = handled;
  uint32_t turn = acc;
  interrupts_disable();
  v3 = (uint64_t)turn << 20;
  v0 = (struct big){{acc, 1, 2, 3, acc}};
  interrupts_enable();
  handled = acc + (turn & 0) + 1;
}

void SysTick_Handler(void) {
  uint32_t acc = handled;
  uint32_t turn = acc;
  NVIC_ISPR0 = 1u << 3;
  handled = acc + (turn & 0) + 1;
}

void thread_main(void) {
  uint32_t acc = 0;
  for (uint32_t turn = 0;; turn++) {
    for (unsigned i = 0; i < 4; i++) {
      v2[i] = i + acc;
    }
    acc += (uint32_t)(v3 >> 31);
    interrupts_disable();
    v0.word[0]++;
    if (((uint32_t)(v3 >> 31)) & 1) {
      acc += (uint32_t)(v3 >> 31);
    }
    interrupts_enable();
    v0 = (struct big){{turn, 1, 2, 3, turn}};
    acc += (uint32_t)(v3 ^ (v3 >> 32));
    {
      uint32_t saved;
      __asm__ volatile("mrs %0, basepri" : "=r"(saved));
      basepri_write(64);
      v1++;
      acc += sum_of(&v0);
      basepri_write(saved);
    }
    __asm__ volatile("" ::"r"(acc));
  }
}

int main(void) {
  SCB_SHPR3 = 64u << 24 | 128u << 16;
  SCB_SHPR2 = 64u << 24;
  NVIC_IPR0 = 0u << 0 | 0u << 8 | 64u << 16 | 64u << 24;
  NVIC_ISER0 = 10u;
  REGISTER(0x4000300cu) = 38;
  REGISTER(0x40003018u) = 1;
  systick_start(60);
  thread_main();
  return 0;
}
