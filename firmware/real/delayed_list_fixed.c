/* The list of delayed_list.c: each push masks what could come in between. */
#include <stddef.h>

#include "firmware/shared/cortexm.h"

struct task {
  struct task *next;
};

static struct task TASKS[4];
static struct task *volatile ready;
static volatile unsigned urgent_done, tick_done;

static void push(struct task *task) {
  interrupts_disable();
  task->next = ready;
  ready = task;
  interrupts_enable();
}

int main(void) {
  SCB_SHPR3 = 0x80u << 24;
  NVIC_IPR0 = 0x40u;
  NVIC_ISER0 = 1u << 0;
  systick_start(1000);
  for (;;) {
    nop();
  }
}

void SysTick_Handler(void) {
  push(&TASKS[0]);
  tick_done++;
}

void IRQ0_Handler(void) {
  push(&TASKS[1]);
  urgent_done++;
}
