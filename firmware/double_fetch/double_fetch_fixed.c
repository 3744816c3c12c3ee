/* double_fetch.c with one read: what is checked is what is used. */
#include "firmware/shared/cortexm.h"

enum { ROOM = 8 };

static volatile uint32_t length;
static volatile uint32_t taken;

int main(void) {
  systick_start(1000);
  for (;;) {
    uint32_t mine = length;
    if (mine <= ROOM) {
      taken = mine;
    }
  }
}

void SysTick_Handler(void) {
  length = length + 5;
  if (length > 20) {
    length = 0;
  }
}
