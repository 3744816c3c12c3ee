/* A length that SysTick changes between main's check and main's use of it.
 *
 * main reads `length` twice: to compare it with the room there is, and to say how
 * much it takes. A tick in between makes the second one larger than was checked. */
#include "firmware/shared/cortexm.h"

enum { ROOM = 8 };

static volatile uint32_t length;
static volatile uint32_t taken;

int main(void) {
  systick_start(1000);
  for (;;) {
    if (length <= ROOM) {  // expect: double-fetch length
      taken = length;
    }
  }
}

void SysTick_Handler(void) {
  length = length + 5;
  if (length > 20) {
    length = 0;
  }
}
