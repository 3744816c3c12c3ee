/* A section that masks by priority. ARMv7-M only. Sound.
 *
 * SVCall has the lowest priority and shares COUNTER with SysTick above it. It
 * raises BASEPRI to SysTick's priority around its access. PendSV is above both
 * and may still come in between; it does not touch COUNTER. */
#include "firmware/shared/cortexm.h"

enum { PRIORITY_BITS = 3 };

/* Logical priorities: a larger number preempts a smaller one. */
enum { PRIORITY_SVCALL = 1, PRIORITY_SYSTICK = 2, PRIORITY_PENDSV = 3 };

/* The hardware has it the other way round, in the upper bits of a byte. */
static inline uint32_t encode(uint32_t priority) {
  return ((1u << PRIORITY_BITS) - priority) << (8 - PRIORITY_BITS);
}

static inline void raise(uint32_t priority) {
  basepri_write(encode(priority));
}

static inline void lower(void) {
  basepri_write(0);
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
  raise(PRIORITY_SYSTICK);
  COUNTER *= 2;
  lower();
}

void SysTick_Handler(void) {
  COUNTER += 1;
}

void PendSV_Handler(void) {
  nop(); /* does not touch COUNTER */
}
