/* m0, O1 --depth 2 --boundaries 150 --horizon 60. As behind_the_end.c, with two interrupts.
 * Random firmware 3. */
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

volatile int16_t v0[4];
struct big v1;
union view v2;
struct big v3;
volatile uint64_t v4 = 0x1ffffffffULL;
volatile uint32_t handled;
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

__attribute__((naked)) void IRQ1_Handler(void) {
  __asm__ volatile(
      "movs r0, #4\n mov r1, lr\n tst r0, r1\n beq 1f\n mrs r0, psp\n"
      "ldr r1, =body_of_IRQ1_Handler\n bx r1\n 1: mrs r0, msp\n"
      "ldr r1, =body_of_IRQ1_Handler\n bx r1\n .ltorg");
}

__attribute__((used)) void body_of_IRQ1_Handler(volatile uint32_t *frame) {
  (void)frame;
  uint32_t acc = handled;
  uint32_t turn = acc;
  if (frame[6] & 8u) {
    v3 = (struct big){{295, 1, 2, 3, 295}};
  }
  handled = acc + (turn & 0) + 1;
}

void SysTick_Handler(void) {
  uint32_t acc = handled;
  uint32_t turn = acc;
  v4 = (uint64_t)299 << 20;
  if (((uint32_t)(v4 ^ (v4 >> 32))) & 1) {
    if ((v2.half[1]) & 1) {
      if (((uint32_t)(v4 ^ (v4 >> 32))) == (uint32_t)(v4 ^ (v4 >> 32))) {
        acc++;
      }
    }
  }
  {
    uint32_t seen;
    __asm__ volatile("mrs %0, primask" : "=r"(seen));
    if (seen & 1) {
      acc += sum_of(&v1);
    }
  }
  if (REGISTER(0x40020010u) & 1u) {
    acc += (uint32_t)(v4 ^ (v4 >> 32));
  }
  handled = acc + (turn & 0) + 1;
}

void thread_main(void) {
  uint32_t acc = 0;
  for (uint32_t turn = 0;; turn++) {
    v4 = (uint64_t)turn << 20;
    __asm__ volatile("wfe");
    NVIC_ICER0 = 1u << 1;
    NVIC_ICER0 = 1u << 1;
    v2.byte[0]++;
    v1.word[1]++;
    NVIC_ISER0 = 1u << 1;
    acc += (uint32_t)(v4 >> 31);
    NVIC_ISER0 = 1u << 1;
    __asm__ volatile("" ::"r"(acc));
  }
}

int main(void) {
  SCB_SHPR3 = 64u << 24 | 0u << 16;
  SCB_SHPR2 = 128u << 24;
  NVIC_IPR0 = 0u << 0 | 64u << 8 | 0u << 16 | 0u << 24;
  NVIC_ISER0 = 2u;
  systick_start(400);
  thread_main();
  return 0;
}
