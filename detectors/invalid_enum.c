/* invalid-enum: a context read an enum, bool or character while it held a value
 * that its type does not have and that nobody ever stored whole.
 *
 * Stored whole: by one access that covers the leaf, or by the pieces of one
 * activation that together cover it. What stood in memory before the first
 * write counts too, until the first whole value replaces it. So a C program
 * that keeps odd values in an enum on purpose is not accused, a torn one is.
 *
 * A handler that leaves such a value behind is suspected until somebody reads it
 * or writes the leaf again.
 *
 * What it cannot see: tears whose value happens to be a valid one (torn-write
 * does); what is read after more than SUSPECTS handlers' bad values at a time; odd values of a
 * leaf into which more than ODD_VALUES different ones were stored whole; a third context's
 * pieces of the same leaf; leaves of more than 8 bytes; enums without debug information. */
#include "detectors/piece.h"
#include "detectors/registry.h"

enum { ODD_VALUES = 8, WRITERS = 2, READERS = 2, COMPOSED = 4, SUSPECTS = 4 };

struct writer { /* pieces that one activation stored; free while bytes is 0 */
  struct context context;
  uint64_t value;
  uint8_t bytes;
};

struct reader { /* pieces that one activation read; free while bytes is 0 */
  struct context context;
  uint64_t value;
  uint8_t bytes;
  uint8_t disturbed; /* another context wrote between the pieces */
  bool reported;
  struct access first;
  struct access disturber;
};

enum history {
  UNWRITTEN, /* initial contents */
  BEGUN,     /* initial contents may still stand there in part */
  SETTLED,
};

struct leaf_state {
  uint8_t bad;              /* its value now is neither valid nor was it stored whole */
  uint8_t history;          /* enum history */
  uint8_t odd_count;        /* ODD_VALUES + 1: too many to remember */
  uint8_t partial;          /* `newest` wrote a part, and no whole value came since */
  uint8_t reading;          /* someone once read it in pieces */
  uint8_t suspected;        /* its bad value is a handler's: see struct suspect */
  uint64_t initial;         /* BEGUN: the value before the first write */
  uint64_t odd[ODD_VALUES]; /* stored whole, though not of the type */
  struct access newest;
  struct writer writer[WRITERS];
  struct reader reader[READERS];
};

/* A value composed from pieces that memory never held together: reported when
 * its reader goes on to use it, dropped when it reads the leaf again first. */
struct composed {
  uint8_t held;
  struct sighting sighting;
};

/* A bad value that a handler left in memory: who reads it next decides. */
struct suspect {
  uint64_t since; /* boundary of the write */
  uint32_t leaf;
  uint32_t held; /* free while 0 */
};

struct state {
  uint32_t held;     /* composed values held */
  uint32_t suspects; /* bad values held */
  struct composed composed[COMPOSED];
  struct suspect suspect[SUSPECTS];
  struct leaf_state leaf[]; /* typed leaves only */
};

static size_t invalid_enum_state_size(const struct leaf_table *leaves) {
  return sizeof(struct state) + leaves->count * sizeof(struct leaf_state);
}

static bool is_judged(const struct leaf *leaf) {
  return (leaf->kind == LEAF_ENUM || leaf->kind == LEAF_BOOL || leaf->kind == LEAF_CHARACTER) &&
         leaf->size <= PIECE_BYTES;
}

static bool is_bad(const struct leaf *leaf, const struct leaf_state *state, uint64_t value) {
  if (leaf_allows(leaf, value) || state->odd_count > ODD_VALUES) {
    return false;
  }
  if (state->history != SETTLED && (state->history == UNWRITTEN || value == state->initial)) {
    return false;
  }
  for (unsigned i = 0; i < state->odd_count; i++) {
    if (state->odd[i] == value) {
      return false;
    }
  }
  return true;
}

static void set_small(struct detection *d, const uint8_t *field, uint8_t value) {
  if (*field != value) {
    *(uint8_t *)detection_edit(d, field, sizeof *field) = value;
  }
}

/* Takes note of a value stored whole. */
static void stored_whole(struct detection *d, const struct leaf *leaf,
                         const struct leaf_state *state, uint64_t value) {
  set_small(d, &state->history, SETTLED);
  if (!is_bad(leaf, state, value)) {
    return;
  }
  if (state->odd_count < ODD_VALUES) {
    const uint64_t *odd = &state->odd[state->odd_count];
    *(uint64_t *)detection_edit(d, odd, sizeof *odd) = value;
  } else {
    detection_full(d);
  }
  set_small(d, &state->odd_count, (uint8_t)(state->odd_count + 1));
}

/* The activation's own slot, else one to take over. */
static const struct writer *writer_slot(const struct detection *d,
                                        const struct leaf_state *state,
                                        struct context context) {
  const struct writer *spare = &state->writer[0];
  for (unsigned i = 0; i < WRITERS; i++) {
    const struct writer *writer = &state->writer[i];
    if (writer->bytes != 0 && context_equal(writer->context, context)) {
      return writer;
    }
    if (writer->bytes == 0 || !nesting_is_live(d->nesting, writer->context)) {
      spare = writer;
    }
  }
  return spare;
}

/* One piece of a write; true if it completed the leaf, with its value. */
static bool write_piece(struct detection *d, const struct leaf_state *state,
                        const struct event *event, struct piece piece, uint64_t *value) {
  const struct writer *slot = writer_slot(d, state, event->context);
  struct writer next = *slot;
  bool goes_on = next.bytes != 0 && context_equal(next.context, event->context) &&
                 (next.bytes & piece.bytes) == 0;
  if (!goes_on) {
    next = (struct writer){.context = event->context};
  }
  next.value = piece_mix(next.value, event->value << (8 * piece.offset), piece.bytes);
  next.bytes |= piece.bytes;
  bool complete = next.bytes == piece.all;
  *value = next.value;
  if (complete) {
    next.bytes = 0;
  }
  *(struct writer *)detection_edit(d, slot, sizeof *slot) = next;
  return complete;
}

/* A whole value ends what its context had begun in pieces. */
static void end_pieces(struct detection *d, const struct leaf_state *state,
                       struct context context) {
  for (unsigned i = 0; i < WRITERS; i++) {
    if (state->writer[i].bytes != 0 && context_equal(state->writer[i].context, context)) {
      set_small(d, &state->writer[i].bytes, 0);
    }
  }
}

static void disturb_readers(struct detection *d, const struct leaf_state *state,
                            const struct event *event) {
  for (unsigned i = 0; i < READERS; i++) {
    const struct reader *reader = &state->reader[i];
    if (reader->bytes != 0 && !reader->disturbed &&
        !context_equal(reader->context, event->context)) {
      set_small(d, &reader->disturbed, true);
      *(struct access *)detection_edit(d, &reader->disturber, sizeof reader->disturber) =
          access_of(event);
    }
  }
}

static void suspect_hold(struct detection *d, const struct state *s,
                         const struct event *write) {
  const struct suspect *free = s->suspect;
  while (free < s->suspect + SUSPECTS && free->held) {
    free++;
  }
  if (free == s->suspect + SUSPECTS) {
    detection_full(d);
    return;
  }
  *(struct suspect *)detection_edit(d, free, sizeof *free) = (struct suspect){
      .since = write->boundary, .leaf = write->leaf, .held = detection_open(d)};
  *(uint32_t *)detection_edit(d, &s->suspects, sizeof s->suspects) += 1;
  set_small(d, &s->leaf[write->leaf].suspected, true);
}

static void suspect_drop(struct detection *d, const struct state *s,
                         const struct suspect *suspect) {
  detection_close(d, suspect->held);
  set_small(d, &s->leaf[suspect->leaf].suspected, false);
  *(uint32_t *)detection_edit(d, &suspect->held, sizeof suspect->held) = 0;
  *(uint32_t *)detection_edit(d, &s->suspects, sizeof s->suspects) -= 1;
}

/* The leaf was read or is sound again. */
static void suspect_settle(struct detection *d, const struct state *s, uint32_t leaf) {
  for (unsigned i = 0; i < SUSPECTS; i++) {
    if (s->suspect[i].held && s->suspect[i].leaf == leaf) {
      suspect_drop(d, s, &s->suspect[i]);
    }
  }
}

static void suspects_expire(struct detection *d, const struct state *s, uint64_t now) {
  for (unsigned i = 0; i < SUSPECTS; i++) {
    if (s->suspect[i].held && s->suspect[i].since + d->horizon < now) {
      suspect_drop(d, s, &s->suspect[i]);
    }
  }
}

/* After a write: a bad value of a handler's is suspected until it is read. */
static void suspect_write(struct detection *d, const struct state *s,
                          const struct event *event) {
  const struct leaf_state *state = &s->leaf[event->leaf];
  if (state->suspected) {
    if (!state->bad) {
      suspect_settle(d, s, event->leaf);
    }
  } else if (state->bad && event->context.exception != 0) {
    suspect_hold(d, s, event);
  }
}

static void on_write(struct detection *d, const struct state *s, const struct leaf *leaf,
                     const struct event *event) {
  const struct leaf_state *state = &s->leaf[event->leaf];
  struct piece piece = piece_of(d->leaves, event);
  uint64_t value = event->whole;
  bool complete = piece.bytes == piece.all;
  if (!complete) {
    if (state->history == UNWRITTEN) {
      const uint64_t *initial = &state->initial;
      *(uint64_t *)detection_edit(d, initial, sizeof *initial) = piece_before(event, piece);
      set_small(d, &state->history, BEGUN);
    }
    *(struct access *)detection_edit(d, &state->newest, sizeof state->newest) =
        access_of(event);
    complete = write_piece(d, state, event, piece, &value);
  } else {
    end_pieces(d, state, event->context);
  }
  if (complete) {
    stored_whole(d, leaf, state, value);
  }
  set_small(d, &state->partial, !complete || value != event->whole);
  set_small(d, &state->bad, is_bad(leaf, state, event->whole));
  suspect_write(d, s, event);
  if (state->reading) {
    disturb_readers(d, state, event);
  }
}

static void fill_expected(struct sighting *sighting, const struct leaf *leaf) {
  if (leaf->kind == LEAF_BOOL) {
    sighting->expected[1] = 1;
    sighting->expected_count = 2;
  }
  uint32_t count = leaf->kind == LEAF_ENUM ? leaf->value_count : 0;
  for (uint32_t i = 0; i < count && i < SIGHTING_EXPECTED; i++) {
    sighting->expected[sighting->expected_count++] = leaf->values[i];
  }
}

/* The value that memory holds was read. */
static void report_held(struct detection *d, const struct leaf *leaf,
                        const struct leaf_state *state, const struct event *read) {
  struct sighting sighting = {
      .kind = FINDING_INVALID_ENUM,
      .leaf = read->leaf,
      .accesses = 1,
      .value = read->whole,
  };
  if (state->partial && !context_equal(state->newest.context, read->context)) {
    sighting.access[0] = state->newest;
    sighting.accesses = 2;
    sighting.intruder = 1;
  }
  sighting.access[sighting.intruder] = access_of(read);
  fill_expected(&sighting, leaf);
  detection_report(d, &sighting);
}

static void composed_hold(struct detection *d, const struct state *s, const struct leaf *leaf,
                          const struct reader *reader, const struct event *last) {
  const struct composed *free = s->composed;
  while (free < s->composed + COMPOSED && free->held) {
    free++;
  }
  if (free == s->composed + COMPOSED) {
    detection_full(d);
    return;
  }
  struct composed *composed = detection_edit(d, free, sizeof *free);
  *composed = (struct composed){
      .held = detection_open(d),
      .sighting = {.kind = FINDING_INVALID_ENUM,
                   .leaf = last->leaf,
                   .access = {reader->first, reader->disturber, access_of(last)},
                   .accesses = 3,
                   .victim = 0, /* the first piece's context was preempted */
                   .intruder = 1,
                   .value = reader->value},
  };
  fill_expected(&composed->sighting, leaf);
  *(uint32_t *)detection_edit(d, &s->held, sizeof s->held) += 1;
}

/* Settles one context's composed values: of one leaf, or of all (LEAF_NONE). */
static void composed_settle(struct detection *d, const struct state *s, struct context context,
                            uint32_t leaf, bool used) {
  for (unsigned i = 0; i < COMPOSED && s->held > 0; i++) {
    const struct composed *composed = &s->composed[i];
    if (!composed->held || !context_equal(composed->sighting.access[0].context, context) ||
        (leaf != LEAF_NONE && composed->sighting.leaf != leaf)) {
      continue;
    }
    if (used) {
      detection_report(d, &composed->sighting);
    }
    detection_close(d, composed->held);
    set_small(d, &composed->held, 0);
    *(uint32_t *)detection_edit(d, &s->held, sizeof s->held) -= 1;
  }
}

/* Whether the reading context is itself halfway through a write of the leaf. */
static bool writes_itself(const struct leaf_state *state, struct context context) {
  for (unsigned i = 0; i < WRITERS; i++) {
    const struct writer *writer = &state->writer[i];
    if (writer->bytes != 0 && context_equal(writer->context, context)) {
      return true;
    }
  }
  return false;
}

static const struct reader *reader_slot(const struct detection *d,
                                        const struct leaf_state *state,
                                        struct context context) {
  const struct reader *spare = &state->reader[0];
  for (unsigned i = 0; i < READERS; i++) {
    const struct reader *reader = &state->reader[i];
    if (reader->bytes != 0 && context_equal(reader->context, context)) {
      return reader;
    }
    if (reader->bytes == 0 || !nesting_is_live(d->nesting, reader->context)) {
      spare = reader;
    }
  }
  return spare;
}

static void read_piece(struct detection *d, const struct state *s, const struct leaf *leaf,
                       const struct event *event, struct piece piece) {
  const struct leaf_state *state = &s->leaf[event->leaf];
  const struct reader *slot = reader_slot(d, state, event->context);
  struct reader next = *slot;
  bool goes_on = next.bytes != 0 && context_equal(next.context, event->context) &&
                 (next.bytes & piece.bytes) == 0;
  if (!goes_on) {
    next = (struct reader){.context = event->context, .first = access_of(event)};
  }
  next.value = piece_mix(next.value, event->value << (8 * piece.offset), piece.bytes);
  next.bytes |= piece.bytes;
  if (state->bad && !next.reported && !writes_itself(state, event->context)) {
    report_held(d, leaf, state, event);
    next.reported = true;
  }
  if (next.bytes == piece.all) {
    composed_settle(d, s, event->context, event->leaf, false);
    if (next.disturbed && !next.reported && is_bad(leaf, state, next.value)) {
      composed_hold(d, s, leaf, &next, event);
    }
    next.bytes = 0;
  }
  set_small(d, &state->reading, next.bytes != 0 || state->reading);
  *(struct reader *)detection_edit(d, slot, sizeof *slot) = next;
}

static void on_read(struct detection *d, const struct state *s, const struct leaf *leaf,
                    const struct event *event) {
  const struct leaf_state *state = &s->leaf[event->leaf];
  if (event->size != leaf->size) {
    if (leaf->size > 1) {
      read_piece(d, s, leaf, event, piece_of(d->leaves, event));
    }
  } else {
    composed_settle(d, s, event->context, event->leaf, false);
    if (state->bad) {
      report_held(d, leaf, state, event);
    }
  }
  if (state->suspected && !writes_itself(state, event->context)) {
    suspect_settle(d, s, event->leaf);
  }
}

/* The reader goes on: it stores somewhere or ends, so it used what it read. */
static bool is_use(const struct event *event) {
  return (event->kind == EVENT_WRITE && event->leaf != LEAF_NONE) ||
         event->kind == EVENT_DEVICE_WRITE || event->kind == EVENT_RETURN;
}

/* No use was seen within the horizon, and no second look either. */
static void composed_expire(struct detection *d, const struct state *s, uint64_t now) {
  for (unsigned i = 0; i < COMPOSED && s->held > 0; i++) {
    const struct sighting *sighting = &s->composed[i].sighting;
    if (s->composed[i].held && sighting->access[2].boundary + d->horizon < now) {
      composed_settle(d, s, sighting->access[0].context, LEAF_NONE, true);
    }
  }
}

static bool invalid_enum_cares(const struct detection *d, uint32_t leaf) {
  return leaf < d->leaves->count && is_judged(&d->leaves->leaves[leaf]);
}

static void on_access(struct detection *d, const struct state *s, const struct event *event) {
  if (invalid_enum_cares(d, event->leaf)) {
    const struct leaf *leaf = &d->leaves->leaves[event->leaf];
    (event->kind == EVENT_READ ? on_read : on_write)(d, s, leaf, event);
  }
}

static void invalid_enum_observe(struct detection *d, const void *state,
                                 const struct event *event) {
  const struct state *s = state;
  if (s->suspects > 0) {
    suspects_expire(d, s, event->boundary);
  }
  if (s->held > 0) {
    composed_expire(d, s, event->boundary);
    if (is_use(event)) {
      composed_settle(d, s, event->context, LEAF_NONE, true);
    }
  }
  if (event->kind == EVENT_READ || event->kind == EVENT_WRITE) {
    on_access(d, s, event);
  }
}

static void invalid_enum_finish(struct detection *d, const void *state) {
  composed_expire(d, state, UINT64_MAX);
  suspects_expire(d, state, UINT64_MAX);
}

/* A whole store is never wrong, and a whole read of a sound value is not. */
static bool invalid_enum_concerns(const struct detection *d, const void *state,
                                  const struct event *event) {
  const struct state *s = state;
  bool access = event->kind == EVENT_READ || event->kind == EVENT_WRITE;
  if (!access || !invalid_enum_cares(d, event->leaf)) {
    return false;
  }
  bool whole = event->size == d->leaves->leaves[event->leaf].size;
  return !whole || (event->kind == EVENT_READ && s->leaf[event->leaf].bad);
}

const struct detector invalid_enum_detector = {
    .name = "invalid-enum",
    .summary = "a value was read that its type does not have and nobody stored",
    .events = 1U << EVENT_READ | 1U << EVENT_WRITE | 1U << EVENT_ENTRY | 1U << EVENT_RETURN |
              1U << EVENT_DEVICE_WRITE,
    .state_size = invalid_enum_state_size,
    .cares = invalid_enum_cares,
    .observe = invalid_enum_observe,
    .remembers = 1U << EVENT_ENTRY | 1U << EVENT_RETURN,
    .concerns = invalid_enum_concerns,
    .finish = invalid_enum_finish,
};
