/* task_count.c with one read of the count. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t tasks;
static volatile struct { uint32_t room, filled; } list;

__attribute__((noinline)) static void list_tasks(void) {
  uint32_t room = tasks;
  list.room = room;
  list.filled = room;
}

int main(void) {
  systick_start(1000);
  for (;;) {
    list_tasks();
  }
}

void SysTick_Handler(void) {
  tasks = tasks + 1;
}
