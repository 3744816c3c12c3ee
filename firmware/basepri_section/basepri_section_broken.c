/* The handlers of basepri_section.c without the section. ARMv7-M only.
 *
 * SysTick preempts SVCall between its load and its store: the tick is counted
 * and then overwritten. Between the two words of the store it reads half of the
 * old value and half of the new one. That SVCall is a handler protects it from
 * nothing but what has the same priority or a lower one. */
#include "firmware/shared/cortexm.h"

enum { PRIORITY_BITS = 3 };

/* Logical priorities: a larger number preempts a smaller one. */
enum { PRIORITY_SVCALL = 1, PRIORITY_SYSTICK = 2, PRIORITY_PENDSV = 3 };

/* The hardware has it the other way round, in the upper bits of a byte. */
static inline uint32_t encode(uint32_t priority) {
  return ((1u << PRIORITY_BITS) - priority) << (8 - PRIORITY_BITS);
}

static uint64_t COUNTER = 1;

int main(void) {
  SCB_SHPR2 = encode(PRIORITY_SVCALL) << 24;
  SCB_SHPR3 = encode(PRIORITY_SYSTICK) << 24 | encode(PRIORITY_PENDSV) << 16;
  systick_start(1000);
  for (;;) {
    SCB_ICSR = SCB_ICSR_PENDSVSET;
    supervisor_call();
  }
}

void SVCall_Handler(void) {
  // expect: lost-update COUNTER, torn-write COUNTER
  COUNTER *= 2;
}

void SysTick_Handler(void) {
  COUNTER += 1;
}

void PendSV_Handler(void) {
  nop(); /* does not touch COUNTER */
}
