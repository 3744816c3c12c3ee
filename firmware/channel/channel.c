/* A value moves from main to SysTick through a slot. Sound.
 *
 * Both sides open the slot under PRIMASK only, as a mutex would have it. */
#include <stdbool.h>

#include "firmware/shared/cortexm.h"

static struct {
  bool full;
  uint64_t value;
} CHANNEL;
static volatile uint64_t SINK;

static void send(uint64_t value) {
  interrupts_disable();
  CHANNEL.value = value;
  CHANNEL.full = true;
  interrupts_enable();
}

int main(void) {
  uint64_t value = 0x00000007fffffff8;
  systick_start(1000);
  for (;;) {
    send(value);
    value = ~value;
  }
}

void SysTick_Handler(void) {
  if (CHANNEL.full) {
    CHANNEL.full = false;
    SINK = CHANNEL.value;
  }
}
