/* A function that formats into a static variable, called by main and by SysTick.
 *
 * A tick between the two steps writes its own number over main's: the text that
 * main goes on to make is a mixture. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t shown[2];

__attribute__((noinline)) static void format(uint32_t number, volatile uint32_t *out) {
  static volatile uint32_t text;
  text = number << 8;            // expect: non-reentrant format::text
  text = text | ('A' + number);  // expect: lost-update format::text
  *out = text;                   // expect: lost-update format::text
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
