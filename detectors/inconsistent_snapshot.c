/* inconsistent-snapshot: members of one object were read together in a combination
 * that never existed outside of the function that changes them.
 *
 * Either the writer was interrupted: it wrote one member, a handler read this one
 * and another, and then the writer wrote the other, further down in the same
 * function and without a change of the masks on the way. Or the
 * reader was: it read one member, a handler wrote this one and another, and the
 * reader went on to read the other in the same function; if it reads the first
 * again before it uses them (stores something, or ends), it validates, and is
 * sound. Where the outcome is that of one of the serial orders, nothing was wrong
 * (finding_traits.harm).
 *
 * What it cannot see: objects of one leaf, arrays (a ring's elements and indices
 * are changed apart on purpose), objects reached through heaps; more than SEEN
 * members that a handler touches; handlers as victims above LEVELS. */
#include "detectors/claims.h"
#include "detectors/piece.h"
#include "detectors/registry.h"

enum { LEVELS = 2, SEEN = 8, SUSPICIONS = 4 };

struct mine { /* the newest access of a context to a leaf; unused while pc is 0 */
  uint32_t pc;
  uint32_t serial; /* top bit: it wrote */
  uint64_t boundary;
};
#define MINE_WROTE 0x80000000U

/* What the acting handler did to members that its victim accessed before. */
struct seen {
  uint32_t leaf; /* index + 1; 0: unused */
  uint32_t serial;
  uint64_t old; /* what stood there before */
  struct access access;
};

struct suspicion {
  uint32_t held;          /* the run that opened it; 0: free */
  uint32_t first, second; /* leaves */
  struct access mine, their_first, their_second;
  struct access after; /* reader: the second member, until it is used */
};

struct state {
  uint32_t held;
  uint32_t next; /* in seen */
  struct seen seen[SEEN];
  struct suspicion suspicion[SUSPICIONS];
  struct mine mine[][LEVELS]; /* by typed leaf */
};

static size_t inconsistent_snapshot_state_size(const struct leaf_table *leaves) {
  return sizeof(struct state) + leaves->count * LEVELS * sizeof(struct mine);
}

/* Number of the scenario's group that a leaf is of; 0: none. */
static uint32_t group_of(const struct detection *d, uint32_t leaf) {
  return d->claims != NULL && d->claims->group_of != NULL ? d->claims->group_of[leaf] : 0;
}

/* A member of a struct, of a variable that has others; or of a group. */
static bool inconsistent_snapshot_cares(const struct detection *d, uint32_t index) {
  if (index >= d->leaves->count) {
    return false;
  }
  const struct leaf *leaf = &d->leaves->leaves[index];
  bool grouped = group_of(d, index) != 0;
  bool member = (leaf->flags & LEAF_MEMBER) != 0 && (leaf->flags & LEAF_ATOMIC) == 0;
  return (grouped || member) && leaf->size <= PIECE_BYTES;
}

static bool same_object(const struct detection *d, uint32_t a, uint32_t b) {
  uint32_t group = group_of(d, a);
  return a != b &&
         (group != 0 ? group == group_of(d, b)
                     : d->leaves->leaves[a].variable == d->leaves->leaves[b].variable);
}

static void drop(struct detection *d, const struct state *s,
                 const struct suspicion *suspicion) {
  detection_close(d, suspicion->held);
  *(uint32_t *)detection_edit(d, &suspicion->held, sizeof suspicion->held) = 0;
  *(uint32_t *)detection_edit(d, &s->held, sizeof s->held) -= 1;
}

static void report(struct detection *d, const struct suspicion *suspicion,
                   const struct access *after) {
  struct sighting sighting = {
      .kind = FINDING_INCONSISTENT_SNAPSHOT,
      .leaf = suspicion->second,
      .access = {suspicion->mine, suspicion->their_first, suspicion->their_second, *after},
      .accesses = 4,
      .victim = 0,
      .intruder = 2,
      .value = after->value,
  };
  if (sighting.access[1].boundary > sighting.access[2].boundary ||
      (sighting.access[1].boundary == sighting.access[2].boundary &&
       sighting.access[1].beat > sighting.access[2].beat)) {
    sighting.access[1] = suspicion->their_second;
    sighting.access[2] = suspicion->their_first;
    sighting.intruder = 1;
  }
  detection_report(d, &sighting);
}

/* Stored something, or ended: what was read together is used. */
static void on_use(struct detection *d, const struct state *s, const struct event *event) {
  for (unsigned i = 0; i < SUSPICIONS && s->held > 0; i++) {
    const struct suspicion *suspicion = &s->suspicion[i];
    if (!suspicion->held || !context_equal(suspicion->mine.context, event->context)) {
      continue;
    }
    if (suspicion->after.size != 0) {
      report(d, suspicion, &suspicion->after);
      drop(d, s, suspicion);
    } else if (event->kind == EVENT_RETURN) {
      drop(d, s, suspicion);
    }
  }
}

/* The victim accesses a member again, or the other one. */
static void settle(struct detection *d, const struct state *s, const struct event *event) {
  for (unsigned i = 0; i < SUSPICIONS && s->held > 0; i++) {
    const struct suspicion *suspicion = &s->suspicion[i];
    if (!suspicion->held || !context_equal(suspicion->mine.context, event->context)) {
      continue;
    }
    struct access access = access_of(event);
    bool alike = suspicion->mine.op == event->kind;
    bool other = suspicion->second == event->leaf && alike && event->pc > suspicion->mine.pc &&
                 d->same_function(d->image, suspicion->mine.pc, event->pc);
    if (suspicion->first == event->leaf || (suspicion->second == event->leaf && !other)) {
      drop(d, s, suspicion);
    } else if (other && event->kind == EVENT_WRITE) {
      if (event->value != event->old) {
        report(d, suspicion, &access);
      }
      drop(d, s, suspicion);
    } else if (other) {
      *(struct access *)detection_edit(d, &suspicion->after, sizeof suspicion->after) = access;
    }
  }
}

/* A section begins or ends: what was done before it is done. */
static void on_mask(struct detection *d, const struct state *s, const struct event *event) {
  for (unsigned i = 0; i < SUSPICIONS && s->held > 0; i++) {
    const struct suspicion *suspicion = &s->suspicion[i];
    if (suspicion->held && suspicion->after.size == 0 &&
        context_equal(suspicion->mine.context, event->context)) {
      drop(d, s, suspicion);
    }
  }
}

static void suspect(struct detection *d, const struct state *s, const struct seen *first,
                    const struct mine *mine, struct context victim, const struct event *event) {
  const struct suspicion *free = s->suspicion;
  while (free < s->suspicion + SUSPICIONS && free->held) {
    free++;
  }
  if (free == s->suspicion + SUSPICIONS) {
    detection_full(d);
    return;
  }
  struct suspicion *suspicion = detection_edit(d, free, sizeof *free);
  *suspicion = (struct suspicion){
      .held = detection_open(d),
      .first = first->leaf - 1,
      .second = event->leaf,
      .mine = {.op = (uint8_t)((mine->serial & MINE_WROTE) != 0 ? EVENT_WRITE : EVENT_READ),
               .size = first->access.size,
               .context = victim,
               .pc = mine->pc,
               .address = first->access.address,
               .boundary = mine->boundary,
               .value = (mine->serial & MINE_WROTE) != 0 ? first->access.value : first->old},
      .their_first = first->access,
      .their_second = access_of(event),
  };
  *(uint32_t *)detection_edit(d, &s->held, sizeof s->held) += 1;
}

/* The victim's record of a leaf, if it did the opposite of what the handler does
 * and has not done it too long ago. */
static const struct mine *opposite(const struct detection *d, const struct state *s,
                                   uint32_t leaf, unsigned level, const struct event *event) {
  const struct mine *mine = &s->mine[leaf][level];
  bool wrote = (mine->serial & MINE_WROTE) != 0;
  bool live =
      mine->pc != 0 && (mine->serial & ~MINE_WROTE) == d->nesting->level[level].context.serial;
  return live && wrote == (event->kind == EVENT_READ) &&
                 mine->boundary + d->horizon >= event->boundary
             ? mine
             : NULL;
}

/* A pair: the one member the victim had touched when it was interrupted, the other
 * it had not, since. */
static void pair(struct detection *d, const struct state *s, const struct seen *one,
                 const struct event *event, unsigned level) {
  const struct context victim = d->nesting->level[level].context;
  const struct mine *first = opposite(d, s, one->leaf - 1, level, event);
  const struct mine *second = opposite(d, s, event->leaf, level, event);
  struct seen here = {event->leaf + 1, event->context.serial, event->old, access_of(event)};
  if (first != NULL && (second == NULL || second->boundary < first->boundary)) {
    suspect(d, s, one, first, victim, event);
  } else if (second != NULL && (first == NULL || first->boundary < second->boundary)) {
    struct event earlier = *event;
    earlier.leaf = one->leaf - 1;
    earlier.address = one->access.address;
    earlier.size = one->access.size;
    earlier.pc = one->access.pc;
    earlier.boundary = one->access.boundary;
    earlier.beat = one->access.beat;
    earlier.value = one->access.value;
    suspect(d, s, &here, second, victim, &earlier);
  }
}

static void on_handler(struct detection *d, const struct state *s, const struct event *event) {
  if (event->kind == EVENT_WRITE && event->value == event->old) {
    return;
  }
  for (unsigned i = 0; i < SEEN; i++) {
    const struct seen *seen = &s->seen[i];
    if (seen->leaf == 0 || seen->serial != event->context.serial ||
        seen->access.op != event->kind || !same_object(d, seen->leaf - 1, event->leaf)) {
      continue;
    }
    for (unsigned level = 0; level < LEVELS && level < d->nesting->depth; level++) {
      pair(d, s, seen, event, level);
    }
  }
  const struct seen *seen = &s->seen[s->next];
  *(struct seen *)detection_edit(d, seen, sizeof *seen) =
      (struct seen){event->leaf + 1, event->context.serial, event->old, access_of(event)};
  *(uint32_t *)detection_edit(d, &s->next, sizeof s->next) = (s->next + 1) % SEEN;
}

static void remember(struct detection *d, const struct state *s, const struct event *event) {
  bool idle = event->kind == EVENT_WRITE && event->value == event->old;
  if (d->nesting->depth >= LEVELS || idle) {
    return;
  }
  const struct mine *mine = &s->mine[event->leaf][d->nesting->depth];
  uint32_t wrote = event->kind == EVENT_WRITE ? MINE_WROTE : 0U;
  *(struct mine *)detection_edit(d, mine, sizeof *mine) =
      (struct mine){event->pc, event->context.serial | wrote, event->boundary};
}

static void expire(struct detection *d, const struct state *s, uint64_t now) {
  for (unsigned i = 0; i < SUSPICIONS && s->held > 0; i++) {
    const struct suspicion *suspicion = &s->suspicion[i];
    if (suspicion->held && suspicion->their_second.boundary + d->horizon < now) {
      drop(d, s, suspicion);
    }
  }
}

static void on_access(struct detection *d, const struct state *s, const struct event *event) {
  if (s->held > 0 && event->kind == EVENT_WRITE && event->leaf != LEAF_NONE) {
    on_use(d, s, event);
  }
  if ((event->flags & EVENT_EXCLUSIVE) != 0 || !inconsistent_snapshot_cares(d, event->leaf)) {
    return;
  }
  if (s->held > 0) {
    settle(d, s, event);
  }
  if (d->nesting->depth > 0) {
    on_handler(d, s, event);
  }
  remember(d, s, event);
}

static void inconsistent_snapshot_observe(struct detection *d, const void *state,
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

static void inconsistent_snapshot_finish(struct detection *d, const void *state) {
  expire(d, state, UINT64_MAX);
}

/* One of a pair is what a preempted context did the opposite to. */
static bool inconsistent_snapshot_concerns(const struct detection *d, const void *state,
                                           const struct event *event) {
  const struct state *s = state;
  bool access = event->kind == EVENT_READ || event->kind == EVENT_WRITE;
  if (!access || !inconsistent_snapshot_cares(d, event->leaf)) {
    return false;
  }
  for (unsigned level = 0; level < LEVELS && level < d->nesting->depth; level++) {
    if (opposite(d, s, event->leaf, level, event) != NULL) {
      return true;
    }
  }
  return false;
}

const struct detector inconsistent_snapshot_detector = {
    .name = "inconsistent-snapshot",
    .summary = "members of one object are read in a combination that never was",
    .events = 1U << EVENT_READ | 1U << EVENT_WRITE | 1U << EVENT_ENTRY | 1U << EVENT_RETURN |
              1U << EVENT_DEVICE_WRITE | 1U << EVENT_MASK,
    .state_size = inconsistent_snapshot_state_size,
    .cares = inconsistent_snapshot_cares,
    .observe = inconsistent_snapshot_observe,
    .remembers = 1U << EVENT_ENTRY | 1U << EVENT_RETURN,
    .concerns = inconsistent_snapshot_concerns,
    .finish = inconsistent_snapshot_finish,
};
