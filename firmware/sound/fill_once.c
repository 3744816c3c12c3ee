/* Who finds the table empty fills it, main and a handler alike. Both may do it, the
 * handler between main's test and its store: they store the same. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t table;
static volatile uint32_t used;

__attribute__((noinline)) static uint32_t look_up(void) {
  if (table == 0) {
    table = 0x04c11db7;
  }
  return table;
}

int main(void) {
  systick_start(1000);
  for (;;) {
    used = look_up();
    table = 0;
  }
}

void SysTick_Handler(void) {
  (void)look_up();
}
