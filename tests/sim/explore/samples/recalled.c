/* Handlers that do harm at some places only, by what they find in memory: each in another
 * way. Between these places they were seen to be harmless. */
#include "firmware/shared/cortexm.h"

enum { LONG = 32 };

static volatile uint32_t phase, work[LONG];
static volatile uint32_t value, *volatile source = &value, *volatile target = &value;
static volatile uint32_t by_index[2], by_spilled[2];
static volatile uint32_t by_pointer, by_call, spare;
static volatile uint32_t *volatile where = &spare;

static void add_spare(void) {
  spare++;
}

static void add_called(void) {
  by_call++;
}

static void (*volatile call)(void) = add_spare;

void SysTick_Handler(void) {
  volatile uint32_t spilled = phase;
  by_spilled[spilled]++;
}

void IRQ0_Handler(void) {
  by_index[phase]++;
}

void IRQ1_Handler(void) {
  (*where)++;
}

void IRQ2_Handler(void) {
  call();
}

void IRQ3_Handler(void) {
  target = source;
}

/* What was accessed before is long ago, and the handlers come where that does not matter. */
static void wait(void) {
  for (unsigned i = 0; i < LONG; i++) {
    work[i] = i;
  }
}

int main(void) {
  systick_start(1u << 20);
  NVIC_ISER0 = 15;
  wait();
  uint32_t indexed = by_index[1];
  uint32_t spilled = by_spilled[1];
  phase = 1;
  nop();
  nop();
  phase = 0;
  by_index[1] = indexed + 1;
  by_spilled[1] = spilled + 1;

  wait();
  uint32_t pointed = by_pointer;
  where = &by_pointer;
  nop();
  nop();
  where = &spare;
  by_pointer = pointed + 1;

  wait();
  uint32_t called = by_call;
  call = add_called;
  nop();
  nop();
  call = add_spare;
  by_call = called + 1;

  wait();
  source = (volatile uint32_t *)0x90000000; /* there is nothing */
  target = &value;
  nop();
  nop();
  *target = 1;
  breakpoint();
  return 0;
}
