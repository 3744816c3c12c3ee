/* A 64-bit enum that is written in two moves.
 *
 * main changes X between its two values for ever, and SysTick looks at it. The
 * write is not single-copy atomic: ARMv6-M does it with two STR, ARMv7-M with
 * one STRD that an interrupt can cut in two as well. A tick that lands between
 * the halves reads 0x0000000000000000 or 0xffffffffffffffff, and neither is a
 * value of the enum. volatile does not help: it keeps the accesses, it does not
 * make them one. */
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
    X = A;  // expect: torn-write X, invalid-enum X
    X = B;  // expect: torn-write X, invalid-enum X
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
