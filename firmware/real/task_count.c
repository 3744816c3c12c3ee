/* A list of tasks is made as large as there are tasks, and then filled with as many as
 * there are: the count is read for each. A task that is created in between has no room.
 * The shape of vTaskListTasks of the FreeRTOS kernel. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t tasks;
static volatile struct { uint32_t room, filled; } list;

__attribute__((noinline)) static void list_tasks(void) {
  uint32_t room = tasks;  // expect: double-fetch tasks
  uint32_t filled = tasks;
  list.room = room;
  list.filled = filled;
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
