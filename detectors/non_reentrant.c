/* non-reentrant: a function with static locals was entered again before it
 * returned, and both calls worked on the same variable.
 *
 * A call is disturbed if it accessed one of its function's static locals, a
 * context that preempted it accessed the same variable from a call of its own
 * (one of the two writing), and it goes on to access it. Variables are judged as
 * wholes: one call's byte 3 and another's byte 4 are of one buffer.
 *
 * What it cannot see: functions that were inlined everywhere (nothing is entered);
 * a result that is read after the call returned; more than CALLS calls at a time
 * or VARIABLES variables of one call. */
#include <stddef.h>

#include "detectors/registry.h"

enum { CALLS = 16, VARIABLES = 3 };

struct used {        /* a static local as one call used it; unused while variable is 0 */
  uint32_t variable; /* index + 1 */
  uint8_t wrote;
  uint8_t disturbed; /* by an intruder, in this run; 0: not */
  uint16_t reserved;
  struct access mine;     /* the first */
  struct access intruder; /* if disturbed */
};

struct call {
  uint32_t function;
  struct context context;
  struct used used[VARIABLES];
};

struct state {
  struct call call[CALLS];
  uint32_t count;
  uint32_t disturbed; /* uses that are */
};

static size_t non_reentrant_state_size(const struct leaf_table *leaves) {
  (void)leaves;
  return sizeof(struct state);
}

static void set_count(struct detection *d, const struct state *s, uint32_t count) {
  *(uint32_t *)detection_edit(d, &s->count, sizeof s->count) = count;
}

static void settle(struct detection *d, const struct state *s, const struct used *used) {
  if (used->disturbed) {
    detection_close(d, used->disturbed);
    *(uint8_t *)detection_edit(d, &used->disturbed, sizeof used->disturbed) = 0;
    *(uint32_t *)detection_edit(d, &s->disturbed, sizeof s->disturbed) -= 1;
  }
}

static void pop(struct detection *d, const struct state *s) {
  const struct call *call = &s->call[s->count - 1];
  for (unsigned i = 0; i < VARIABLES; i++) {
    settle(d, s, &call->used[i]);
  }
  set_count(d, s, s->count - 1);
}

static void on_call(struct detection *d, const struct state *s, const struct event *event) {
  if (s->count == CALLS) {
    detection_full(d);
    return;
  }
  const struct call *call = &s->call[s->count];
  *(struct call *)detection_edit(d, call, sizeof *call) =
      (struct call){.function = event->address, .context = event->context};
  set_count(d, s, s->count + 1);
}

static bool any_call(const struct state *s, const struct event *event) {
  for (uint32_t i = 0; i < s->count; i++) {
    if (s->call[i].function == event->address &&
        context_equal(s->call[i].context, event->context)) {
      return true;
    }
  }
  return false;
}

/* The call returned, and with it all that it called. */
static void on_leave(struct detection *d, const struct state *s, const struct event *event) {
  bool left = !any_call(s, event);
  while (!left && s->count > 0) {
    left = s->call[s->count - 1].function == event->address;
    pop(d, s);
  }
}

static void on_return(struct detection *d, const struct state *s, const struct event *event) {
  while (s->count > 0 && context_equal(s->call[s->count - 1].context, event->context)) {
    pop(d, s);
  }
}

/* The newest call of this context to the function that owns the leaf. */
static const struct call *own_call(const struct state *s, struct context context,
                                   uint32_t owner) {
  for (uint32_t i = s->count; i > 0; i--) {
    const struct call *call = &s->call[i - 1];
    if (call->function == owner && context_equal(call->context, context)) {
      return call;
    }
  }
  return NULL;
}

/* The call's record of the variable, or a free one; NULL if there is none. */
static const struct used *used_of(const struct call *call, uint32_t variable) {
  for (unsigned i = 0; i < VARIABLES; i++) {
    if (call->used[i].variable == variable + 1 || call->used[i].variable == 0) {
      return &call->used[i];
    }
  }
  return NULL;
}

static void report(struct detection *d, const struct used *used, const struct event *event) {
  struct sighting sighting = {
      .kind = FINDING_NON_REENTRANT,
      .leaf = event->leaf,
      .access = {used->mine, used->intruder, access_of(event)},
      .accesses = 3,
      .victim = 0,
      .intruder = 1,
      .value = event->whole,
  };
  detection_report(d, &sighting);
}

static void note_own(struct detection *d, const struct state *s, const struct used *used,
                     uint32_t variable, const struct event *event) {
  bool write = event->kind == EVENT_WRITE;
  if (used->disturbed) {
    report(d, used, event);
    settle(d, s, used);
  }
  if (used->variable != 0) {
    if (write && !used->wrote) {
      *(uint8_t *)detection_edit(d, &used->wrote, sizeof used->wrote) = 1;
    }
    return;
  }
  struct used *writable = detection_edit(d, used, offsetof(struct used, intruder));
  writable->variable = variable + 1;
  writable->wrote = write;
  writable->mine = access_of(event);
}

/* Calls of the same function that this context preempted. */
static void disturb(struct detection *d, const struct state *s, uint32_t owner,
                    uint32_t variable, const struct event *event) {
  for (uint32_t i = 0; i < s->count; i++) {
    const struct call *call = &s->call[i];
    const struct used *used = used_of(call, variable);
    if (call->function != owner || context_equal(call->context, event->context) ||
        used == NULL || used->variable == 0 || used->disturbed ||
        (event->kind != EVENT_WRITE && !used->wrote)) {
      continue;
    }
    *(uint8_t *)detection_edit(d, &used->disturbed, sizeof used->disturbed) = detection_open(d);
    *(struct access *)detection_edit(d, &used->intruder, sizeof used->intruder) =
        access_of(event);
    *(uint32_t *)detection_edit(d, &s->disturbed, sizeof s->disturbed) += 1;
  }
}

static bool non_reentrant_cares(const struct detection *d, uint32_t index) {
  if (index >= d->leaves->count) {
    return false;
  }
  const struct leaf *leaf = &d->leaves->leaves[index];
  return leaf->owner != 0 && (leaf->flags & (LEAF_ATOMIC | LEAF_CONST)) == 0;
}

static void on_access(struct detection *d, const struct state *s, const struct event *event) {
  if (s->count == 0 || (event->flags & EVENT_EXCLUSIVE) != 0 ||
      !non_reentrant_cares(d, event->leaf)) {
    return;
  }
  const struct leaf *leaf = &d->leaves->leaves[event->leaf];
  const struct call *call = own_call(s, event->context, leaf->owner);
  if (call == NULL) {
    return;
  }
  const struct used *used = used_of(call, leaf->variable);
  disturb(d, s, leaf->owner, leaf->variable, event);
  if (used == NULL) {
    detection_full(d);
  } else {
    note_own(d, s, used, leaf->variable, event);
  }
}

static void expire(struct detection *d, const struct state *s, uint64_t now) {
  for (uint32_t i = 0; i < s->count && s->disturbed > 0; i++) {
    for (unsigned k = 0; k < VARIABLES; k++) {
      const struct used *used = &s->call[i].used[k];
      if (used->disturbed && used->intruder.boundary + d->horizon < now) {
        settle(d, s, used);
      }
    }
  }
}

static void non_reentrant_observe(struct detection *d, const void *state,
                                  const struct event *event) {
  const struct state *s = state;
  if (s->disturbed > 0) {
    expire(d, s, event->boundary);
  }
  switch ((enum event_kind)event->kind) {
    case EVENT_READ:
    case EVENT_WRITE:
      on_access(d, s, event);
      break;
    case EVENT_CALL:
      on_call(d, s, event);
      break;
    case EVENT_LEAVE:
      on_leave(d, s, event);
      break;
    case EVENT_RETURN:
      on_return(d, s, event);
      break;
    default:
      break;
  }
}

static void non_reentrant_finish(struct detection *d, const void *state) {
  expire(d, state, UINT64_MAX);
}

const struct detector non_reentrant_detector = {
    .name = "non-reentrant",
    .summary = "a function is entered again while it works on its static variable",
    .events = 1U << EVENT_READ | 1U << EVENT_WRITE | 1U << EVENT_CALL | 1U << EVENT_LEAVE |
              1U << EVENT_RETURN,
    .state_size = non_reentrant_state_size,
    .cares = non_reentrant_cares,
    .observe = non_reentrant_observe,
    /* Before its own EVENT_CALL no handler disturbs anyone. */
    .remembers = 1U << EVENT_READ | 1U << EVENT_WRITE | 1U << EVENT_RETURN,
    .finish = non_reentrant_finish,
};
