/* m0, O0. A task switch in the middle of SVCall leaves it the other task's registers. Random
 * firmware 552. */
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

volatile union view v0;
union view v1;
uint32_t targets_v2[2];
uint32_t *volatile v2 = targets_v2;
volatile uint32_t v3[4];
volatile uint8_t v4;
volatile uint32_t handled;
void IRQ0_Handler(void);
void body_of_IRQ0_Handler(volatile uint32_t *);
void IRQ3_Handler(void);
void body_of_IRQ3_Handler(volatile uint32_t *);
void SVCall_Handler(void);
void body_of_SVCall_Handler(volatile uint32_t *);
void SysTick_Handler(void);
void body_of_SysTick_Handler(volatile uint32_t *);
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

  handled = acc + (turn & 0) + 1;
}

void IRQ3_Handler(void) {
  uint32_t acc = handled;
  uint32_t turn = acc;

  handled = acc + (turn & 0) + 1;
}

__attribute__((naked)) void SVCall_Handler(void) {
  __asm__ volatile(
      "movs r0, #4\n mov r1, lr\n tst r0, r1\n beq 1f\n mrs r0, psp\n"
      "ldr r1, =body_of_SVCall_Handler\n bx r1\n 1: mrs r0, msp\n"
      "ldr r1, =body_of_SVCall_Handler\n bx r1\n .ltorg");
}

__attribute__((used)) void body_of_SVCall_Handler(volatile uint32_t *frame) {
  (void)frame;
  uint32_t acc = handled;
  uint32_t turn = acc;

  handled = acc + (turn & 0) + 1;
}

void SysTick_Handler(void) {
  uint32_t acc = handled;
  uint32_t turn = acc;

  handled = acc + (turn & 0) + 1;
}

void thread_main(void) {
  uint32_t acc = 0;
  for (uint32_t turn = 0;; turn++) {
    SCB_ICSR = SCB_ICSR_PENDSVSET;
    __asm__ volatile("movs r5, #0\n nop\n nop\n movs r5, #0" ::: "r5", "cc", "memory");
    __asm__ volatile("" ::"r"(acc));
  }
}

void task_main(void) {
  uint32_t acc = 0;
  for (uint32_t turn = 0;; turn++) {
    supervisor_call();
    __asm__ volatile("" ::"r"(acc));
  }
}

int main(void) {
  tasks_start();
  SCB_SHPR3 = 192u << 24 | 0u << 16;
  SCB_SHPR2 = 128u << 24;
  NVIC_IPR0 = 0u << 0 | 128u << 8 | 192u << 16 | 128u << 24;
  NVIC_ISER0 = 9u;
  systick_start(400);
  __asm__ volatile("msr psp, %0\n msr control, %1\n isb" ::"r"(0x20008000u), "r"(2) : "memory");
  thread_main();
  return 0;
}
