/* m0, O0. A tick that comes again before its handler is over starves a lower exception:
 * no deadlock of who waits for a mask. Random firmware 981. */
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

enum state v0 = 1;
struct pair v1;
volatile int64_t v2 = 0x1ffffffffULL;
volatile uint32_t v3;
volatile uint32_t handled;
void IRQ1_Handler(void);
void body_of_IRQ1_Handler(volatile uint32_t *);
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

void IRQ1_Handler(void) {
  uint32_t acc = handled;
  uint32_t turn = acc;

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
  nop();
  acc += deep(acc, 1);
  {
    uint32_t seen;
    __asm__ volatile("mrs %0, xpsr" : "=r"(seen));
    seen >>= 28;
    if (seen & 1) {
      v2++;
    }
  }
  handled = acc + (turn & 0) + 1;
}

void thread_main(void) {
  uint32_t acc = 0;
  for (uint32_t turn = 0;; turn++) {
    SYST_CSR &= ~SYST_CSR_TICKINT;
    if (((uint32_t)v3) == (uint32_t)(v2 ^ (v2 >> 32))) {
      acc++;
    }
    if ((v1.low) == v1.low) {
      acc++;
    }
    SYST_CSR |= SYST_CSR_TICKINT;
    __asm__ volatile("wfe");
    SYST_CSR &= ~SYST_CSR_TICKINT;
    interrupts_disable();
    v1.low = turn;
    interrupts_enable();
    v1 = (struct pair){turn, 2, 3};
    SYST_CSR |= SYST_CSR_TICKINT;
    interrupts_disable();
    acc += (uint32_t)(v2 >> 31);
    interrupts_enable();
    __asm__ volatile("" ::"r"(acc));
  }
}

int main(void) {
  SCB_SHPR3 = 0u << 24 | 0u << 16;
  SCB_SHPR2 = 64u << 24;
  NVIC_IPR0 = 64u << 0 | 192u << 8 | 128u << 16 | 0u << 24;
  NVIC_ISER0 = 2u;
  systick_start(60);
  thread_main();
  return 0;
}
