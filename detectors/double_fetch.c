/* double-fetch: a context read a variable twice in one function, a handler changed
 * it in between, and the context went on with both values.
 *
 * The two reads are different instructions of one function, and not copies of one
 * expression (a compiler puts a loop's condition ahead of it, too); the context stores
 * nothing and changes no masks between them. What was read twice is used when it
 * does store something, or ends; if it reads the variable a third time first, it is
 * a loop that waits. Where the outcome is that
 * of one of the serial orders, nothing was wrong (finding_traits.harm).
 *
 * The two reads and the handler's write are of the same bytes.
 *
 * What it cannot see: a handler deeper than LEVELS as the victim; reads through
 * two functions; atomic variables, which are read as often as is meant; variables
 * of more than 8 bytes; more than SUSPICIONS at a time. */
#include "detectors/piece.h"
#include "detectors/registry.h"

enum { LEVELS = 2, SUSPICIONS = 8 };

struct reading { /* unused while pc is 0 */
  uint32_t pc;
  uint32_t serial;
  uint32_t boundary; /* lowest bits */
  uint8_t offset, size;
  uint16_t span; /* of its context, when it read */
};

/* A span of one context, which a store, another mask or a device's register ends. */
struct span {
  uint16_t number;
  uint16_t has_read; /* something */
};

struct suspicion {
  uint32_t held; /* the run that opened it; 0: free */
  uint32_t leaf;
  struct access first, write, second; /* second: size 0 until it was read again */
};

struct state {
  uint32_t held;
  uint32_t reserved;
  struct span span[LEVELS];
  struct suspicion suspicion[SUSPICIONS];
  struct reading reading[][LEVELS]; /* by leaf: the newest */
};

static size_t double_fetch_state_size(const struct leaf_table *leaves) {
  return sizeof(struct state) + leaf_total(leaves) * LEVELS * sizeof(struct reading);
}

static bool is_judged(const struct detection *d, const struct event *event) {
  if (event->leaf == LEAF_NONE || (event->flags & EVENT_EXCLUSIVE) != 0) {
    return false;
  }
  bool atomic = event->leaf < d->leaves->count &&
                (d->leaves->leaves[event->leaf].flags & LEAF_ATOMIC) != 0;
  return !atomic && piece_leaf_size(d->leaves, event->leaf) <= PIECE_BYTES;
}

static void drop(struct detection *d, const struct state *s,
                 const struct suspicion *suspicion) {
  detection_close(d, suspicion->held);
  *(uint32_t *)detection_edit(d, &suspicion->held, sizeof suspicion->held) = 0;
  *(uint32_t *)detection_edit(d, &s->held, sizeof s->held) -= 1;
}

static void report(struct detection *d, const struct suspicion *suspicion) {
  struct sighting sighting = {
      .kind = FINDING_DOUBLE_FETCH,
      .leaf = suspicion->leaf,
      .access = {suspicion->first, suspicion->write, suspicion->second},
      .accesses = 3,
      .victim = 0,
      .intruder = 1,
      .value = suspicion->second.value,
      .expected = {suspicion->first.value},
      .expected_count = 1,
  };
  detection_report(d, &sighting);
}

/* What the context reads from now on has nothing to do with what it read before. */
static void end_span(struct detection *d, const struct state *s) {
  if (d->nesting->depth < LEVELS && s->span[d->nesting->depth].has_read != 0) {
    const struct span *span = &s->span[d->nesting->depth];
    *(struct span *)detection_edit(d, span, sizeof *span) =
        (struct span){.number = (uint16_t)(span->number + 1)};
  }
}

/* The context stores something or ends: what it has read by now is used. */
static void on_use(struct detection *d, const struct state *s, const struct event *event) {
  end_span(d, s);
  for (unsigned i = 0; i < SUSPICIONS && s->held > 0; i++) {
    const struct suspicion *suspicion = &s->suspicion[i];
    if (!suspicion->held || !context_equal(suspicion->first.context, event->context)) {
      continue;
    }
    if (suspicion->second.size != 0) {
      report(d, suspicion);
    }
    drop(d, s, suspicion);
  }
}

/* Another section begins, or this one ends: what is read in it is its own. */
static void on_mask(struct detection *d, const struct state *s, const struct event *event) {
  end_span(d, s);
  for (unsigned i = 0; i < SUSPICIONS && s->held > 0; i++) {
    const struct suspicion *suspicion = &s->suspicion[i];
    if (suspicion->held && suspicion->second.size == 0 &&
        context_equal(suspicion->first.context, event->context)) {
      drop(d, s, suspicion);
    }
  }
}

/* The context reads the leaf again. */
static void read_again(struct detection *d, const struct state *s, const struct event *event) {
  for (unsigned i = 0; i < SUSPICIONS && s->held > 0; i++) {
    const struct suspicion *suspicion = &s->suspicion[i];
    if (!suspicion->held || suspicion->leaf != event->leaf ||
        !context_equal(suspicion->first.context, event->context)) {
      continue;
    }
    bool second = suspicion->second.size == 0 && event->pc != suspicion->first.pc &&
                  event->value != suspicion->first.value &&
                  event->address == suspicion->first.address &&
                  event->size == suspicion->first.size &&
                  d->same_function(d->image, suspicion->first.pc, event->pc) &&
                  !d->same_expression(d->image, suspicion->first.pc, event->pc);
    if (second) {
      *(struct access *)detection_edit(d, &suspicion->second, sizeof suspicion->second) =
          access_of(event);
    } else {
      drop(d, s, suspicion);
    }
  }
}

static void on_read(struct detection *d, const struct state *s, const struct event *event) {
  if (s->held > 0) {
    read_again(d, s, event);
  }
  if (d->nesting->depth >= LEVELS) {
    return;
  }
  const struct reading *reading = &s->reading[event->leaf][d->nesting->depth];
  const struct span *span = &s->span[d->nesting->depth];
  if (span->has_read == 0) {
    *(uint16_t *)detection_edit(d, &span->has_read, sizeof span->has_read) = 1;
  }
  *(struct reading *)detection_edit(d, reading, sizeof *reading) = (struct reading){
      .pc = event->pc,
      .serial = event->context.serial,
      .boundary = (uint32_t)event->boundary,
      .offset = piece_of(d->leaves, event).offset,
      .size = event->size,
      .span = span->number,
  };
}

static uint32_t age_of(const struct reading *reading, const struct event *now) {
  return (uint32_t)now->boundary - reading->boundary;
}

static void suspect(struct detection *d, const struct state *s, const struct event *event,
                    struct context victim, const struct reading *reading) {
  const struct suspicion *free = s->suspicion;
  for (; free < s->suspicion + SUSPICIONS && free->held; free++) {
    if (free->leaf == event->leaf && context_equal(free->first.context, victim)) {
      return; /* the first change counts */
    }
  }
  if (free == s->suspicion + SUSPICIONS) {
    detection_full(d);
    return;
  }
  struct suspicion *suspicion = detection_edit(d, free, sizeof *free);
  *suspicion = (struct suspicion){
      .held = detection_await(d, event->boundary - age_of(reading, event)),
      .leaf = event->leaf,
      .first = {.op = EVENT_READ,
                .size = event->size,
                .context = victim,
                .pc = reading->pc,
                .address = event->address,
                .boundary = event->boundary - age_of(reading, event),
                .value = event->old},
      .write = access_of(event),
  };
  *(uint32_t *)detection_edit(d, &s->held, sizeof s->held) += 1;
}

/* Whether the context of a level has read these bytes, and has not used them. */
static bool stands(const struct detection *d, const struct state *s, const struct event *event,
                   unsigned level) {
  const struct reading *reading = &s->reading[event->leaf][level];
  return reading->pc != 0 && reading->serial == d->nesting->level[level].context.serial &&
         reading->span == s->span[level].number && age_of(reading, event) <= d->horizon &&
         reading->size == event->size && reading->offset == piece_of(d->leaves, event).offset;
}

static void on_write(struct detection *d, const struct state *s, const struct event *event) {
  if (event->value == event->old) {
    return;
  }
  for (unsigned level = 0; level < LEVELS && level < d->nesting->depth; level++) {
    if (stands(d, s, event, level)) {
      suspect(d, s, event, d->nesting->level[level].context, &s->reading[event->leaf][level]);
    }
  }
}

/* Its own write makes what the context read before a thing of the past. */
static void forget(struct detection *d, const struct state *s, const struct event *event) {
  if (d->nesting->depth < LEVELS) {
    const struct reading *reading = &s->reading[event->leaf][d->nesting->depth];
    if (reading->pc != 0) {
      *(uint32_t *)detection_edit(d, &reading->pc, sizeof reading->pc) = 0;
    }
  }
}

static void expire(struct detection *d, const struct state *s, uint64_t now) {
  for (unsigned i = 0; i < SUSPICIONS && s->held > 0; i++) {
    const struct suspicion *suspicion = &s->suspicion[i];
    if (suspicion->held && suspicion->write.boundary + d->horizon < now) {
      drop(d, s, suspicion);
    }
  }
}

static void on_access(struct detection *d, const struct state *s, const struct event *event) {
  if (event->kind == EVENT_WRITE && event->leaf != LEAF_NONE) {
    on_use(d, s, event);
  }
  if (!is_judged(d, event)) {
    return;
  }
  if (event->kind == EVENT_READ) {
    on_read(d, s, event);
  } else {
    on_write(d, s, event);
    forget(d, s, event);
  }
}

static void double_fetch_observe(struct detection *d, const void *state,
                                 const struct event *event) {
  const struct state *s = state;
  if (s->held > 0) {
    expire(d, s, event->boundary);
  }
  switch ((enum event_kind)event->kind) {
    case EVENT_READ:
    case EVENT_WRITE:
      on_access(d, s, event);
      break;
    case EVENT_DEVICE_WRITE:
      on_use(d, s, event);
      break;
    case EVENT_MASK:
      on_mask(d, s, event);
      break;
    case EVENT_RETURN:
      on_use(d, s, event);
      break;
    default:
      break;
  }
}

static void double_fetch_finish(struct detection *d, const void *state) {
  expire(d, state, UINT64_MAX);
}

static bool double_fetch_concerns(const struct detection *d, const void *state,
                                  const struct event *event) {
  const struct state *s = state;
  if (event->kind != EVENT_WRITE || event->value == event->old || !is_judged(d, event)) {
    return false;
  }
  for (unsigned level = 0; level < LEVELS && level < d->nesting->depth; level++) {
    if (stands(d, s, event, level)) {
      return true;
    }
  }
  return false;
}

const struct detector double_fetch_detector = {
    .name = "double-fetch",
    .summary = "a variable changes between two reads of one function",
    .events = 1U << EVENT_READ | 1U << EVENT_WRITE | 1U << EVENT_ENTRY | 1U << EVENT_RETURN |
              1U << EVENT_MASK | 1U << EVENT_DEVICE_WRITE,
    .state_size = double_fetch_state_size,
    .observe = double_fetch_observe,
    .remembers = 1U << EVENT_READ | 1U << EVENT_ENTRY | 1U << EVENT_RETURN,
    .concerns = double_fetch_concerns,
    .finish = double_fetch_finish,
};
