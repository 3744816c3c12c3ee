/* A count of events: the radio's handler adds one, main takes one away.
 *
 * Shape of TorstenRobitzki/bluetoe issue 138. volatile makes each access real;
 * it does not make `--` one step. An event is lost, or seen twice. */
#include "firmware/shared/cortexm.h"

static volatile int pending;
static volatile int handled;

__attribute__((noinline)) static void take(void) {
  if (pending > 0) {
    pending--;  // expect: lost-update pending
    handled++;
  }
}

int main(void) {
  NVIC_ISER0 = 1u << 0;
  for (;;) {
    take();
  }
}

void IRQ0_Handler(void) {
  pending++;
}
