/* The exception model: what is pending, active and enabled, and who preempts.
 *
 * All exceptions stand in one array by Arm's exception number (1 Reset to 15
 * SysTick, 16 + n for IRQ n), system exceptions and interrupts alike. Pure
 * state: entry and return, which move registers, are in entry.c.
 * Source: ARMv7-M Architecture Reference Manual (DDI 0403E) B1.5; ARMv6-M
 * (DDI 0419) B1.5, a subset of it. */
#ifndef TORNWORD_SIM_MACHINE_EXCEPTION_H
#define TORNWORD_SIM_MACHINE_EXCEPTION_H

#include <stdbool.h>
#include <stdint.h>

enum {
  EXCEPTION_RESET = 1,
  EXCEPTION_NMI = 2,
  EXCEPTION_HARDFAULT = 3,
  EXCEPTION_MEMMANAGE = 4,
  EXCEPTION_BUSFAULT = 5,
  EXCEPTION_USAGEFAULT = 6,
  EXCEPTION_SVCALL = 11,
  EXCEPTION_DEBUGMONITOR = 12,
  EXCEPTION_PENDSV = 14,
  EXCEPTION_SYSTICK = 15,
  EXCEPTION_IRQ0 = 16,
  EXCEPTION_COUNT = 256, /* 240 external interrupts */
  EXCEPTION_WORDS = EXCEPTION_COUNT / 32,
  PRIORITY_THREAD = 256, /* execution priority of thread mode, nothing masked */
};

struct exceptions {
  uint32_t enabled[EXCEPTION_WORDS];
  uint32_t pending[EXCEPTION_WORDS];
  uint32_t active[EXCEPTION_WORDS];
  uint32_t line[EXCEPTION_WORDS];    /* level-sensitive lines that are high */
  uint32_t absent[EXCEPTION_WORDS];  /* interrupts that cannot be enabled or set pending */
  uint8_t priority[EXCEPTION_COUNT]; /* as in IPR/SHPR, unimplemented bits 0 */
  uint8_t prigroup;                  /* AIRCR.PRIGROUP */
  uint8_t priority_mask;             /* implemented bits of a priority byte */
  bool v7m;
  uint8_t words; /* of the sets that can be in use: grows with exceptions_use */
  uint8_t primask, faultmask, basepri; /* as last seen in the core's registers */
  /* Derived by exceptions_update: */
  int16_t execution_priority;
  uint16_t take;    /* exception to be taken now; 0: none */
  uint32_t changes; /* of any of the above, at least: equal means the same state */
};

void exceptions_reset(struct exceptions *x, unsigned priority_bits, bool v7m);

static inline bool exception_bit(const uint32_t *set, unsigned number) {
  return (set[number / 32] >> (number % 32) & 1U) != 0;
}
static inline void exception_set(uint32_t *set, unsigned number) {
  set[number / 32] |= 1U << (number % 32);
}
static inline void exception_clear(uint32_t *set, unsigned number) {
  set[number / 32] &= ~(1U << (number % 32));
}

/* To be called before an exception is set pending or active. */
static inline void exceptions_use(struct exceptions *x, unsigned number) {
  if (number / 32 >= x->words) {
    x->words = (uint8_t)(number / 32 + 1);
  }
}

/* Group priority: -3 Reset, -2 NMI, -1 HardFault, else the group field
 * (B1.5.4). Lower is more urgent. */
int exception_group_priority(const struct exceptions *x, unsigned number);

/* Priority of what executes: active exceptions, boosted by the masks (B1.5.4). */
int exceptions_priority(const struct exceptions *x);

/* Active exceptions alone, without the masks. */
int exceptions_active_priority(const struct exceptions *x);

/* ICSR.VECTPENDING: the most urgent that BASEPRI and FAULTMASK do not hold back;
 * PRIMASK does not count (B3.2.4). */
unsigned exceptions_shown_pending(const struct exceptions *x);

/* The same without the effect of PRIMASK (what WFI wakes for, B1.5.19). */
bool exceptions_would_wake(const struct exceptions *x);

/* The most urgent exception that is pending and enabled: by group priority, then
 * subpriority, then number. 0: none. */
unsigned exceptions_most_urgent(const struct exceptions *x);

/* To be called after any change: derives execution_priority and take. */
void exceptions_update(struct exceptions *x);

/* Whether e, if it became pending now, would be taken at once. */
bool exception_can_preempt(const struct exceptions *x, unsigned number);

unsigned exceptions_active_count(const struct exceptions *x);

#endif
