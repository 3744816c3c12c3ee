/* m0, O2. The mask at the end of the window opens behind it: what is held back there is probed
 * on its own. Random firmware 528. */
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
int64_t v1 = 0x1ffffffffULL;
volatile int16_t v2;
volatile uint64_t v3[2];
volatile uint16_t v4;
volatile uint32_t handled;
void IRQ2_Handler(void);
void body_of_IRQ2_Handler(volatile uint32_t *);
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
  v2 ^= 5;
  v1++;
  handled = acc + (turn & 0) + 1;
}

void SysTick_Handler(void) {
  uint32_t acc = handled;
  uint32_t turn = acc;
  if ((sum_of(&v0)) & 1) {
    v2++;
  }
  v3[0] += 0x100000001ULL;
  NVIC_ICER0 = 1u << 2;
  v1 = (uint64_t)34 << 20;
  v4 = (uint16_t)acc;
  NVIC_ISER0 = 1u << 2;
  handled = acc + (turn & 0) + 1;
}

void thread_main(void) {
  uint32_t acc = 0;
  for (uint32_t turn = 0;; turn++) {
    nop();
    {
      uint32_t saved;
      __asm__ volatile("mrs %0, primask\n cpsid i" : "=r"(saved)::"memory");
      NVIC_ICER0 = 1u << 2;
      v2 = (int16_t)turn;
      NVIC_ISER0 = 1u << 2;
      v3[0] += 0x100000001ULL;
      __asm__ volatile("msr primask, %0" ::"r"(saved) : "memory");
    }
    interrupts_disable();
    SYST_CSR &= ~SYST_CSR_TICKINT;
    v2 = (int16_t)199;
    v4 = (uint16_t)turn;
    SYST_CSR |= SYST_CSR_TICKINT;
    acc += (uint32_t)(v1 ^ (v1 >> 32));
    interrupts_enable();
    nop();
    NVIC_ICER0 = 1u << 2;
    v4++;
    NVIC_ISER0 = 1u << 2;
    NVIC_ICER0 = 1u << 2;
    if (((uint32_t)v2) == sum_of(&v0)) {
      acc++;
    }
    NVIC_ISER0 = 1u << 2;
    SYST_CSR &= ~SYST_CSR_TICKINT;
    acc += (uint32_t)v4;
    v3[0] += 0x100000001ULL;
    SYST_CSR |= SYST_CSR_TICKINT;
    __asm__ volatile("" ::"r"(acc));
  }
}

int main(void) {
  SCB_SHPR3 = 128u << 24 | 0u << 16;
  SCB_SHPR2 = 192u << 24;
  NVIC_IPR0 = 192u << 0 | 128u << 8 | 192u << 16 | 64u << 24;
  NVIC_ISER0 = 4u;
  systick_start(60);
  thread_main();
  return 0;
}
