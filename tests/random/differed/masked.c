/* m0, O2. Two contexts above the victim: the exception is masked where it is injected, and
 * lands where the handler returns. Random firmware 66. */
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

bool v0;
volatile bool v1;
struct big v2;
volatile uint32_t handled;
void IRQ0_Handler(void);
void body_of_IRQ0_Handler(volatile uint32_t *);
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

__attribute__((naked)) void IRQ0_Handler(void) {
  __asm__ volatile(
      "movs r0, #4\n mov r1, lr\n tst r0, r1\n beq 1f\n mrs r0, psp\n"
      "ldr r1, =body_of_IRQ0_Handler\n bx r1\n 1: mrs r0, msp\n"
      "ldr r1, =body_of_IRQ0_Handler\n bx r1\n .ltorg");
}

__attribute__((used)) void body_of_IRQ0_Handler(volatile uint32_t *frame) {
  (void)frame;
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
  v1 = !v1;
  handled = acc + (turn & 0) + 1;
}

void thread_main(void) {
  uint32_t acc = 0;
  for (uint32_t turn = 0;; turn++) {
    NVIC_ICER0 = 1u << 0;
    SYST_CSR &= ~SYST_CSR_TICKINT;
    v1 = !v1;
    SYST_CSR |= SYST_CSR_TICKINT;
    v2 = (struct big){{163, 1, 2, 3, 163}};
    NVIC_ISER0 = 1u << 0;
    acc += (uint32_t)v1;
    acc += (uint32_t)v1;
    __asm__ volatile("movs r6, #0\n nop\n nop\n movs r6, #0" ::: "r6", "cc", "memory");
    wait_for_interrupt();
    __asm__ volatile("" ::"r"(acc));
  }
}

int main(void) {
  SCB_SHPR3 = 128u << 24 | 128u << 16;
  SCB_SHPR2 = 64u << 24;
  NVIC_IPR0 = 128u << 0 | 192u << 8 | 64u << 16 | 64u << 24;
  NVIC_ISER0 = 1u;
  systick_start(150);
  thread_main();
  return 0;
}
