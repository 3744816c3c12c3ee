/* SysTick: a 24-bit down counter that counts instructions.
 *
 * One executed instruction is one tick, whatever the clock source; an exception
 * entry or return takes no time. That is deterministic and written down in
 * docs/fidelity.md, and no promise about a real part's cycles. The counter is
 * never stepped: its value follows from when it was last set.
 * Source: ARMv7-M B3.3. */
#ifndef TORNWORD_SIM_MACHINE_SYSTICK_H
#define TORNWORD_SIM_MACHINE_SYSTICK_H

#include <stdbool.h>
#include <stdint.h>

enum { SYSTICK_ENABLE = 1, SYSTICK_TICKINT = 2, SYSTICK_CLKSOURCE = 4 };
#define SYSTICK_NEVER UINT64_MAX

struct systick {
  uint8_t control; /* CSR bits 2:0 */
  bool count_flag;
  uint32_t reload; /* 24 bits */
  uint32_t value;  /* the counter at time `since` */
  uint64_t since;
};

/* The current value; time in executed instructions. */
uint32_t systick_value(const struct systick *t, uint64_t time);
/* When it next reaches 0, or SYSTICK_NEVER. */
uint64_t systick_expiry(const struct systick *t);
/* It reached 0 at `time`: true if that pends the exception. */
bool systick_expire(struct systick *t, uint64_t time);
/* It is taken to have reached 0 just now (an injected tick): the count restarts. */
void systick_restart(struct systick *t, uint64_t time);

/* Registers CSR, RVR, CVR, CALIB at offsets 0, 4, 8, 12. Reading CSR clears
 * COUNTFLAG. */
uint32_t systick_read(struct systick *t, unsigned offset, uint64_t time);
void systick_write(struct systick *t, unsigned offset, uint32_t value, uint64_t time);

#endif
