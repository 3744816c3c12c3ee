/* m3, O0. The section covers the victim's first access: the order with the handler first begins
 * ahead of it. Random firmware 71. */
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

volatile double v0;
volatile struct bits v1;
volatile int8_t v2;
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

void IRQ1_Handler(void) {
  uint32_t acc = handled;
  uint32_t turn = acc;
  SYST_CSR &= ~SYST_CSR_TICKINT;
  v1.one++;
  SYST_CSR |= SYST_CSR_TICKINT;
  if (((uint32_t)(v1.three + v1.one)) & 1) {
    v0 = acc & 1 ? 2.5 : 1e300;
  }
  acc += (uint32_t)(v0 == 2.5);
  handled = acc + (turn & 0) + 1;
}

void SysTick_Handler(void) {
  uint32_t acc = handled;
  uint32_t turn = acc;
  NVIC_ISPR0 = 1u << 1;
  v1.two = 294 & 127;
  acc += (uint32_t)v2;
  handled = acc + (turn & 0) + 1;
}

void thread_main(void) {
  uint32_t acc = 0;
  for (uint32_t turn = 0;; turn++) {
    __asm__ volatile("movs r6, #0\n nop\n nop\n movs r6, #0" ::: "r6", "cc", "memory");
    interrupts_disable();
    v1.two = acc & 127;
    if (((uint32_t)(v0 == 2.5)) == (uint32_t)v2) {
      acc++;
    }
    interrupts_enable();
    v2 ^= 5;
    SYST_CSR &= ~SYST_CSR_TICKINT;
    v0 = turn & 1 ? 2.5 : 1e300;
    SYST_CSR |= SYST_CSR_TICKINT;
    __asm__ volatile("" ::"r"(acc));
    wait_for_interrupt();
  }
}

int main(void) {
  SCB_SHPR3 = 192u << 24 | 64u << 16;
  SCB_SHPR2 = 0u << 24;
  NVIC_IPR0 = 0u << 0 | 128u << 8 | 64u << 16 | 0u << 24;
  NVIC_ISER0 = 2u;
  systick_start(150);
  thread_main();
  return 0;
}
