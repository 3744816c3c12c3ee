/* lost-update: an activation reads a leaf, a context that preempts it writes the
 * same bytes, and the first writes them without having read them again.
 *
 * By bytes, so that neighbours in one word do not count, but bit-fields that
 * share a byte do. Whether the outcome is wrong is not judged here: the core
 * runs both serial orders and drops what one of them explains.
 *
 * What it cannot see: values carried through another leaf (y = x; ... x = y + 1
 * in two activations); a read more than the horizon before the handler's write;
 * a fifth live context that reads the same leaf; more than SUSPICIONS stale
 * reads at a time; leaves of more than 8 bytes. Exclusive accesses are left
 * out: a STREX that succeeded was not interrupted. */
#include "detectors/piece.h"
#include "detectors/registry.h"

enum { READERS = 4, SUSPICIONS = 16 };

/* What one context last read of a leaf and has not written since. Free while
 * `read` is 0; never used while `size` is 0. */
struct reader {
  struct context context;
  uint64_t whole; /* the leaf's value at the newest read */
  struct reading {
    uint64_t boundary;
    uint32_t pc;
    uint8_t offset;
    uint8_t size;
    uint8_t read;  /* bytes read, by this reading or before */
    uint8_t stale; /* of these: written by another context since */
  } newest;
};

struct suspicion { /* free while `held` is 0 */
  uint32_t leaf;
  uint8_t reader; /* index in the leaf's readers */
  uint8_t held;   /* the run that opened it */
  struct access read;
  struct access write; /* the one that made it stale */
};

struct leaf_state {
  struct reader reader[READERS];
};

struct state {
  struct suspicion suspicion[SUSPICIONS];
  uint32_t held; /* suspicions held */
  uint32_t reserved;
  struct leaf_state leaf[];
};

static size_t lost_update_state_size(const struct leaf_table *leaves) {
  return sizeof(struct state) + leaf_total(leaves) * sizeof(struct leaf_state);
}

static bool reader_too_old(const struct detection *d, const struct reader *reader,
                           uint64_t now) {
  return reader->newest.boundary + d->horizon < now;
}

static void set_byte(struct detection *d, const uint8_t *field, uint8_t value) {
  if (*field != value) {
    *(uint8_t *)detection_edit(d, field, 1) = value;
  }
}

static const struct suspicion *suspicion_of(const struct state *s, uint32_t leaf,
                                            unsigned reader) {
  for (unsigned i = 0; i < SUSPICIONS; i++) {
    const struct suspicion *suspicion = &s->suspicion[i];
    if (suspicion->held && suspicion->leaf == leaf && suspicion->reader == reader) {
      return suspicion;
    }
  }
  return NULL;
}

static void suspicion_drop(struct detection *d, const struct state *s,
                           const struct suspicion *suspicion) {
  const struct reader *reader = &s->leaf[suspicion->leaf].reader[suspicion->reader];
  set_byte(d, &reader->newest.stale, 0);
  detection_close(d, suspicion->held);
  set_byte(d, &suspicion->held, 0);
  *(uint32_t *)detection_edit(d, &s->held, sizeof s->held) -= 1;
}

static void suspicion_raise(struct detection *d, const struct state *s, unsigned index,
                            const struct event *write, uint8_t stale) {
  const struct reader *reader = &s->leaf[write->leaf].reader[index];
  const struct suspicion *free = s->suspicion;
  while (free < s->suspicion + SUSPICIONS && free->held) {
    free++;
  }
  if (free == s->suspicion + SUSPICIONS) {
    detection_full(d);
    return;
  }
  struct suspicion *raised = detection_edit(d, free, sizeof *free);
  *raised = (struct suspicion){
      .leaf = write->leaf,
      .reader = (uint8_t)index,
      .held = detection_await(d, reader->newest.boundary),
      .read = {.op = EVENT_READ,
               .size = reader->newest.size,
               .context = reader->context,
               .pc = reader->newest.pc,
               .address = piece_leaf_address(d->leaves, write->leaf) + reader->newest.offset,
               .boundary = reader->newest.boundary,
               .value = reader->whole >> (8 * reader->newest.offset) &
                        piece_spread(piece_mask(reader->newest.size))},
      .write = access_of(write),
  };
  set_byte(d, &reader->newest.stale, stale);
  *(uint32_t *)detection_edit(d, &s->held, sizeof s->held) += 1;
}

static void report(struct detection *d, const struct suspicion *suspicion,
                   const struct event *write, struct piece piece) {
  struct sighting sighting = {
      .kind = FINDING_LOST_UPDATE,
      .leaf = write->leaf,
      .access = {suspicion->read, suspicion->write, access_of(write)},
      .accesses = 3,
      .victim = 0,
      .intruder = 1,
      .value = write->whole,
      .expected = {piece_before(write, piece)},
      .expected_count = 1,
  };
  detection_report(d, &sighting);
}

/* Where a new reader goes: a free slot, else that of an activation that ended or
 * read too long ago; READERS if all are in use. */
static unsigned reader_slot(const struct detection *d, const struct leaf_state *leaf,
                            uint64_t now) {
  for (unsigned i = 0; i < READERS; i++) {
    const struct reader *reader = &leaf->reader[i];
    if (reader->newest.stale == 0 &&
        (reader->newest.read == 0 || !nesting_is_live(d->nesting, reader->context) ||
         reader_too_old(d, reader, now))) {
      return i;
    }
  }
  return READERS;
}

static unsigned reader_of(const struct leaf_state *leaf, struct context context) {
  unsigned i = 0;
  while (i < READERS && leaf->reader[i].newest.size != 0 &&
         !context_equal(leaf->reader[i].context, context)) {
    i++;
  }
  return i < READERS && leaf->reader[i].newest.size != 0 ? i : READERS;
}

static void reader_start(struct detection *d, const struct state *s, const struct event *event,
                         struct piece piece) {
  const struct leaf_state *leaf = &s->leaf[event->leaf];
  unsigned index = reader_slot(d, leaf, event->boundary);
  if (index == READERS) {
    detection_full(d);
    return;
  }
  struct reader *reader = detection_edit(d, &leaf->reader[index], sizeof leaf->reader[index]);
  *reader = (struct reader){
      .context = event->context,
      .whole = event->whole,
      .newest = {.boundary = event->boundary,
                 .pc = event->pc,
                 .offset = piece.offset,
                 .size = event->size,
                 .read = piece.bytes},
  };
}

/* The common case: one edit of 16 bytes. */
static void reader_renew(struct detection *d, const struct reader *reader,
                         const struct event *event, struct piece piece) {
  bool forget = reader_too_old(d, reader, event->boundary);
  if (reader->whole != event->whole) {
    *(uint64_t *)detection_edit(d, &reader->whole, sizeof reader->whole) = event->whole;
  }
  struct reading *newest = detection_edit(d, &reader->newest, sizeof reader->newest);
  *newest = (struct reading){
      .boundary = event->boundary,
      .pc = event->pc,
      .offset = piece.offset,
      .size = event->size,
      .read = (uint8_t)((forget ? 0U : newest->read) | piece.bytes),
      .stale = newest->stale,
  };
}

static void on_read(struct detection *d, const struct state *s, const struct event *event) {
  struct piece piece = piece_of(d->leaves, event);
  const struct leaf_state *leaf = &s->leaf[event->leaf];
  unsigned index = reader_of(leaf, event->context);
  bool exclusive = (event->flags & EVENT_EXCLUSIVE) != 0;
  if (index == READERS) {
    if (!exclusive) {
      reader_start(d, s, event, piece);
    }
    return;
  }
  const struct reader *reader = &leaf->reader[index];
  uint8_t stale = (uint8_t)(reader->newest.stale & ~piece.bytes);
  if (reader->newest.stale != 0 && stale == 0) {
    suspicion_drop(d, s, suspicion_of(s, event->leaf, index));
  } else {
    set_byte(d, &reader->newest.stale, stale);
  }
  if (exclusive) {
    set_byte(d, &reader->newest.read, (uint8_t)(reader->newest.read & ~piece.bytes));
  } else {
    reader_renew(d, reader, event, piece);
  }
}

/* The context that read writes: what it knows of these bytes is used up. */
static void on_own_write(struct detection *d, const struct state *s, unsigned index,
                         const struct event *event, struct piece piece) {
  const struct reader *reader = &s->leaf[event->leaf].reader[index];
  if ((reader->newest.stale & piece.bytes) != 0) {
    const struct suspicion *suspicion = suspicion_of(s, event->leaf, index);
    if ((event->flags & EVENT_EXCLUSIVE) == 0) {
      report(d, suspicion, event, piece);
    }
    suspicion_drop(d, s, suspicion);
    set_byte(d, &reader->newest.read, 0);
    return;
  }
  set_byte(d, &reader->newest.read, (uint8_t)(reader->newest.read & ~piece.bytes));
}

static void on_write(struct detection *d, const struct state *s, const struct event *event) {
  const struct leaf_state *leaf = &s->leaf[event->leaf];
  if (leaf->reader[0].newest.size == 0) {
    return; /* nobody ever read it */
  }
  struct piece piece = piece_of(d->leaves, event);
  for (unsigned i = 0; i < READERS && leaf->reader[i].newest.size != 0; i++) {
    const struct reader *reader = &leaf->reader[i];
    uint8_t hit = (uint8_t)(reader->newest.read & piece.bytes);
    if (hit == 0) {
      continue;
    }
    if (context_equal(reader->context, event->context)) {
      on_own_write(d, s, i, event, piece);
    } else if (!nesting_is_live(d->nesting, reader->context) ||
               reader_too_old(d, reader, event->boundary)) {
      continue;
    } else if (reader->newest.stale == 0) {
      suspicion_raise(d, s, i, event, hit);
    } else {
      set_byte(d, &reader->newest.stale, reader->newest.stale | hit);
    }
  }
}

static void drop_ended(struct detection *d, const struct state *s, const struct event *event) {
  for (unsigned i = 0; i < SUSPICIONS && s->held > 0; i++) {
    const struct suspicion *suspicion = &s->suspicion[i];
    if (suspicion->held && context_equal(suspicion->read.context, event->context)) {
      suspicion_drop(d, s, suspicion);
    }
  }
}

static void drop_expired(struct detection *d, const struct state *s, uint64_t now) {
  for (unsigned i = 0; i < SUSPICIONS && s->held > 0; i++) {
    const struct suspicion *suspicion = &s->suspicion[i];
    if (suspicion->held && suspicion->write.boundary + d->horizon < now) {
      const struct reader *reader = &s->leaf[suspicion->leaf].reader[suspicion->reader];
      set_byte(d, &reader->newest.read, 0);
      suspicion_drop(d, s, suspicion);
    }
  }
}

static void lost_update_observe(struct detection *d, const void *state,
                                const struct event *event) {
  const struct state *s = state;
  if (s->held > 0) {
    drop_expired(d, s, event->boundary);
  }
  if (event->kind == EVENT_RETURN) {
    drop_ended(d, s, event);
  } else if (event->leaf != LEAF_NONE &&
             piece_leaf_size(d->leaves, event->leaf) <= PIECE_BYTES) {
    (event->kind == EVENT_READ ? on_read : on_write)(d, s, event);
  }
}

/* Nothing was written back within the horizon. */
static void lost_update_finish(struct detection *d, const void *state) {
  drop_expired(d, state, UINT64_MAX);
}

/* Somebody else who goes on has read it. */
static bool lost_update_concerns(const struct detection *d, const void *state,
                                 const struct event *event) {
  const struct state *s = state;
  if (event->leaf == LEAF_NONE || piece_leaf_size(d->leaves, event->leaf) > PIECE_BYTES) {
    return false;
  }
  const struct leaf_state *leaf = &s->leaf[event->leaf];
  uint8_t bytes = piece_of(d->leaves, event).bytes;
  for (unsigned i = 0; i < READERS && leaf->reader[i].newest.size != 0; i++) {
    const struct reader *reader = &leaf->reader[i];
    if ((reader->newest.read & bytes) != 0 && nesting_is_live(d->nesting, reader->context) &&
        !reader_too_old(d, reader, event->boundary)) {
      return true;
    }
  }
  return false;
}

const struct detector lost_update_detector = {
    .name = "lost-update",
    .summary = "a handler's write is overwritten with a value computed before it",
    .events = 1U << EVENT_READ | 1U << EVENT_WRITE | 1U << EVENT_ENTRY | 1U << EVENT_RETURN,
    .state_size = lost_update_state_size,
    .observe = lost_update_observe,
    .remembers = 1U << EVENT_READ | 1U << EVENT_ENTRY | 1U << EVENT_RETURN,
    .concerns = lost_update_concerns,
    .finish = lost_update_finish,
};
