/* static_local.c with a variable of the call's own. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t shown[2];

__attribute__((noinline)) static void format(uint32_t number, volatile uint32_t *out) {
  volatile uint32_t text;
  text = number << 8;
  text = text | ('A' + number);
  *out = text;
}

int main(void) {
  systick_start(1000);
  for (;;) {
    format(1, &shown[0]);
  }
}

void SysTick_Handler(void) {
  format(2, &shown[1]);
}
