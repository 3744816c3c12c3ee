/* fault, lockup: the firmware faulted, locked up, or stands in a loop of
 * breakpoints.
 *
 * A fault is a finding wherever it comes. When it comes in code that was
 * interrupted just before, and the handler changed a variable that this code had
 * accessed shortly before, both accesses are named with it: the pointer that was
 * checked and then cleared. Such a change keeps the branch going for REACH
 * boundaries behind the handler, so that its consequence is seen. So does an exception
 * that is tail-chained: its handler begins with the LR and the registers that the one
 * before it left, not with those of an entry of its own.
 *
 * What it cannot see: faults that come later than that; which of several
 * variables was the cause (the first one that was changed is named). */
#include "detectors/piece.h"
#include "detectors/registry.h"

enum { SVCALL = 11 /* a call of the program's own: what it changes is no surprise */ };
enum { ACCESSES = 16, LEVELS = 4, REACH = 48, BREAKPOINTS = 3, BREAKPOINT_LOOP = 16 };

struct mark {    /* of an access; unused while leaf is 0 */
  uint32_t leaf; /* index + 1; top bit: it wrote */
  uint32_t serial;
  uint32_t pc;
  uint32_t boundary; /* lowest bits */
};
#define MARK_WROTE 0x80000000U

struct cause {
  uint32_t known; /* a handler changed what its victim had accessed, within the horizon */
  uint32_t held;  /* the branch is looked at farther for it; 0: over, or of the spine */
  uint32_t leaf;
  uint64_t until;           /* boundary; 0: the handler has not returned yet */
  struct access own, write; /* of the preempted context, of the handler */
};

struct chain {    /* handlers one behind the other, and what comes behind them */
  uint64_t until; /* boundary; 0: they are not through */
  uint64_t held;
};

struct state {
  struct chain chain;
  struct mark mark[LEVELS][ACCESSES]; /* rings, by level */
  uint32_t next[LEVELS];
  struct cause cause;
  uint32_t stopped_pc, stops; /* breakpoints in a row at one pc */
  uint64_t stopped_at;
};

static size_t fault_state_size(const struct leaf_table *leaves) {
  (void)leaves;
  return sizeof(struct state);
}

static unsigned top_level(const struct detection *d) {
  return d->nesting->depth < LEVELS ? d->nesting->depth : LEVELS - 1;
}

static void remember(struct detection *d, const struct state *s, const struct event *event) {
  unsigned level = top_level(d);
  const uint32_t *next = &s->next[level];
  uint32_t leaf = (event->leaf + 1) | (event->kind == EVENT_WRITE ? MARK_WROTE : 0U);
  const struct mark *newest = &s->mark[level][(*next + ACCESSES - 1) % ACCESSES];
  if (newest->leaf == leaf && newest->pc == event->pc &&
      newest->serial == event->context.serial) {
    return; /* a poll */
  }
  *(struct mark *)detection_edit(d, &s->mark[level][*next], sizeof *newest) =
      (struct mark){leaf, event->context.serial, event->pc, (uint32_t)event->boundary};
  *(uint32_t *)detection_edit(d, next, sizeof *next) = (*next + 1) % ACCESSES;
}

/* The newest access of a preempted context to this leaf, or NULL. */
static const struct mark *mark_below(const struct detection *d, const struct state *s,
                                     uint32_t leaf, struct context *context) {
  for (unsigned level = top_level(d); level > 0; level--) {
    *context = d->nesting->level[level - 1].context;
    uint32_t next = s->next[level - 1];
    for (unsigned i = 1; i <= ACCESSES; i++) {
      const struct mark *mark = &s->mark[level - 1][(next + ACCESSES - i) % ACCESSES];
      if ((mark->leaf & ~MARK_WROTE) == leaf + 1 && mark->serial == context->serial) {
        return mark;
      }
    }
  }
  return NULL;
}

/* Whether there is one. Asked of most probes: in any order. */
static bool is_marked(const struct detection *d, const struct state *s, uint32_t leaf) {
  bool marked = false;
  for (unsigned level = top_level(d); level > 0; level--) {
    const struct mark *marks = s->mark[level - 1];
    uint32_t serial = d->nesting->level[level - 1].context.serial;
    for (unsigned i = 0; i < ACCESSES; i++) {
      marked |= (marks[i].leaf & ~MARK_WROTE) == leaf + 1 && marks[i].serial == serial;
    }
  }
  return marked;
}

/* A handler of the spine's was first, not long ago. */
static bool stands(const struct cause *cause, const struct event *event) {
  return cause->known && (cause->until == 0 || event->boundary <= cause->until);
}

/* Of several changes the first is named: of the spine's, and of the same leaf. */
static bool is_named(const struct detection *d, const struct cause *cause,
                     const struct event *event, struct context victim) {
  bool same = cause->leaf == event->leaf && context_equal(cause->own.context, victim);
  return stands(cause, event) && (same || *d->run == SPINE_RUN);
}

/* A probe's change is looked at, whatever is named. */
static void look_again(struct detection *d, const struct cause *cause) {
  if (*d->run != SPINE_RUN) {
    struct cause *writable = detection_edit(d, cause, offsetof(struct cause, own));
    writable->held = detection_watch(d, REACH);
    writable->until = 0;
  }
}

static void suspect(struct detection *d, const struct state *s, const struct event *event) {
  struct context context = {0};
  if (s->cause.held || d->nesting->depth == 0 || event->value == event->old ||
      event->context.exception == SVCALL) {
    return;
  }
  const struct mark *mark = mark_below(d, s, event->leaf, &context);
  if (mark == NULL) {
    return;
  }
  if (is_named(d, &s->cause, event, context)) {
    look_again(d, &s->cause);
    return;
  }
  uint8_t size = piece_leaf_size(d->leaves, event->leaf);
  bool judged = size <= PIECE_BYTES;
  struct cause *cause = detection_edit(d, &s->cause, sizeof s->cause);
  *cause = (struct cause){
      .known = 1,
      .held = detection_watch(d, REACH),
      .leaf = event->leaf,
      .own = {.op = (uint8_t)((mark->leaf & MARK_WROTE) != 0 ? EVENT_WRITE : EVENT_READ),
              .size = judged ? size : event->size,
              .context = context,
              .pc = mark->pc,
              .address = judged ? piece_leaf_address(d->leaves, event->leaf) : event->address,
              .boundary = event->boundary - (uint32_t)(event->boundary - mark->boundary),
              .value = judged ? piece_before(event, piece_of(d->leaves, event)) : event->old},
      .write = access_of(event),
  };
}

static void on_access(struct detection *d, const struct state *s, const struct event *event) {
  if (event->leaf == LEAF_NONE) {
    return;
  }
  if (event->kind == EVENT_WRITE) {
    suspect(d, s, event);
  }
  remember(d, s, event);
}

static void drop(struct detection *d, const struct state *s) {
  if (s->cause.held) {
    detection_unwatch(d, s->cause.held);
    *(uint32_t *)detection_edit(d, &s->cause.held, sizeof s->cause.held) = 0;
  }
}

static void drop_chain(struct detection *d, const struct state *s) {
  if (s->chain.held) {
    detection_unwatch(d, (uint32_t)s->chain.held);
    *(struct chain *)detection_edit(d, &s->chain, sizeof s->chain) = (struct chain){0};
  }
}

static void follow_chain(struct detection *d, const struct state *s,
                         const struct event *event) {
  const struct chain *chain = &s->chain;
  bool goes_on = (event->flags & EVENT_TAIL) != 0;
  if (goes_on && !chain->held) {
    *(struct chain *)detection_edit(d, chain, sizeof *chain) =
        (struct chain){.held = detection_watch(d, REACH)};
  } else if (!goes_on && chain->held && chain->until == 0) {
    *(uint64_t *)detection_edit(d, &chain->until, sizeof chain->until) =
        event->boundary + REACH;
  }
}

static void forget(struct detection *d, const struct state *s) {
  drop(d, s);
  *(uint32_t *)detection_edit(d, &s->cause.known, sizeof s->cause.known) = 0;
}

static void on_return(struct detection *d, const struct state *s, const struct event *event) {
  const struct cause *cause = &s->cause;
  follow_chain(d, s, event);
  if (cause->known && context_equal(event->context, cause->own.context)) {
    forget(d, s);
  } else if (cause->known && cause->until == 0 &&
             context_equal(event->other, cause->own.context)) {
    *(uint64_t *)detection_edit(d, &cause->until, sizeof cause->until) =
        event->boundary + REACH;
  }
}

static void report(struct detection *d, const struct state *s, enum finding_kind kind,
                   const struct event *event) {
  struct sighting sighting = {
      .kind = kind, .leaf = LEAF_NONE, .access = {access_of(event)}, .accesses = 1};
  if (s->cause.known && context_equal(event->context, s->cause.own.context)) {
    sighting.leaf = s->cause.leaf;
    sighting.access[0] = s->cause.own;
    sighting.access[1] = s->cause.write;
    sighting.access[2] = access_of(event);
    sighting.accesses = 3;
    sighting.intruder = 1;
    sighting.value = s->cause.write.value;
  }
  detection_report(d, &sighting);
}

/* A loop of breakpoints, as at the end of a panic. */
static void on_breakpoint(struct detection *d, const struct state *s,
                          const struct event *event) {
  bool again = s->stopped_pc == event->pc && event->boundary - s->stopped_at <= BREAKPOINT_LOOP;
  uint32_t stops = again ? s->stops + 1 : 1;
  *(uint32_t *)detection_edit(d, &s->stopped_pc, sizeof s->stopped_pc) = event->pc;
  *(uint32_t *)detection_edit(d, &s->stops, sizeof s->stops) = stops;
  *(uint64_t *)detection_edit(d, &s->stopped_at, sizeof s->stopped_at) = event->boundary;
  if (stops == BREAKPOINTS) {
    report(d, s, FINDING_FAULT, event);
  }
}

static void fault_observe(struct detection *d, const void *state, const struct event *event) {
  const struct state *s = state;
  const struct cause *cause = &s->cause;
  if (cause->held && cause->until != 0 && event->boundary > cause->until) {
    drop(d, s);
  }
  if (s->chain.until != 0 && event->boundary > s->chain.until) {
    drop_chain(d, s);
  }
  if (cause->known && event->boundary > cause->write.boundary + d->horizon) {
    forget(d, s);
  }
  switch ((enum event_kind)event->kind) {
    case EVENT_READ:
    case EVENT_WRITE:
      on_access(d, s, event);
      break;
    case EVENT_RETURN:
      on_return(d, s, event);
      break;
    case EVENT_BKPT:
      on_breakpoint(d, s, event);
      break;
    case EVENT_FAULT:
      report(d, s, FINDING_FAULT, event);
      break;
    case EVENT_LOCKUP:
      report(d, s, FINDING_LOCKUP, event);
      break;
    default:
      break;
  }
}

static void fault_finish(struct detection *d, const void *state) {
  const struct state *s = state;
  drop(d, s);
  drop_chain(d, s);
}

static bool fault_concerns(const struct detection *d, const void *state,
                           const struct event *event) {
  return event->kind != EVENT_WRITE ||
         (event->leaf != LEAF_NONE && event->value != event->old &&
          is_marked(d, state, event->leaf));
}

const struct detector fault_detector = {
    .name = "fault",
    .summary = "the firmware faults, locks up or stands in a loop of breakpoints",
    .events = 1U << EVENT_READ | 1U << EVENT_WRITE | 1U << EVENT_ENTRY | 1U << EVENT_RETURN |
              1U << EVENT_BKPT | 1U << EVENT_FAULT | 1U << EVENT_LOCKUP,
    .state_size = fault_state_size,
    .observe = fault_observe,
    .hears_far = 1U << EVENT_BKPT | 1U << EVENT_FAULT | 1U << EVENT_LOCKUP,
    .remembers = 1U << EVENT_READ | 1U << EVENT_ENTRY | 1U << EVENT_RETURN,
    .concerns = fault_concerns,
    .finish = fault_finish,
};
