/* broken-invariant: an expression that the user says is always true was false where
 * somebody could see it.
 *
 * It is judged at two kinds of points. When an activation of a handler accesses a
 * variable of the expression for the first time: what it finds there must be whole;
 * what it makes of it meanwhile is its own business. And when thread mode goes to
 * sleep (WFI, WFE): nothing is under way there. Nothing is judged before each of the
 * expression's variables was accessed at least once.
 *
 * A handler that wrote such a variable leaves a suspicion until thread mode sleeps:
 * the update that it spoiled may show only there.
 *
 * What it cannot see: handlers above LEVELS; a thread mode that never sleeps (its own
 * reads are not judged: it may be in the middle of its update). */
#include <stddef.h>

#include "detectors/claims.h"
#include "detectors/registry.h"

enum { LEVELS = 6 };

struct slot {
  uint64_t value;
  uint32_t is_known;
  uint32_t leaf;
  struct access write; /* the newest; size 0: none */
};

struct state {
  uint64_t awaited; /* boundary at which the wait for thread mode's sleep ends; 0: none */
  uint64_t waiting; /* the run that waits */
  uint64_t changed[LEVELS];                 /* activation wrote a variable, by level: serial */
  uint64_t judged[INVARIANTS_MOST][LEVELS]; /* by which activation: its serial */
  struct slot slot[CLAIM_SLOTS];
};

static size_t broken_invariant_state_size(const struct leaf_table *leaves) {
  (void)leaves;
  return sizeof(struct state);
}

static bool is_newer(const struct access *a, const struct access *b) {
  return a->boundary > b->boundary || (a->boundary == b->boundary && a->beat > b->beat);
}

/* The newest write to one of its variables by somebody else. */
static const struct slot *newest_write(const struct state *s, const struct invariant *invariant,
                                       struct context except) {
  const struct slot *newest = NULL;
  for (uint32_t i = 0; i < invariant->slot_count; i++) {
    const struct slot *slot = &s->slot[invariant->slots[i]];
    if (slot->write.size != 0 && !context_equal(slot->write.context, except) &&
        (newest == NULL || is_newer(&slot->write, &newest->write))) {
      newest = slot;
    }
  }
  return newest;
}

static bool is_false(const struct state *s, const struct invariant *invariant, bool asleep) {
  uint64_t values[CLAIM_SLOTS];
  for (uint32_t i = 0; i < invariant->slot_count; i++) {
    const struct slot *slot = &s->slot[invariant->slots[i]];
    if (!slot->is_known) {
      return false;
    }
    values[i] = slot->value;
  }
  return !invariant_holds(invariant, values, asleep);
}

static void report(struct detection *d, const struct state *s, uint32_t index,
                   const struct event *event) {
  const struct invariant *invariant = &d->claims->invariants[index];
  bool sleeps = event->kind == EVENT_SLEEP;
  struct context nobody = {.core = UINT8_MAX};
  const struct slot *written = newest_write(s, invariant, sleeps ? nobody : event->context);
  struct sighting sighting = {
      .kind = FINDING_BROKEN_INVARIANT,
      .leaf = event->leaf,
      .access = {access_of(event)},
      .accesses = 1,
      .value = event->whole,
      .invariant = index + 1,
  };
  if (written != NULL) {
    sighting.access[1] = sighting.access[0];
    sighting.access[0] = written->write;
    sighting.accesses = 2;
    sighting.intruder = 1;
  }
  if (sleeps) {
    const struct slot *any = written != NULL ? written : &s->slot[invariant->slots[0]];
    sighting.leaf = any->leaf;
    sighting.value = any->value;
  }
  for (uint32_t i = 0; i < invariant->slot_count && i < SIGHTING_OPERANDS; i++) {
    sighting.operand[i] = s->slot[invariant->slots[i]].value;
  }
  detection_report(d, &sighting);
}

/* An activation's first access to a variable of these invariants. */
static void judge(struct detection *d, const struct state *s, uint64_t invariants,
                  const struct event *event) {
  for (uint32_t i = 0; invariants >> i != 0; i++) {
    const uint64_t *judged = &s->judged[i][d->nesting->depth];
    if ((invariants >> i & 1) == 0 || *judged == event->context.serial) {
      continue;
    }
    *(uint64_t *)detection_edit(d, judged, sizeof *judged) = event->context.serial;
    if (is_false(s, &d->claims->invariants[i], false)) {
      report(d, s, i, event);
    }
    if (invariants >> i == 1) {
      break; /* a shift by 64 is undefined */
    }
  }
}

static void learn(struct detection *d, const struct state *s, const struct slot *slot,
                  const struct event *event) {
  if (!slot->is_known || slot->value != event->whole) {
    struct slot *writable = detection_edit(d, slot, offsetof(struct slot, write));
    writable->value = event->whole;
    writable->is_known = 1;
    writable->leaf = event->leaf;
  }
  if (event->kind == EVENT_WRITE) {
    *(struct access *)detection_edit(d, &slot->write, sizeof slot->write) = access_of(event);
    if (d->nesting->depth > 0 && d->nesting->depth < LEVELS) {
      const uint64_t *changed = &s->changed[d->nesting->depth];
      *(uint64_t *)detection_edit(d, changed, sizeof *changed) = event->context.serial;
    }
  }
}

static bool broken_invariant_cares(const struct detection *d, uint32_t leaf) {
  return d->claims != NULL && leaf < d->leaves->count && d->claims->slot_of[leaf] != 0;
}

static void on_access(struct detection *d, const struct state *s, const struct event *event) {
  if (!broken_invariant_cares(d, event->leaf)) {
    return;
  }
  uint32_t index = d->claims->slot_of[event->leaf] - 1;
  bool judges = d->nesting->depth > 0 && d->nesting->depth < LEVELS;
  if (event->kind == EVENT_READ) {
    learn(d, s, &s->slot[index], event); /* what nobody wrote is known from here on */
  }
  if (judges) {
    judge(d, s, d->claims->uses[index], event);
  }
  if (event->kind == EVENT_WRITE) {
    learn(d, s, &s->slot[index], event);
  }
}

static void stop_waiting(struct detection *d, const struct state *s) {
  if (s->awaited != 0) {
    *(uint64_t *)detection_edit(d, &s->awaited, sizeof s->awaited) = 0;
    detection_close(d, (uint32_t)s->waiting);
  }
}

static void on_return(struct detection *d, const struct state *s, const struct event *event) {
  uint32_t depth = d->nesting->depth;
  bool changed = depth > 0 && depth < LEVELS && s->changed[depth] == event->context.serial;
  if (changed && nesting_depth_behind(d->nesting, event) == 0) {
    stop_waiting(d, s);
    *(uint64_t *)detection_edit(d, &s->awaited, sizeof s->awaited) =
        event->boundary + d->horizon;
    *(uint64_t *)detection_edit(d, &s->waiting, sizeof s->waiting) = detection_open(d);
  }
}

static void on_sleep(struct detection *d, const struct state *s, const struct event *event) {
  for (uint32_t i = 0; event->context.exception == 0 && i < d->claims->invariant_count; i++) {
    if (is_false(s, &d->claims->invariants[i], true)) {
      report(d, s, i, event);
    }
  }
  stop_waiting(d, s);
}

static void broken_invariant_observe(struct detection *d, const void *state,
                                     const struct event *event) {
  const struct state *s = state;
  if (d->claims == NULL || d->claims->invariant_count == 0) {
    return;
  }
  if (s->awaited != 0 && s->awaited < event->boundary) {
    stop_waiting(d, s);
  }
  switch ((enum event_kind)event->kind) {
    case EVENT_READ:
    case EVENT_WRITE:
      on_access(d, s, event);
      break;
    case EVENT_RETURN:
      on_return(d, s, event);
      break;
    case EVENT_SLEEP:
      on_sleep(d, s, event);
      break;
    default:
      break;
  }
}

static void broken_invariant_finish(struct detection *d, const void *state) {
  stop_waiting(d, state);
}

static bool broken_invariant_applies(const struct detection *d) {
  return d->claims != NULL && d->claims->invariant_count > 0;
}

const struct detector broken_invariant_detector = {
    .name = "broken-invariant",
    .summary = "an expression of the scenario is false where somebody sees it",
    .events = 1U << EVENT_READ | 1U << EVENT_WRITE | 1U << EVENT_ENTRY | 1U << EVENT_RETURN |
              1U << EVENT_SLEEP,
    .state_size = broken_invariant_state_size,
    .applies = broken_invariant_applies,
    .cares = broken_invariant_cares,
    .observe = broken_invariant_observe,
    .finish = broken_invariant_finish,
};
