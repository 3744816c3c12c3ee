/* m0, O2 --depth 2 --boundaries 150 --horizon 60. A second interrupt switches back to the task
 * whose read the first one tore. Random firmware 139. */
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

volatile struct bits v0;
volatile double v1;
volatile uint32_t handled;
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

uint32_t *task_sp[2];
uint32_t task_now;
void task_main(void);

__attribute__((used)) uint32_t *switch_task(uint32_t *sp) {
  task_sp[task_now] = sp;
  task_now ^= 1;
  return task_sp[task_now];
}

__attribute__((naked)) void PendSV_Handler(void) {
  __asm__ volatile(
      ".syntax unified\n mrs r0, psp\n subs r0, #32\n stmia r0!, {r4-r7}\n"
      "mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"
      "stmia r0!, {r4-r7}\n subs r0, #32\n push {r3, lr}\n bl switch_task\n"
      "adds r0, #16\n ldmia r0!, {r4-r7}\n"
      "mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n"
      "subs r0, #32\n ldmia r0!, {r4-r7}\n adds r0, #16\n msr psp, r0\n"
      "pop {r3, pc}\n");
}

static void tasks_start(void) {
  uint32_t *frame = (uint32_t *)0x20009000u - 16;
  frame[14] = (uint32_t)task_main | 1u;
  frame[15] = 0x01000000u;
  task_sp[1] = frame;
}

void IRQ0_Handler(void) {
  uint32_t acc = handled;
  uint32_t turn = acc;
  {
    uint32_t seen;
    seen = NVIC_ISPR0 | REGISTER(0xe000e300u);
    if (seen & 1) {
      v1 = acc & 1 ? 2.5 : 1e300;
    }
  }
  SCB_ICSR = SCB_ICSR_PENDSVSET;
  handled = acc + (turn & 0) + 1;
}

void IRQ2_Handler(void) {
  uint32_t acc = handled;
  uint32_t turn = acc;

  handled = acc + (turn & 0) + 1;
}

void thread_main(void) {
  uint32_t acc = 0;
  for (uint32_t turn = 0;; turn++) {
    if (((uint32_t)(v1 == 2.5)) & 1) {
      if ((v0.one) == v0.one) {
        acc++;
      }
    }
    v1 = acc & 1 ? 2.5 : 1e300;
    __asm__ volatile("" ::"r"(acc));
    wait_for_interrupt();
  }
}

void task_main(void) {
  uint32_t acc = 0;
  for (uint32_t turn = 0;; turn++) {
    __asm__ volatile("" ::"r"(acc));
  }
}

int main(void) {
  tasks_start();
  SCB_SHPR3 = 192u << 24 | 192u << 16;
  SCB_SHPR2 = 128u << 24;
  NVIC_IPR0 = 0u << 0 | 192u << 8 | 128u << 16 | 192u << 24;
  NVIC_ISER0 = 5u;
  __asm__ volatile("msr psp, %0\n msr control, %1\n isb" ::"r"(0x20008000u), "r"(2) : "memory");
  thread_main();
  return 0;
}
