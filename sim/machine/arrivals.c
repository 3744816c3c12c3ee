/* The interrupts of the stimulus: when each comes, and which it is.
 *
 * Only exceptions that are enabled, and neither pending nor active, can come:
 * SysTick while it counts and interrupts, and the enabled IRQs, also those that
 * a register's model raises. One that finds none of them waits for the first. */
#include "sim/machine/private.h"

static bool is_ready(const struct machine *m, unsigned e) {
  const struct exceptions *x = &m->state.exceptions;
  enum { BOTH = SYSTICK_ENABLE | SYSTICK_TICKINT };
  bool enabled = e == EXCEPTION_SYSTICK ? (m->state.systick.control & BOTH) == BOTH
                                        : exception_bit(x->enabled, e);
  return enabled && !exception_bit(x->active, e) && !exception_bit(x->pending, e) &&
         discipline_bar(m, e) == ARRIVAL_OPEN;
}

/* Exceptions from SysTick on that can be enabled here. */
static unsigned end_of(const struct machine *m) {
  return m->state.exceptions.words * 32U;
}

static unsigned count_ready(const struct machine *m) {
  unsigned count = 0;
  for (unsigned e = EXCEPTION_SYSTICK; e < end_of(m); e++) {
    count += is_ready(m, e);
  }
  return count;
}

/* The one that `which` means now; 0: none can come. */
static unsigned choose(const struct machine *m, unsigned which) {
  unsigned count = count_ready(m);
  unsigned left = count > 0 ? which % count : 0;
  for (unsigned e = EXCEPTION_SYSTICK; count > 0 && e < end_of(m); e++) {
    if (is_ready(m, e) && left-- == 0) {
      return e;
    }
  }
  return 0;
}

static bool current(const struct machine *m, struct arrival *arrival) {
  return stimulus_arrival(m->config.stimulus, m->state.arrivals.position, arrival);
}

/* From now on, until its gap is over, the next one waits. */
static void begin_gap(struct machine *m) {
  struct arrivals *a = &m->state.arrivals;
  struct arrival arrival;
  a->due = current(m, &arrival) ? m->state.instructions + arrival.gap : UINT64_MAX;
}

static void skip(struct machine *m) {
  struct arrivals *a = &m->state.arrivals;
  a->position += ARRIVAL_BYTES;
  a->inside = 0;
  begin_gap(m);
}

static void come(struct machine *m, unsigned e) {
  m->state.arrivals.came++;
  skip(m);
  machine_inject(m, e);
}

/* A branch to itself: nothing but an interrupt ends it. */
static bool stands_still(const struct machine *m) {
  const struct machine_state *s = &m->state;
  return s->pc == s->acting_pc && s->boundary == s->acting + 1 && m->last_count == 0;
}

static void open(struct machine *m) {
  if (count_ready(m) == 0) {
    return;
  }
  if (m->config.stimulus->awaited) {
    m->run->stop = STOP_INPUT;
    return;
  }
  m->state.arrivals.open = true;
  begin_gap(m);
}

/* The exception that is due at this boundary, or whose gap is over. */
static unsigned due(const struct machine *m, struct arrival *arrival) {
  const struct machine_state *s = &m->state;
  if (!s->arrivals.open || s->instructions < s->arrivals.due || !current(m, arrival)) {
    return 0;
  }
  return arrival->pause ? 0 : choose(m, arrival->which);
}

void arrivals_boundary(struct machine *m) {
  struct arrivals *a = &m->state.arrivals;
  struct arrival arrival = {0};
  if (!a->open) {
    open(m);
    return;
  }
  if (m->state.instructions < a->due) {
    if (a->due != UINT64_MAX && stands_still(m)) {
      arrivals_next(m);
    }
    return;
  }
  unsigned e = due(m, &arrival);
  if (arrival.pause) {
    skip(m);
  } else if (e != 0 && arrival.inside > 0 && a->inside == 0) {
    a->inside = arrival.inside; /* of the instruction that executes now */
  } else if (e != 0) {
    come(m, e);
  }
}

bool arrivals_next(struct machine *m) {
  struct arrivals *a = &m->state.arrivals;
  struct arrival arrival = {0};
  if (!a->open) {
    open(m);
  }
  while (a->open && current(m, &arrival)) {
    unsigned e = arrival.pause ? 0 : choose(m, arrival.which);
    if (e != 0) {
      come(m, e);
      return true;
    }
    if (!arrival.pause) {
      return false;
    }
    skip(m);
  }
  return false;
}

bool arrivals_leave(struct machine *m, unsigned beat) {
  unsigned e = machine_is_natural(m) ? machine_arrival_due(m, beat) : 0;
  if (e == 0 || beat == 0 || !exception_can_preempt(&m->state.exceptions, e)) {
    return false;
  }
  come(m, e);
  return true;
}

unsigned machine_arrival_due(const struct machine *m, unsigned beat) {
  const struct machine_state *s = &m->state;
  struct arrival arrival = {0};
  if (beat == 0 && s->time >= s->next_arrival) {
    return EXCEPTION_SYSTICK;
  }
  if (!arrivals_are_given(m) || m->config.stimulus->awaited) {
    return 0;
  }
  unsigned e = due(m, &arrival);
  if (beat > 0) {
    return s->arrivals.inside == beat ? e : 0;
  }
  return arrival.inside == 0 || s->arrivals.inside > 0 ? e : 0;
}

void machine_set_stimulus(struct machine *m, const struct stimulus *stimulus) {
  m->config.stimulus = stimulus;
}
