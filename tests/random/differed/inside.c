/* m0, O2 --boundaries 1000 --horizon 300 --chain 256. A mask held the exception back in
 * the middle of an instruction: it came behind it, and the victim could be followed. */
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
volatile enum small v1 = 1;
volatile struct bits v2;
volatile uint16_t v3;
volatile uint32_t v4;
volatile uint32_t handled;
volatile uint32_t own[8];
void IRQ0_Handler(void);
void body_of_IRQ0_Handler(volatile uint32_t *);
void IRQ2_Handler(void);
void body_of_IRQ2_Handler(volatile uint32_t *);
void PendSV_Handler(void);
void body_of_PendSV_Handler(volatile uint32_t *);
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
  SCB_ICSR = SCB_ICSR_PENDSVSET;
  handled = acc + (turn & 0) + 1;
}

void IRQ2_Handler(void) {
  uint32_t acc = handled;
  uint32_t turn = acc;

  handled = acc + (turn & 0) + 1;
}

void PendSV_Handler(void) {
  uint32_t acc = handled;
  uint32_t turn = acc;

  handled = acc + (turn & 0) + 1;
}

void thread_main(void) {
  uint32_t acc = 0;
  for (uint32_t turn = 0;; turn++) {
    interrupts_disable();
    interrupts_disable();
    acc += (uint32_t)(v2.three + v2.one);
    interrupts_enable();
    if ((v0.word[2]) == v0.word[1]) {
      acc++;
    }
    interrupts_enable();
    for (unsigned i = 0; i < 24; i++) {
      acc = acc * 3 + i;
      __asm__ volatile("" : "+r"(acc));
      acc += own[i & 7];
    }
    interrupts_disable();
    v0 = (struct big){{278, 1, 2, 3, 278}};
    acc += v0.word[2];
    interrupts_enable();
    __asm__ volatile("" ::"r"(acc));
  }
}

int main(void) {
  SCB_SHPR3 = 0u << 24 | 0u << 16;
  SCB_SHPR2 = 128u << 24;
  NVIC_IPR0 = 192u << 0 | 128u << 8 | 192u << 16 | 192u << 24;
  NVIC_ISER0 = 5u;
  __asm__ volatile("msr psp, %0\n msr control, %1\n isb" ::"r"(0x20008000u), "r"(2) : "memory");
  thread_main();
  return 0;
}
