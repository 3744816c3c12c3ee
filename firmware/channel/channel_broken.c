/* The channel of channel.c, and main sends without a section.
 *
 * The slot may still be full from last time: SysTick then takes half of the old
 * value and half of the new one, or the new one while main has yet to say that
 * the slot is full, and takes it twice. */
#include <stdbool.h>

#include "firmware/shared/cortexm.h"

static struct {
  bool full;
  uint64_t value;
} CHANNEL;
static volatile uint64_t SINK;

static void send(uint64_t value) {
  // expect: torn-write CHANNEL.value, inconsistent-snapshot CHANNEL.full
  CHANNEL.value = value;
  compiler_barrier();
  CHANNEL.full = true;  // expect: unsynchronised CHANNEL.full
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
