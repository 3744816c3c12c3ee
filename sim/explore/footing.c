#include "sim/explore/footing.h"

#include <stddef.h>
#include <string.h>

#include "sim/explore/equivalence.h"

void footing_take(struct footing *f, struct machine *m) {
  const struct machine_state *s = &m->state;
  f->exceptions = s->exceptions;
  f->context = s->context;
  f->sp = cpu_get_one(m->cpu, 13);
  f->control = s->control;
  f->monitor_set = s->monitor_set;
  f->event_register = s->event_register;
  f->bus_accesses = s->bus_accesses;
  f->code_changes = m->code_changes;
}

/* What was found equal once is not looked through again. */
static bool same_exceptions(struct exceptions *then, const struct exceptions *now) {
  if (then->changes != now->changes &&
      memcmp(then, now, offsetof(struct exceptions, execution_priority)) != 0) {
    return false;
  }
  then->changes = now->changes;
  return true;
}

bool footing_stands(struct footing *f, const struct machine *m, unsigned flaws) {
  const struct machine_state *s = &m->state;
  return (f->bus_accesses == s->bus_accesses || (flaws & FLAW_IGNORE_BUS) != 0) &&
         (f->monitor_set == s->monitor_set || (flaws & FLAW_IGNORE_MONITOR) != 0) &&
         (f->control == s->control || (flaws & FLAW_IGNORE_STACK) != 0) &&
         context_equal(f->context, s->context) && f->event_register == s->event_register &&
         f->code_changes == m->code_changes &&
         ((flaws & FLAW_IGNORE_MASKS) != 0 || same_exceptions(&f->exceptions, &s->exceptions));
}
