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
 * A group of the scenario may have device registers, too: they are told of by accesses
 * alone, and are members numbered behind the leaves (FIRST_REGISTER).
 *
 * What it cannot see: what the hardware does to registers; objects of one leaf, arrays (a
 * ring's elements and indices are changed apart on purpose), objects reached through heaps;
 * more than SEEN members that a handler touches; handlers as victims above LEVELS. */
#include "detectors/claims.h"
#include "detectors/piece.h"
#include "detectors/registry.h"

enum { LEVELS = 2, SEEN = 8, SUSPICIONS = 4 };
static const uint32_t FIRST_REGISTER = 0x80000000; /* member: index in the claims + this */

struct mine { /* the newest access of a context to a leaf; unused while pc is 0 */
  uint32_t pc;
  uint32_t serial; /* top bit: it wrote */
  uint64_t boundary;
};
#define MINE_WROTE 0x80000000U

/* What the acting handler did to members that its victim accessed before. */
struct seen {
  uint32_t leaf; /* member + 1; 0: unused */
  uint32_t serial;
  uint64_t old; /* what stood there before */
  struct access access;
};

struct suspicion {
  uint32_t held;          /* the run that opened it; 0: free */
  uint32_t first, second; /* members */
  struct access mine, their_first, their_second;
  struct access after; /* reader: the second member, until it is used */
};

struct state {
  uint32_t held;
  uint32_t next; /* in seen */
  struct seen seen[SEEN];
  struct suspicion suspicion[SUSPICIONS];
  struct mine mine[][LEVELS]; /* by typed leaf; then by register */
};

static size_t inconsistent_snapshot_state_size(const struct leaf_table *leaves) {
  return sizeof(struct state) +
         (leaves->count + (size_t)CLAIM_REGISTERS) * LEVELS * sizeof(struct mine);
}

/* NULL: a leaf. */
static const struct claim_register *register_of(const struct detection *d, uint32_t member) {
  bool is_register = d->claims != NULL && member - FIRST_REGISTER < d->claims->register_count;
  return is_register ? &d->claims->registers[member - FIRST_REGISTER] : NULL;
}

static const struct mine *mine_of(const struct detection *d, const struct state *s,
                                  uint32_t member, unsigned level) {
  bool is_leaf = register_of(d, member) == NULL;
  return &s->mine[is_leaf ? member : d->leaves->count + (member - FIRST_REGISTER)][level];
}

/* Number of the scenario's group that a member is of; 0: none. */
static uint32_t group_of(const struct detection *d, uint32_t leaf) {
  const struct claim_register *claimed = register_of(d, leaf);
  if (claimed != NULL) {
    return claimed->group;
  }
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
  uint32_t other = group_of(d, b);
  return a != b && (group != 0 || other != 0
                        ? group == other
                        : d->leaves->leaves[a].variable == d->leaves->leaves[b].variable);
}

static void drop(struct detection *d, const struct state *s,
                 const struct suspicion *suspicion) {
  detection_close(d, suspicion->held);
  *(uint32_t *)detection_edit(d, &suspicion->held, sizeof suspicion->held) = 0;
  *(uint32_t *)detection_edit(d, &s->held, sizeof s->held) -= 1;
}

/* As it was told, and not as of a leaf. */
static void name_device(const struct detection *d, struct access *access) {
  for (uint32_t i = 0; d->claims != NULL && i < d->claims->register_count; i++) {
    const struct claim_register *claimed = &d->claims->registers[i];
    if (access->address - claimed->address < claimed->size) {
      access->op = access->op == EVENT_WRITE ? EVENT_DEVICE_WRITE : EVENT_DEVICE_READ;
    }
  }
}

static void report(struct detection *d, const struct suspicion *suspicion,
                   const struct access *after) {
  struct sighting sighting = {
      .kind = FINDING_INCONSISTENT_SNAPSHOT,
      .leaf = register_of(d, suspicion->second) != NULL ? LEAF_NONE : suspicion->second,
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
  for (unsigned i = 0; i < sighting.accesses; i++) {
    name_device(d, &sighting.access[i]);
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
  const struct mine *mine = mine_of(d, s, leaf, level);
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
  const struct mine *mine = mine_of(d, s, event->leaf, d->nesting->depth);
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

static void on_member(struct detection *d, const struct state *s, const struct event *event) {
  if (s->held > 0) {
    settle(d, s, event);
  }
  if (d->nesting->depth > 0) {
    on_handler(d, s, event);
  }
  remember(d, s, event);
}

static void on_access(struct detection *d, const struct state *s, const struct event *event) {
  if (s->held > 0 && event->kind == EVENT_WRITE && event->leaf != LEAF_NONE) {
    on_use(d, s, event);
  }
  if ((event->flags & EVENT_EXCLUSIVE) == 0 && inconsistent_snapshot_cares(d, event->leaf)) {
    on_member(d, s, event);
  }
}

static uint32_t bytes_of(uint64_t value, uint32_t from, uint32_t size) {
  return (uint32_t)(value >> 8 * from & ((UINT64_C(1) << 8 * size) - 1));
}

/* What an access does to a register of a group, or to the part of it that this names, as if
 * that were a leaf; false: nothing. A write that leaves the register as it was changes
 * nothing, whatever was written. */
static bool access_to(const struct detection *d, uint32_t index, const struct event *event,
                      struct event *part) {
  const struct claim_register *claimed = &d->claims->registers[index];
  uint32_t first = event->address > claimed->address ? event->address : claimed->address;
  uint32_t end = event->address + event->size;
  end = end < claimed->address + claimed->size ? end : claimed->address + claimed->size;
  if (first >= end) {
    return false;
  }
  uint32_t size = end - first;
  uint32_t now = bytes_of(event->whole, first & 3, size);
  uint32_t before = bytes_of(event->old, first & 3, size);
  *part = *event;
  part->kind = event->kind == EVENT_DEVICE_WRITE ? EVENT_WRITE : EVENT_READ;
  part->leaf = FIRST_REGISTER + index;
  part->address = first;
  part->size = (uint8_t)size;
  part->value = bytes_of(event->value, first - event->address, size);
  part->old = event->kind == EVENT_DEVICE_READ || now != before ? before : part->value;
  return true;
}

static void on_device(struct detection *d, const struct state *s, const struct event *event) {
  struct event part;
  if (event->kind == EVENT_DEVICE_WRITE) {
    on_use(d, s, event);
  }
  for (uint32_t i = 0; d->claims != NULL && i < d->claims->register_count; i++) {
    if (access_to(d, i, event, &part)) {
      on_member(d, s, &part);
    }
  }
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
    case EVENT_DEVICE_READ:
    case EVENT_DEVICE_WRITE:
      on_device(d, s, event);
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

static bool member_concerns(const struct detection *d, const struct state *s,
                            const struct event *event) {
  for (unsigned level = 0; level < LEVELS && level < d->nesting->depth; level++) {
    if (opposite(d, s, event->leaf, level, event) != NULL) {
      return true;
    }
  }
  return false;
}

/* One of a pair is what a preempted context did the opposite to. */
static bool inconsistent_snapshot_concerns(const struct detection *d, const void *state,
                                           const struct event *event) {
  if (event->kind == EVENT_READ || event->kind == EVENT_WRITE) {
    return inconsistent_snapshot_cares(d, event->leaf) && member_concerns(d, state, event);
  }
  struct event part;
  bool device = event->kind == EVENT_DEVICE_READ || event->kind == EVENT_DEVICE_WRITE;
  for (uint32_t i = 0; device && d->claims != NULL && i < d->claims->register_count; i++) {
    if (access_to(d, i, event, &part) && member_concerns(d, state, &part)) {
      return true;
    }
  }
  return false;
}

const struct detector inconsistent_snapshot_detector = {
    .name = "inconsistent-snapshot",
    .summary = "members of one object are read in a combination that never was",
    .events = 1U << EVENT_READ | 1U << EVENT_WRITE | 1U << EVENT_ENTRY | 1U << EVENT_RETURN |
              1U << EVENT_DEVICE_READ | 1U << EVENT_DEVICE_WRITE | 1U << EVENT_MASK,
    .state_size = inconsistent_snapshot_state_size,
    .cares = inconsistent_snapshot_cares,
    .observe = inconsistent_snapshot_observe,
    .remembers = 1U << EVENT_ENTRY | 1U << EVENT_RETURN,
    .concerns = inconsistent_snapshot_concerns,
    .finish = inconsistent_snapshot_finish,
};
