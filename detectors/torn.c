/* torn-write and torn-read: one read of a leaf got bytes of two writes.
 *
 * By provenance, not by value: each byte of a leaf that is accessed in pieces
 * knows the write operation that stored it. torn-write: memory held a half
 * write (or the halves of two) when someone read it. torn-read: memory was never
 * wrong, but the reader was interrupted between its pieces and composed a value
 * that memory never held. A sighting whose halves happened to agree is latent.
 *
 * What it cannot see: pieces in different statements, or more than TORN_GAP own
 * boundaries apart, count as stores on purpose; without line information two
 * such stores of one function look like one operation; values torn over two
 * leaves (members of a struct); leaves of more than 8 bytes; more than
 * TORN_WRITERS operations at once on one leaf, or TORN_SUSPICIONS in all. */
#include <string.h>

#include "detectors/torn.h"

static size_t leaf_count(const struct leaf_table *leaves) {
  return (size_t)leaves->count + leaves->word_count;
}

static size_t torn_state_size(const struct leaf_table *leaves) {
  return sizeof(struct torn_state) + leaf_count(leaves) * (sizeof(struct torn_leaf) + 1);
}

static const uint8_t *busy_byte(const struct detection *d, const struct torn_state *s,
                                uint32_t leaf) {
  return (const uint8_t *)&s->leaf[leaf_count(d->leaves)] + leaf;
}

static void set_busy(struct detection *d, const uint8_t *busy, bool value) {
  *(uint8_t *)detection_edit(d, busy, sizeof *busy) = value;
}

static void begin_tracking(struct detection *d, const struct torn_leaf *leaf,
                           const uint8_t *busy) {
  static const uint8_t settled[PIECE_BYTES];
  set_busy(d, busy, true);
  if (memcmp(leaf->source, settled, sizeof settled) != 0) {
    memset(detection_edit(d, leaf->source, sizeof leaf->source), 0, sizeof leaf->source);
  }
}

static uint32_t next_serial(struct detection *d, const struct torn_leaf *leaf) {
  uint32_t *serial = detection_edit(d, &leaf->serial, sizeof leaf->serial);
  return ++*serial;
}

/* Back to one byte, when no operation is open any more. */
static void end_tracking(struct detection *d, const struct torn_state *s, uint32_t index,
                         const uint8_t *busy, uint64_t now) {
  const struct torn_leaf *leaf = &s->leaf[index];
  uint8_t all = piece_mask(piece_leaf_size(d->leaves, index));
  for (unsigned i = 0; i < TORN_WRITERS; i++) {
    if (torn_is_open(d, leaf, &leaf->writer[i], now)) {
      return;
    }
  }
  for (unsigned i = 0; i < TORN_READERS; i++) {
    const struct torn_reader *reader = &leaf->reader[i];
    if (reader->now.serial > leaf->floor && reader->now.bytes != all &&
        torn_in_time(d, reader->context, reader->now.time, now)) {
      return;
    }
  }
  if (s->held > 0 && torn_is_suspected(s, index)) {
    return;
  }
  set_busy(d, busy, false);
  *(uint32_t *)detection_edit(d, &leaf->floor, sizeof leaf->floor) = leaf->serial;
}

/* A reader slot for a context: its own, else a free one, else the oldest. */
static unsigned reader_slot(const struct detection *d, const struct torn_leaf *leaf,
                            struct context context) {
  unsigned best = 0;
  for (unsigned i = 0; i < TORN_READERS; i++) {
    const struct torn_reader *reader = &leaf->reader[i];
    bool used = reader->now.serial > leaf->floor;
    if (used && context_equal(reader->context, context)) {
      return i;
    }
    if (!used || !nesting_is_live(d->nesting, reader->context)) {
      best = i;
    } else if (leaf->reader[best].now.serial > reader->now.serial) {
      best = i;
    }
  }
  return best;
}

static uint8_t sources_of(const struct torn_leaf *leaf, uint8_t bytes) {
  unsigned sources = 0;
  for (unsigned i = 0; i < PIECE_BYTES; i++) {
    if ((bytes >> i & 1) != 0) {
      sources |= 1U << leaf->source[i];
    }
  }
  return (uint8_t)sources;
}

/* Whether another context is in the middle of a read there, and will be forgotten. */
static bool is_reading(const struct detection *d, const struct torn_leaf *leaf, unsigned index,
                       const struct event *event) {
  const struct torn_reader *reader = &leaf->reader[index];
  uint8_t all = piece_mask(piece_leaf_size(d->leaves, event->leaf));
  return reader->now.serial > leaf->floor && reader->now.bytes != all &&
         !context_equal(reader->context, event->context) &&
         torn_in_time(d, reader->context, reader->now.time, event->boundary);
}

static void reader_start(struct detection *d, const struct torn_state *s, unsigned index,
                         const struct event *event) {
  const struct torn_leaf *leaf = &s->leaf[event->leaf];
  size_t size = offsetof(struct torn_reader, disturber);
  if (is_reading(d, leaf, index, event)) {
    detection_full(d);
  }
  torn_reading_over(d, s, event->leaf, &leaf->reader[index]);
  uint32_t serial = next_serial(d, leaf);
  struct torn_reader *reader = detection_edit(d, &leaf->reader[index], size);
  reader->now = (struct torn_reading){.serial = serial};
  reader->context = event->context;
  reader->before = event->whole;
  reader->first = access_of(event);
}

static void reader_add(struct detection *d, const struct torn_state *s,
                       const struct torn_reader *reader, const struct event *event,
                       struct piece piece) {
  unsigned level = nesting_level(d->nesting, event->context);
  struct torn_reading *now = detection_edit(d, &reader->now, sizeof reader->now);
  now->value = piece_mix(now->value, event->whole, piece.bytes);
  now->bytes |= piece.bytes;
  now->sources |= sources_of(&s->leaf[event->leaf], piece.bytes);
  now->time = level == NESTING_NONE ? 0 : nesting_time(d->nesting, level, event->boundary);
}

static void on_read(struct detection *d, const struct torn_state *s, const struct event *event,
                    struct piece piece) {
  const struct torn_leaf *leaf = &s->leaf[event->leaf];
  unsigned index = reader_slot(d, leaf, event->context);
  const struct torn_reader *reader = &leaf->reader[index];
  bool goes_on = reader->now.serial > leaf->floor &&
                 context_equal(reader->context, event->context) &&
                 reader->now.bytes != piece.all && (reader->now.bytes & piece.bytes) == 0 &&
                 torn_in_time(d, reader->context, reader->now.time, event->boundary);
  if (!goes_on) {
    reader_start(d, s, index, event);
  }
  reader_add(d, s, reader, event, piece);
  if (torn_read_seen(d, s, index, event, piece)) {
    reader_start(d, s, index, event);
    reader_add(d, s, reader, event, piece);
  }
}

/* Whether this store repeats what a restarted instruction had already stored. */
static bool is_again(const struct torn_state *s, const struct torn_writer *writer,
                     const struct event *event) {
  return s->restart.seen && s->restart.pc == event->pc && writer->newest.pc == event->pc &&
         context_equal(s->restart.context, event->context);
}

/* The context's open operation, if this piece goes on with it. */
static unsigned writer_going_on(struct detection *d, const struct torn_state *s,
                                const struct event *event, struct piece piece) {
  const struct torn_leaf *leaf = &s->leaf[event->leaf];
  for (unsigned i = 0; i < TORN_WRITERS; i++) {
    const struct torn_writer *writer = &leaf->writer[i];
    if (writer->serial <= leaf->floor || writer->over ||
        !context_equal(writer->context, event->context)) {
      continue;
    }
    if (torn_in_time(d, writer->context, writer->time, event->boundary) &&
        ((writer->bytes & piece.bytes) == 0 || is_again(s, writer, event))) {
      return i;
    }
    torn_given_up(d, s, event->leaf, i);
    *(bool *)detection_edit(d, &writer->over, sizeof writer->over) = true;
  }
  return TORN_WRITERS;
}

/* The slot of an operation that is settled, else over, else the oldest. */
static unsigned writer_slot(const struct torn_leaf *leaf) {
  unsigned best = 0;
  for (unsigned i = 0; i < TORN_WRITERS; i++) {
    const struct torn_writer *writer = &leaf->writer[i];
    const struct torn_writer *other = &leaf->writer[best];
    if (writer->serial <= leaf->floor) {
      return i;
    }
    if (writer->over != other->over ? writer->over : writer->serial < other->serial) {
      best = i;
    }
  }
  return best;
}

/* Frees a slot: bytes of the operation that had it become settled contents. */
static void writer_forget(struct detection *d, const struct torn_state *s, uint32_t index,
                          unsigned slot) {
  const struct torn_leaf *leaf = &s->leaf[index];
  if (leaf->writer[slot].serial <= leaf->floor) {
    return;
  }
  torn_given_up(d, s, index, slot);
  uint8_t *source = detection_edit(d, leaf->source, sizeof leaf->source);
  for (unsigned i = 0; i < PIECE_BYTES; i++) {
    source[i] = source[i] == slot + 1 ? 0 : source[i];
  }
  for (unsigned i = 0; i < TORN_READERS; i++) {
    const uint8_t *sources = &leaf->reader[i].now.sources;
    if ((*sources >> (slot + 1) & 1) != 0) {
      uint8_t *writable = detection_edit(d, sources, sizeof *sources);
      *writable = (uint8_t)((*writable & ~(2U << slot)) | 1U);
    }
  }
}

static void writer_start(struct detection *d, const struct torn_state *s, unsigned slot,
                         const struct event *event, struct piece piece) {
  const struct torn_leaf *leaf = &s->leaf[event->leaf];
  writer_forget(d, s, event->leaf, slot);
  uint32_t serial = next_serial(d, leaf);
  struct torn_writer *writer =
      detection_edit(d, &leaf->writer[slot], offsetof(struct torn_writer, newest));
  writer->context = event->context;
  writer->serial = serial;
  writer->bytes = 0;
  writer->over = false;
  writer->before = piece_before(event, piece);
  writer->value = 0;
}

static void writer_add(struct detection *d, const struct torn_state *s, unsigned slot,
                       const struct event *event, struct piece piece) {
  const struct torn_leaf *leaf = &s->leaf[event->leaf];
  unsigned level = nesting_level(d->nesting, event->context);
  struct torn_writer *writer = detection_edit(d, &leaf->writer[slot], sizeof *writer);
  writer->value = piece_mix(writer->value, event->whole, piece.bytes);
  writer->bytes |= piece.bytes;
  writer->over = writer->bytes == piece.all;
  writer->newest = access_of(event);
  writer->time = level == NESTING_NONE ? 0 : nesting_time(d->nesting, level, event->boundary);
  uint8_t *source = detection_edit(d, leaf->source, sizeof leaf->source);
  for (unsigned i = 0; i < PIECE_BYTES; i++) {
    source[i] = (piece.bytes >> i & 1) != 0 ? (uint8_t)(slot + 1) : source[i];
  }
}

/* Bytes that others have read and may compose with newer ones. */
static void disturb_readers(struct detection *d, const struct torn_state *s, uint32_t serial,
                            const struct event *event, struct piece piece) {
  const struct torn_leaf *leaf = &s->leaf[event->leaf];
  for (unsigned i = 0; i < TORN_READERS; i++) {
    const struct torn_reader *reader = &leaf->reader[i];
    uint8_t hit = (uint8_t)(reader->now.bytes & piece.bytes & ~reader->now.stale);
    if (reader->now.serial <= leaf->floor || reader->now.bytes == piece.all || hit == 0 ||
        context_equal(reader->context, event->context)) {
      continue;
    }
    if (reader->now.end == 0) {
      *(struct access *)detection_edit(d, &reader->disturber, sizeof reader->disturber) =
          access_of(event);
      torn_disturbed(d, s, reader, event);
    }
    struct torn_reading *now = detection_edit(d, &reader->now, sizeof reader->now);
    now->stale |= hit;
    now->end = now->end != 0 ? now->end : serial;
  }
}

static void on_write(struct detection *d, const struct torn_state *s, const struct event *event,
                     struct piece piece) {
  const struct torn_leaf *leaf = &s->leaf[event->leaf];
  unsigned slot = writer_going_on(d, s, event, piece);
  if (slot == TORN_WRITERS) {
    slot = writer_slot(leaf);
    if (torn_is_open(d, leaf, &leaf->writer[slot], event->boundary)) {
      detection_full(d);
    }
    writer_start(d, s, slot, event, piece);
  }
  writer_add(d, s, slot, event, piece);
  disturb_readers(d, s, leaf->writer[slot].serial, event, piece);
  torn_write_seen(d, s, slot, event);
}

/* The common case: whole accesses only. */
static bool is_plain(const struct detection *d, const struct torn_state *s,
                     const struct event *event) {
  uint8_t size = piece_leaf_size(d->leaves, event->leaf);
  return (event->size == size && *busy_byte(d, s, event->leaf) == 0) || size > PIECE_BYTES;
}

static void on_access(struct detection *d, const struct torn_state *s,
                      const struct event *event) {
  const uint8_t *busy = busy_byte(d, s, event->leaf);
  if (is_plain(d, s, event)) {
    return;
  }
  if (event->kind == EVENT_READ && (event->flags & EVENT_EXCLUSIVE) != 0) {
    return;
  }
  if (*busy == 0) {
    begin_tracking(d, &s->leaf[event->leaf], busy);
  }
  (event->kind == EVENT_READ ? on_read : on_write)(d, s, event, piece_of(d->leaves, event));
  end_tracking(d, s, event->leaf, busy, event->boundary);
}

static void on_restart(struct detection *d, const struct torn_state *s,
                       const struct event *event) {
  struct torn_restart *restart = detection_edit(d, &s->restart, sizeof s->restart);
  *restart = (struct torn_restart){.context = event->context, .pc = event->pc, .seen = true};
}

static void torn_observe(struct detection *d, const void *state, const struct event *event) {
  const struct torn_state *s = state;
  if (s->held > 0) {
    torn_settle(d, s, event);
  }
  if (event->kind == EVENT_RESTART) {
    on_restart(d, s, event);
  } else if (event->kind != EVENT_DEVICE_WRITE && event->leaf != LEAF_NONE) {
    on_access(d, s, event);
  }
}

static void torn_finish(struct detection *d, const void *state) {
  torn_settle_all(d, state);
}

static bool torn_concerns(const struct detection *d, const void *state,
                          const struct event *event) {
  return event->leaf != LEAF_NONE && !is_plain(d, state, event);
}

const struct detector torn_detector = {
    .name = "torn",
    .summary = "one read got bytes of two writes",
    .events = 1U << EVENT_READ | 1U << EVENT_WRITE | 1U << EVENT_ENTRY | 1U << EVENT_RETURN |
              1U << EVENT_RESTART | 1U << EVENT_DEVICE_WRITE,
    .state_size = torn_state_size,
    .observe = torn_observe,
    .remembers = 1U << EVENT_ENTRY | 1U << EVENT_RETURN | 1U << EVENT_DEVICE_READ,
    .concerns = torn_concerns,
    .finish = torn_finish,
};
