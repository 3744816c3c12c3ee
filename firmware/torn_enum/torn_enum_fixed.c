/* The 64-bit enum of torn_enum.c, each write under PRIMASK.
 *
 * SysTick can still interrupt main, but only before or after a whole write: a
 * tick that comes in between stays pending until the section ends. */
#include "firmware/shared/cortexm.h"

enum Enum {
  A = 0x00000000ffffffffull,
  B = 0xffffffff00000000ull,
};

static volatile enum Enum X = B;
static volatile uint32_t impossible; /* times that X was neither */

int main(void) {
  systick_start(1000);
  for (;;) {
    interrupts_disable();
    X = A;
    interrupts_enable();

    interrupts_disable();
    X = B;
    interrupts_enable();
  }
}

void SysTick_Handler(void) {
  switch (X) {
    case A:
      nop();
      break;
    case B:
      breakpoint(); /* a legal value: only a place to stop at */
      break;
    default: /* cannot happen, says the type */
      impossible++;
  }
}
