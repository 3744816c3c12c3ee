#include "sim/machine/systick.h"

enum { COUNTER_MASK = 0xffffff };

static bool counts(const struct systick *t) {
  return (t->control & SYSTICK_ENABLE) != 0;
}

uint32_t systick_value(const struct systick *t, uint64_t time) {
  uint64_t elapsed = counts(t) ? time - t->since : 0;
  if (elapsed <= t->value) {
    return (uint32_t)(t->value - elapsed);
  }
  uint64_t beyond = elapsed - t->value - 1; /* the tick behind 0 loads the reload value */
  return (uint32_t)(t->reload - beyond % (t->reload + 1ULL));
}

uint64_t systick_expiry(const struct systick *t) {
  if (!counts(t) || (t->value == 0 && t->reload == 0)) {
    return SYSTICK_NEVER;
  }
  return t->since + (t->value > 0 ? t->value : t->reload + 1ULL);
}

bool systick_expire(struct systick *t, uint64_t time) {
  t->value = 0;
  t->since = time;
  t->count_flag = true;
  return (t->control & SYSTICK_TICKINT) != 0;
}

void systick_restart(struct systick *t, uint64_t time) {
  t->value = 0;
  t->since = time;
  t->count_flag = true;
}

static void settle(struct systick *t, uint64_t time) {
  t->value = systick_value(t, time);
  t->since = time;
}

uint32_t systick_read(struct systick *t, unsigned offset, uint64_t time) {
  switch (offset) {
    case 0: {
      uint32_t value = t->control | (t->count_flag ? 1U << 16 : 0);
      t->count_flag = false;
      return value;
    }
    case 4:
      return t->reload;
    case 8:
      return systick_value(t, time);
    default:
      return 1U << 31; /* CALIB: no reference clock, 10 ms unknown */
  }
}

void systick_write(struct systick *t, unsigned offset, uint32_t value, uint64_t time) {
  settle(t, time);
  switch (offset) {
    case 0:
      t->control = value & (SYSTICK_ENABLE | SYSTICK_TICKINT | SYSTICK_CLKSOURCE);
      return;
    case 4:
      t->reload = value & COUNTER_MASK;
      return;
    case 8:
      t->value = 0;
      t->count_flag = false;
      return;
    default:
      return;
  }
}
