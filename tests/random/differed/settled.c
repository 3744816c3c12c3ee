/* m3, O2. The handler that comes by itself leaves a suspicion, which is settled while the
 * probe's own is open. Random firmware 135. */
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
volatile uint64_t v1 = 0x1ffffffffULL;
volatile enum state v2 = 1;
volatile uint64_t v3 = 0x1ffffffffULL;
volatile uint32_t handled;
void IRQ2_Handler(void);
void body_of_IRQ2_Handler(volatile uint32_t *);
void PendSV_Handler(void);
void body_of_PendSV_Handler(volatile uint32_t *);
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

void IRQ2_Handler(void) {
  uint32_t acc = handled;
  uint32_t turn = acc;
  v2 = turn & 1 ? DONE : BUSY;
  v1 = turn & 1 ? 0x1111111122222222ULL : 0;
  handled = acc + (turn & 0) + 1;
}

void PendSV_Handler(void) {
  uint32_t acc = handled;
  uint32_t turn = acc;

  handled = acc + (turn & 0) + 1;
}

void SysTick_Handler(void) {
  uint32_t acc = handled;
  uint32_t turn = acc;
  v1 = (uint64_t)219 << 20;
  acc += (uint32_t)(v3 ^ (v3 >> 32));
  handled = acc + (turn & 0) + 1;
}

void thread_main(void) {
  uint32_t acc = 0;
  for (uint32_t turn = 0;; turn++) {
    if (((uint32_t)v2) == v0.word[1]) {
      acc++;
    }
    acc += (uint32_t)(v3 ^ (v3 >> 32));
    acc += deep(acc, 2);
    acc += (uint32_t)(v1 ^ (v1 >> 32));
    v3 = turn & 1 ? 0x1111111122222222ULL : 0;
    acc += (uint32_t)v2;
    if (((uint32_t)(v3 >> 31)) == (uint32_t)v2) {
      acc++;
    }
    __asm__ volatile("" ::"r"(acc));
  }
}

int main(void) {
  SCB_SHPR3 = 0u << 24 | 128u << 16;
  SCB_SHPR2 = 0u << 24;
  NVIC_IPR0 = 192u << 0 | 192u << 8 | 192u << 16 | 192u << 24;
  NVIC_ISER0 = 4u;
  systick_start(60);
  thread_main();
  return 0;
}
