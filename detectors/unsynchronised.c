/* unsynchronised: two contexts meet on a leaf in adjacent accesses.
 *
 * The one access stands in the very instruction behind which (or inside which)
 * the other's context was taken; one of the two writes, nothing masked it, and
 * the leaf is neither atomic nor volatile: nothing tells the compiler or the
 * next engineer that a handler looks on. A warning, not a proof of harm.
 *
 * Volatile and atomic are known from the declared type, and from the access where
 * both are such operations (Rust's read_volatile).
 *
 * What it cannot see: anything in an image without debug information, where all may be
 * volatile; accesses that never come next to each other; what an instruction touches behind its
 * first RECENT leaves; levels from NESTING_LEVELS on; leaves of more than 8 bytes. */
#include "detectors/piece.h"
#include "detectors/registry.h"

enum { RECENT = 8 };

struct recent { /* one access of the newest instruction; unused while size is 0 */
  uint64_t boundary;
  uint64_t value;
  uint32_t leaf;
  uint32_t pc;
  uint32_t address;
  uint8_t op;
  uint8_t size;
  uint8_t beat;
  uint8_t flags;
};

struct arrival {
  struct context context;
  uint8_t adjacent;   /* accesses of the level below that stand next to our entry */
  uint8_t said_read;  /* which of them we answered with a read, one bit each */
  uint8_t said_write; /* ... with a write */
};

struct level {
  struct recent recent[RECENT]; /* valid as far as they share the first one's boundary */
  struct arrival arrival;
};

struct state {
  uint32_t depth;
  struct level level[NESTING_LEVELS];
};

static size_t unsynchronised_state_size(const struct leaf_table *leaves) {
  (void)leaves;
  return sizeof(struct state);
}

static bool unsynchronised_cares(const struct detection *d, uint32_t index) {
  if (index >= d->leaves->count) {
    return !d->leaves->bare;
  }
  const struct leaf *leaf = &d->leaves->leaves[index];
  return !d->leaves->bare && (leaf->flags & (LEAF_VOLATILE | LEAF_ATOMIC)) == 0 &&
         leaf->size <= PIECE_BYTES;
}

/* Whether plain accesses of this leaf are all that there is between contexts. */
static bool is_plain(const struct detection *d, const struct event *event) {
  return event->leaf != LEAF_NONE && (event->flags & EVENT_EXCLUSIVE) == 0 &&
         unsynchronised_cares(d, event->leaf);
}

/* Accesses remembered of the instruction at this boundary. */
static unsigned recent_count(const struct level *level, uint64_t boundary) {
  unsigned count = 0;
  while (count < RECENT && level->recent[count].size != 0 &&
         level->recent[count].boundary == boundary) {
    count++;
  }
  return count;
}

static void remember(struct detection *d, const struct level *level,
                     const struct event *event) {
  unsigned i = recent_count(level, event->boundary);
  if (i == RECENT) {
    return;
  }
  struct recent *recent = detection_edit(d, &level->recent[i], sizeof level->recent[i]);
  *recent = (struct recent){
      .boundary = event->boundary,
      .value = event->value,
      .leaf = event->leaf,
      .pc = event->pc,
      .address = event->address,
      .op = event->kind,
      .size = event->size,
      .beat = event->beat,
      .flags = event->flags,
  };
}

static struct access access_of_recent(const struct recent *recent, struct context context) {
  return (struct access){
      .op = recent->op,
      .size = recent->size,
      .beat = recent->beat,
      .flags = recent->flags,
      .context = context,
      .pc = recent->pc,
      .address = recent->address,
      .boundary = recent->boundary,
      .value = recent->value,
  };
}

static void report(struct detection *d, struct access victim, const struct event *event) {
  struct sighting sighting = {
      .kind = FINDING_UNSYNCHRONISED,
      .leaf = event->leaf,
      .access = {victim, access_of(event)},
      .accesses = 2,
      .victim = 0,
      .intruder = 1,
      .value = event->value,
  };
  detection_report(d, &sighting);
}

static bool overlap(const struct recent *recent, const struct event *event) {
  return recent->leaf == event->leaf && recent->address < event->address + event->size &&
         event->address < recent->address + recent->size;
}

static uint8_t same_leaf(const struct level *below, unsigned count, uint32_t leaf) {
  unsigned mask = 0;
  for (unsigned i = 0; i < count; i++) {
    mask |= (unsigned)(below->recent[i].leaf == leaf) << i;
  }
  return (uint8_t)mask;
}

/* Compares an access with those that its context was taken next to. */
static void compare(struct detection *d, const struct level *below, const struct level *level,
                    const struct event *event) {
  for (unsigned i = 0; i < level->arrival.adjacent; i++) {
    const struct recent *recent = &below->recent[i];
    bool write = event->kind == EVENT_WRITE;
    if (!overlap(recent, event) || (!write && recent->op != EVENT_WRITE)) {
      continue;
    }
    const uint8_t *said = write ? &level->arrival.said_write : &level->arrival.said_read;
    if ((*said >> i & 1) != 0) {
      continue;
    }
    uint8_t *writable = detection_edit(d, said, sizeof *said);
    *writable |= same_leaf(below, level->arrival.adjacent, event->leaf);
    if (d->is_deliberate(d->image, recent->pc) && d->is_deliberate(d->image, event->pc)) {
      return;
    }
    report(d, access_of_recent(recent, below->arrival.context), event);
    return;
  }
}

static void on_access(struct detection *d, const struct state *s, const struct event *event) {
  if (s->depth >= NESTING_LEVELS || !is_plain(d, event)) {
    return;
  }
  const struct level *level = &s->level[s->depth];
  if (level->arrival.adjacent > 0) {
    compare(d, level - 1, level, event);
  }
  remember(d, level, event);
}

/* How many of the interrupted context's newest accesses stand next to the
 * entry: in the instruction before the place, or inside the one interrupted. */
static uint8_t adjacent_accesses(const struct level *below, const struct event *entry) {
  uint64_t boundary = below->recent[0].boundary;
  bool before = boundary + 1 == entry->boundary;
  bool inside = below->recent[0].pc == entry->pc && (before || boundary == entry->boundary);
  if ((entry->flags & EVENT_TAIL) != 0 ||
      !((entry->flags & EVENT_AT_BEAT) != 0 ? inside : before)) {
    return 0;
  }
  return (uint8_t)recent_count(below, boundary);
}

static void on_entry(struct detection *d, const struct state *s, const struct event *event) {
  uint32_t depth = s->depth + 1;
  *(uint32_t *)detection_edit(d, &s->depth, sizeof s->depth) = depth;
  if (depth >= NESTING_LEVELS) {
    return;
  }
  const struct level *level = &s->level[depth];
  struct arrival *arrival = detection_edit(d, &level->arrival, sizeof level->arrival);
  *arrival = (struct arrival){
      .context = event->context,
      .adjacent = adjacent_accesses(level - 1, event),
  };
}

static void unsynchronised_observe(struct detection *d, const void *state,
                                   const struct event *event) {
  const struct state *s = state;
  if (event->kind == EVENT_ENTRY) {
    on_entry(d, s, event);
  } else if (event->kind == EVENT_RETURN) {
    if (s->depth > 0) {
      *(uint32_t *)detection_edit(d, &s->depth, sizeof s->depth) -= 1;
    }
  } else {
    on_access(d, s, event);
  }
}

/* Of the instruction ahead of the entry, or of the one that it interrupted. */
static bool is_next_to(const struct detection *d, const struct recent *recent) {
  uint32_t depth = d->nesting->depth;
  uint64_t entered = depth < NESTING_LEVELS ? d->nesting->level[depth].entered : 0;
  return recent->size != 0 && recent->boundary + 1 >= entered;
}

static bool unsynchronised_concerns(const struct detection *d, const void *state,
                                    const struct event *event) {
  const struct state *s = state;
  if (s->depth >= NESTING_LEVELS || !is_plain(d, event)) {
    return false;
  }
  const struct level *below = &s->level[s->depth];
  for (unsigned i = 0; i < RECENT && is_next_to(d, &below->recent[i]); i++) {
    if (overlap(&below->recent[i], event)) {
      return true;
    }
  }
  return false;
}

const struct detector unsynchronised_detector = {
    .name = "unsynchronised",
    .summary = "plain accesses of two contexts meet and nothing orders them",
    .events = 1U << EVENT_READ | 1U << EVENT_WRITE | 1U << EVENT_ENTRY | 1U << EVENT_RETURN,
    .state_size = unsynchronised_state_size,
    .cares = unsynchronised_cares,
    .observe = unsynchronised_observe,
    .remembers = 1U << EVENT_ENTRY | 1U << EVENT_RETURN,
    .concerns = unsynchronised_concerns,
    .finish = NULL,
};
