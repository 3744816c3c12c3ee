/* A mailbox that is full: who puts into it waits until something was taken, and then
 * puts, with `if` where it takes `while`. Between the wake-up and the section another
 * producer fills the mailbox again, and a message is overwritten. The shape of RIOT's
 * mbox_put (RIOT 18955). */
#include <stdbool.h>

#include "firmware/shared/cortexm.h"

enum { SLOTS = 2 };

static volatile uint32_t slots[SLOTS];
static volatile uint32_t head, count;
static volatile bool blocked;

static void append(uint32_t message) {
  slots[(head + count) % SLOTS] = message;
  count = count + 1;  // expect: broken-invariant count
}

__attribute__((noinline)) static void put(uint32_t message) {
  interrupts_disable();
  if (count == SLOTS) {
    blocked = true;
    interrupts_enable();
    while (blocked) {
    }
    interrupts_disable();
  }
  append(message);
  interrupts_enable();
}

int main(void) {
  NVIC_ISER0 = 1u << 0 | 1u << 1;
  for (;;) {
    put(1);
    wait_for_interrupt();
  }
}

/* Takes a message. */
void IRQ0_Handler(void) {
  if (count > 0) {
    head = (head + 1) % SLOTS;
    count = count - 1;
    blocked = false;
  }
}

/* The other producer: it cannot wait. */
void IRQ1_Handler(void) {
  if (count < SLOTS) {
    append(2);
  }
}
