/* A list that the tick and a more urgent handler change.
 *
 * Shape of renesas/fsp issue 57: the port of a kernel moved tasks between its
 * lists in SysTick without a section, and an interrupt above it did the same.
 * A link is overwritten, and a task is on no list any more. */
#include <stddef.h>

#include "firmware/shared/cortexm.h"

struct task {
  struct task *next;
};

static struct task TASKS[4];
static struct task *volatile ready;
static volatile unsigned urgent_done, tick_done;

static void push(struct task *task) {
  task->next = ready;  // expect: lost-update ready
  ready = task;
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
