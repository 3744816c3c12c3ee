/* syscall_chain.c with a flag for the direction, which the kernel sets ahead of its SVC
 * and the handler takes back: LR is not asked, so that it does not matter who ran
 * before. */
#include "firmware/shared/cortexm.h"

enum { FRAME = 8, STACK = 64, PC = 6, XPSR = 7, THUMB = 1 << 24 };

static uint32_t app_stack[STACK] __attribute__((aligned(8)));
uint32_t app_registers[8]; /* r4 to r11 while the kernel runs */
volatile uint32_t called;  /* the application made a system call */
volatile uint32_t to_app;  /* the kernel wants to go there */

__attribute__((naked)) void SVCall_Handler(void) {
  __asm__ volatile(
      "ldr r0, =to_app\n"
      "ldr r1, [r0]\n"
      "cbnz r1, 1f\n"
      "ldr r0, =called\n"
      "movs r1, #1\n"
      "str r1, [r0]\n"
      "mvn lr, #6\n" /* 0xfffffff9: to the kernel */
      "bx lr\n"
      "1:\n"
      "movs r1, #0\n"
      "str r1, [r0]\n"
      "mvn lr, #2\n" /* 0xfffffffd: to the application */
      "bx lr\n");
}

__attribute__((naked)) void SysTick_Handler(void) {
  __asm__ volatile(
      "tst lr, #4\n"
      "it ne\n"
      "mvnne lr, #6\n" /* the application ran: the kernel decides who is next */
      "bx lr\n");
}

__attribute__((naked, noinline)) static void switch_to_app(void) {
  __asm__ volatile(
      "push {r4-r11, lr}\n"
      "ldr r0, =app_registers\n"
      "ldmia r0, {r4-r11}\n"
      "ldr r0, =to_app\n"
      "movs r1, #1\n"
      "str r1, [r0]\n"
      "svc 0\n"
      "ldr r0, =app_registers\n"
      "stmia r0, {r4-r11}\n"
      "pop {r4-r11, pc}\n");
}

static uint32_t system_call(uint32_t argument) {
  register uint32_t r0 __asm__("r0") = argument;
  __asm__ volatile("svc 0" : "+r"(r0)::"memory");
  return r0;
}

static void application(void) {
  for (uint32_t argument = 1;; argument++) {
    if (system_call(argument) != argument + 1) {
      __asm__ volatile("udf 0");
    }
  }
}

static uint32_t *process_stack(void) {
  uint32_t *stack;
  __asm__ volatile("mrs %0, psp" : "=r"(stack));
  return stack;
}

int main(void) {
  uint32_t *frame = &app_stack[STACK - FRAME];
  frame[PC] = (uint32_t)application;
  frame[XPSR] = THUMB;
  __asm__ volatile("msr psp, %0" ::"r"(frame) : "memory");
  SCB_SHPR2 = 0xc0u << 24; /* SVCall below SysTick */
  systick_start(1000);
  for (;;) {
    switch_to_app();
    if (called != 0) {
      called = 0;
      process_stack()[0] += 1; /* the result of the call */
    }
  }
}
