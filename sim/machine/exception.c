#include "sim/machine/exception.h"

#include <string.h>

void exceptions_reset(struct exceptions *x, unsigned priority_bits, bool v7m) {
  memset(x, 0, sizeof *x);
  x->v7m = v7m;
  x->words = 1;
  x->priority_mask = (uint8_t)(0xff00U >> priority_bits);
  for (unsigned e = EXCEPTION_RESET; e < EXCEPTION_IRQ0; e++) {
    bool configurable_fault = e >= EXCEPTION_MEMMANAGE && e <= EXCEPTION_USAGEFAULT;
    if (!configurable_fault && e != EXCEPTION_DEBUGMONITOR) {
      exception_set(x->enabled, e);
    }
  }
  exceptions_update(x);
}

static int group_field(const struct exceptions *x, unsigned byte) {
  return (int)(byte & ~((2U << x->prigroup) - 1U) & 0xffU);
}

int exception_group_priority(const struct exceptions *x, unsigned number) {
  if (number <= EXCEPTION_HARDFAULT) {
    return (int)number - 4;
  }
  return group_field(x, x->priority[number]);
}

static int boosted(const struct exceptions *x, int priority) {
  if (x->basepri != 0) {
    int base = group_field(x, x->basepri);
    priority = base < priority ? base : priority;
  }
  if (x->primask != 0 && priority > 0) {
    priority = 0;
  }
  if (x->faultmask != 0 && priority > -1) {
    priority = -1;
  }
  return priority;
}

int exceptions_active_priority(const struct exceptions *x) {
  int priority = PRIORITY_THREAD;
  for (unsigned word = 0; word < x->words; word++) {
    for (uint32_t bits = x->active[word]; bits != 0; bits &= bits - 1) {
      unsigned number = word * 32 + (unsigned)__builtin_ctz(bits);
      int own = exception_group_priority(x, number);
      if (own < priority) {
        priority = own;
      }
    }
  }
  return priority;
}

unsigned exceptions_shown_pending(const struct exceptions *x) {
  struct exceptions unmasked = *x;
  unsigned best = exceptions_most_urgent(x);
  unmasked.primask = 0;
  bool shown =
      best != 0 && exception_group_priority(x, best) < boosted(&unmasked, PRIORITY_THREAD);
  return shown ? best : 0;
}

int exceptions_priority(const struct exceptions *x) {
  return boosted(x, exceptions_active_priority(x));
}

unsigned exceptions_most_urgent(const struct exceptions *x) {
  unsigned best = 0;
  int best_key = 0;
  for (unsigned word = 0; word < x->words; word++) {
    for (uint32_t bits = x->pending[word] & x->enabled[word]; bits != 0; bits &= bits - 1) {
      unsigned number = word * 32 + (unsigned)__builtin_ctz(bits);
      int group = exception_group_priority(x, number);
      int sub = number <= EXCEPTION_HARDFAULT ? 0 : x->priority[number];
      int key = group * 256 + sub; /* equal groups: the whole byte orders the subpriority */
      if (best == 0 || key < best_key) {
        best = number;
        best_key = key;
      }
    }
  }
  return best;
}

bool exceptions_would_wake(const struct exceptions *x) {
  unsigned best = exceptions_most_urgent(x);
  if (best == 0) {
    return false;
  }
  struct exceptions unmasked = *x;
  unmasked.primask = 0;
  return exception_group_priority(x, best) < exceptions_priority(&unmasked);
}

void exceptions_update(struct exceptions *x) {
  x->changes++;
  x->execution_priority = (int16_t)exceptions_priority(x);
  unsigned best = exceptions_most_urgent(x);
  bool now = best != 0 && exception_group_priority(x, best) < x->execution_priority;
  x->take = (uint16_t)(now ? best : 0);
}

bool exception_can_preempt(const struct exceptions *x, unsigned number) {
  return exception_group_priority(x, number) < x->execution_priority;
}

unsigned exceptions_active_count(const struct exceptions *x) {
  unsigned count = 0;
  for (unsigned word = 0; word < x->words; word++) {
    count += (unsigned)__builtin_popcount(x->active[word]);
  }
  return count;
}
