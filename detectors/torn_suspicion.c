/* What torn operations mean: suspicions held until the next accesses decide. */
#include <string.h>

#include "detectors/torn.h"

static const struct torn_suspicion *find(const struct torn_state *s, enum torn_suspect suspect,
                                         uint32_t leaf, uint32_t serial) {
  for (unsigned i = 0; i < TORN_SUSPICIONS; i++) {
    const struct torn_suspicion *suspicion = &s->suspicion[i];
    if (suspicion->suspect == suspect && suspicion->sighting.leaf == leaf &&
        suspicion->serial == serial) {
      return suspicion;
    }
  }
  return NULL;
}

bool torn_is_suspected(const struct torn_state *s, uint32_t leaf) {
  for (unsigned i = 0; i < TORN_SUSPICIONS; i++) {
    if (s->suspicion[i].suspect != TORN_NOTHING && s->suspicion[i].sighting.leaf == leaf) {
      return true;
    }
  }
  return false;
}

static void hold(struct detection *d, const struct torn_state *s,
                 const struct torn_suspicion *suspicion) {
  for (unsigned i = 0; i < TORN_SUSPICIONS; i++) {
    const struct torn_suspicion *free = &s->suspicion[i];
    if (free->suspect == TORN_NOTHING) {
      struct torn_suspicion *held = detection_edit(d, free, sizeof *free);
      *held = *suspicion;
      held->opened = detection_open(d);
      *(uint32_t *)detection_edit(d, &s->held, sizeof s->held) += 1;
      return;
    }
  }
  detection_full(d);
}

static void drop(struct detection *d, const struct torn_state *s,
                 const struct torn_suspicion *suspicion) {
  *(uint8_t *)detection_edit(d, &suspicion->suspect, 1) = TORN_NOTHING;
  *(uint32_t *)detection_edit(d, &s->held, sizeof s->held) -= 1;
  detection_close(d, suspicion->opened);
}

static void add_access(struct sighting *sighting, const struct access *access) {
  if (sighting->accesses < SIGHTING_ACCESSES) {
    sighting->access[sighting->accesses++] = *access;
  }
}

static void add_expected(struct sighting *sighting, uint64_t value) {
  sighting->latent = sighting->latent || value == sighting->value;
  sighting->expected[sighting->expected_count++] = value;
}

static uint8_t bytes_from(const struct torn_leaf *leaf, unsigned source) {
  unsigned bytes = 0;
  for (unsigned i = 0; i < PIECE_BYTES; i++) {
    bytes |= (unsigned)(leaf->source[i] == source) << i;
  }
  return (uint8_t)bytes;
}

/* Someone read bytes of an operation that is not over, and others with them. */
static void hold_half_seen(struct detection *d, const struct torn_state *s, unsigned index,
                           const struct torn_reader *reader, const struct event *read) {
  const struct torn_leaf *leaf = &s->leaf[read->leaf];
  const struct torn_writer *writer = &leaf->writer[index];
  if (find(s, TORN_HALF_SEEN, read->leaf, writer->serial) != NULL) {
    return;
  }
  struct access last = access_of(read);
  struct torn_suspicion suspicion = {
      .suspect = TORN_HALF_SEEN,
      .serial = writer->serial,
      .context = writer->context,
      .time = writer->time,
      .sighting = {.kind = FINDING_TORN_WRITE,
                   .leaf = read->leaf,
                   .access = {writer->newest, reader->first},
                   .accesses = 2,
                   .victim = 0,
                   .intruder = 1,
                   .value = read->whole,
                   .new_bytes = bytes_from(leaf, index + 1)},
  };
  if (reader->first.boundary != last.boundary || reader->first.beat != last.beat) {
    add_access(&suspicion.sighting, &last);
  }
  add_expected(&suspicion.sighting, writer->before);
  hold(d, s, &suspicion);
}

void torn_disturbed(struct detection *d, const struct torn_state *s,
                    const struct torn_reader *reader, const struct event *write) {
  if (!torn_in_time(d, reader->context, reader->now.time, write->boundary)) {
    return;
  }
  struct torn_suspicion suspicion = {
      .suspect = TORN_DISTURBED,
      .serial = reader->now.serial,
      .context = reader->context,
      .time = reader->now.time,
      .sighting = {.leaf = write->leaf, .access = {access_of(write)}, .accesses = 1},
  };
  hold(d, s, &suspicion);
}

void torn_reading_over(struct detection *d, const struct torn_state *s, uint32_t leaf,
                       const struct torn_reader *reader) {
  const struct torn_suspicion *suspicion =
      s->held > 0 ? find(s, TORN_DISTURBED, leaf, reader->now.serial) : NULL;
  if (suspicion != NULL) {
    drop(d, s, suspicion);
  }
}

/* The reader's new piece is newer than what overwrote an earlier piece. */
static void hold_composed(struct detection *d, const struct torn_state *s,
                          const struct torn_reader *reader, const struct event *read) {
  struct torn_suspicion suspicion = {
      .suspect = TORN_COMPOSED,
      .offending = reader->now.stale,
      .context = read->context,
      .sighting = {.kind = FINDING_TORN_READ,
                   .leaf = read->leaf,
                   .access = {reader->first, reader->disturber, access_of(read)},
                   .accesses = 3,
                   .victim = 0,
                   .intruder = 1,
                   .value = piece_mix(read->whole, reader->now.value, reader->now.bytes),
                   .new_bytes = (uint8_t)(reader->now.bytes & ~reader->now.stale)},
  };
  add_expected(&suspicion.sighting, reader->before);
  add_expected(&suspicion.sighting, read->whole);
  hold(d, s, &suspicion);
}

/* The newest operation, of others than the reader, that a piece was read from. */
static uint32_t newest_source(const struct torn_leaf *leaf, uint8_t bytes,
                              struct context reader) {
  uint32_t newest = 0;
  for (unsigned i = 0; i < PIECE_BYTES; i++) {
    if ((bytes >> i & 1) == 0 || leaf->source[i] == 0) {
      continue;
    }
    const struct torn_writer *writer = &leaf->writer[leaf->source[i] - 1];
    if (writer->serial > newest && !context_equal(writer->context, reader)) {
      newest = writer->serial;
    }
  }
  return newest;
}

/* The reader looks again: at all of the leaf, or at the bytes that had been
 * stale and it finds them unchanged. */
static void withdraw_composed(struct detection *d, const struct torn_state *s,
                              const struct torn_reader *reader, const struct event *read,
                              struct piece piece) {
  bool complete = reader->now.bytes == piece.all && !reader->now.reported;
  for (unsigned i = 0; i < TORN_SUSPICIONS; i++) {
    const struct torn_suspicion *suspicion = &s->suspicion[i];
    if (suspicion->suspect != TORN_COMPOSED || suspicion->sighting.leaf != read->leaf ||
        !context_equal(suspicion->context, read->context)) {
      continue;
    }
    uint64_t changed =
        (read->whole ^ suspicion->sighting.value) & piece_spread(suspicion->offending);
    bool unchanged = (suspicion->offending & ~piece.bytes) == 0 && changed == 0;
    if (complete || unchanged) {
      drop(d, s, suspicion);
    }
  }
}

static void report_mixed(struct detection *d, const struct torn_state *s,
                         const struct torn_reader *reader, const struct event *read) {
  for (unsigned i = 0; i < TORN_SUSPICIONS; i++) {
    const struct torn_suspicion *suspicion = &s->suspicion[i];
    if (suspicion->suspect == TORN_MIXED && suspicion->sighting.leaf == read->leaf &&
        (suspicion->sources & ~reader->now.sources) == 0) {
      struct sighting sighting = suspicion->sighting;
      struct access access = access_of(read);
      add_access(&sighting, &access);
      detection_report(d, &sighting);
      drop(d, s, suspicion);
    }
  }
}

bool torn_read_seen(struct detection *d, const struct torn_state *s, unsigned index,
                    const struct event *read, struct piece piece) {
  const struct torn_leaf *leaf = &s->leaf[read->leaf];
  const struct torn_reader *reader = &leaf->reader[index];
  if (reader->now.end != 0 && !reader->now.reported &&
      newest_source(leaf, piece.bytes, read->context) >= reader->now.end) {
    if (!d->same_statement(d->image, reader->first.pc, read->pc)) {
      return true;
    }
    *(bool *)detection_edit(d, &reader->now.reported, sizeof(bool)) = true;
    torn_reading_over(d, s, read->leaf, reader);
    hold_composed(d, s, reader, read);
  } else if (reader->now.bytes == piece.all) {
    torn_reading_over(d, s, read->leaf, reader);
  }
  for (unsigned i = 0; i < TORN_WRITERS; i++) {
    const struct torn_writer *writer = &leaf->writer[i];
    unsigned source = 2U << i;
    if ((reader->now.sources & source) != 0 && (reader->now.sources & ~source) != 0 &&
        !context_equal(writer->context, read->context) &&
        torn_is_open(d, leaf, writer, read->boundary)) {
      hold_half_seen(d, s, i, reader, read);
    }
  }
  if (s->held > 0) {
    withdraw_composed(d, s, reader, read, piece);
    report_mixed(d, s, reader, read);
  }
  return false;
}

void torn_given_up(struct detection *d, const struct torn_state *s, uint32_t leaf,
                   unsigned writer) {
  if (s->held == 0) {
    return;
  }
  const struct torn_writer *operation = &s->leaf[leaf].writer[writer];
  for (unsigned i = 0; i < TORN_SUSPICIONS; i++) {
    const struct torn_suspicion *suspicion = &s->suspicion[i];
    bool concerns = false;
    switch ((enum torn_suspect)suspicion->suspect) {
      case TORN_NOTHING:
      case TORN_DISTURBED:
      case TORN_COMPOSED:
        break;
      case TORN_HALF_SEEN:
        concerns = suspicion->serial == operation->serial;
        break;
      case TORN_CLOBBERED:
        concerns = suspicion->serial == operation->serial ||
                   (suspicion->sources >> (writer + 1) & 1) != 0;
        break;
      case TORN_MIXED:
        concerns = (suspicion->sources >> (writer + 1) & 1) != 0;
        break;
    }
    if (concerns && suspicion->sighting.leaf == leaf) {
      drop(d, s, suspicion);
    }
  }
}

/* An operation that was read halfway went on to its end: it was torn. */
static void decide_half_seen(struct detection *d, const struct torn_state *s,
                             const struct torn_suspicion *suspicion,
                             const struct torn_writer *writer, const struct event *write) {
  struct sighting sighting = suspicion->sighting;
  struct access last = access_of(write);
  drop(d, s, suspicion);
  if (d->same_statement(d->image, sighting.access[0].pc, write->pc)) {
    add_access(&sighting, &last);
    add_expected(&sighting, writer->value);
    detection_report(d, &sighting);
  }
}

/* An operation that was overwritten whole when halfway went on to its end: does
 * memory now hold bytes of both? */
static void decide_clobbered(struct detection *d, const struct torn_state *s,
                             const struct torn_suspicion *suspicion, unsigned index,
                             const struct event *write) {
  const struct torn_leaf *leaf = &s->leaf[write->leaf];
  unsigned intruder = 0;
  while ((suspicion->sources >> intruder & 1) == 0) {
    intruder++;
  }
  if (bytes_from(leaf, intruder) == 0 ||
      !d->same_statement(d->image, suspicion->sighting.access[0].pc, write->pc)) {
    drop(d, s, suspicion);
    return;
  }
  struct torn_suspicion *mixed = detection_edit(d, suspicion, sizeof *suspicion);
  struct access last = access_of(write);
  mixed->suspect = TORN_MIXED;
  mixed->sources = (uint8_t)(mixed->sources | 2U << index);
  mixed->sighting.value = write->whole;
  mixed->sighting.new_bytes = bytes_from(leaf, index + 1);
  mixed->sighting.latent = mixed->sighting.expected[0] == write->whole;
  add_expected(&mixed->sighting, leaf->writer[index].value);
  add_access(&mixed->sighting, &last);
}

/* A whole write came over halves of operations that are not over. */
static void hold_clobbered(struct detection *d, const struct torn_state *s, unsigned index,
                           const struct event *write) {
  const struct torn_leaf *leaf = &s->leaf[write->leaf];
  for (unsigned i = 0; i < TORN_WRITERS; i++) {
    const struct torn_writer *half = &leaf->writer[i];
    if (i == index || !torn_is_open(d, leaf, half, write->boundary) ||
        context_equal(half->context, write->context) ||
        find(s, TORN_CLOBBERED, write->leaf, half->serial) != NULL) {
      continue;
    }
    struct torn_suspicion suspicion = {
        .suspect = TORN_CLOBBERED,
        .sources = (uint8_t)(2U << index),
        .serial = half->serial,
        .context = half->context,
        .time = half->time,
        .sighting = {.kind = FINDING_TORN_WRITE,
                     .leaf = write->leaf,
                     .access = {half->newest, access_of(write)},
                     .accesses = 2,
                     .victim = 0,
                     .intruder = 1,
                     .expected = {leaf->writer[index].value},
                     .expected_count = 1},
    };
    hold(d, s, &suspicion);
  }
}

/* Bytes that stood mixed may have been overwritten. */
static void drop_unmixed(struct detection *d, const struct torn_state *s,
                         const struct event *write) {
  uint8_t size = piece_leaf_size(d->leaves, write->leaf);
  unsigned sources = 0;
  for (unsigned i = 0; i < size; i++) {
    sources |= 1U << s->leaf[write->leaf].source[i];
  }
  for (unsigned i = 0; i < TORN_SUSPICIONS; i++) {
    const struct torn_suspicion *suspicion = &s->suspicion[i];
    if (suspicion->suspect == TORN_MIXED && suspicion->sighting.leaf == write->leaf &&
        (suspicion->sources & ~sources) != 0) {
      drop(d, s, suspicion);
    }
  }
}

void torn_write_seen(struct detection *d, const struct torn_state *s, unsigned index,
                     const struct event *write) {
  const struct torn_writer *writer = &s->leaf[write->leaf].writer[index];
  if (s->held > 0) {
    drop_unmixed(d, s, write);
  }
  if (!writer->over) {
    return;
  }
  if (s->held > 0) {
    const struct torn_suspicion *suspicion =
        find(s, TORN_HALF_SEEN, write->leaf, writer->serial);
    if (suspicion != NULL) {
      decide_half_seen(d, s, suspicion, writer, write);
    }
    suspicion = find(s, TORN_CLOBBERED, write->leaf, writer->serial);
    if (suspicion != NULL) {
      decide_clobbered(d, s, suspicion, index, write);
    }
  }
  hold_clobbered(d, s, index, write);
}

/* Ends a suspicion for want of news: only a composed value is a defect as it stands. */
static void expire(struct detection *d, const struct torn_state *s,
                   const struct torn_suspicion *suspicion) {
  if (suspicion->suspect == TORN_COMPOSED) {
    detection_report(d, &suspicion->sighting);
  }
  drop(d, s, suspicion);
}

/* Whether the deciding context's event shows how it goes on. */
static bool is_decided(const struct detection *d, const struct torn_suspicion *suspicion,
                       const struct event *event) {
  switch ((enum torn_suspect)suspicion->suspect) {
    case TORN_NOTHING:
    case TORN_MIXED:
      return false;
    case TORN_HALF_SEEN:
    case TORN_CLOBBERED:
    case TORN_DISTURBED:
      return event->kind == EVENT_RETURN ||
             !torn_in_time(d, event->context, suspicion->time, event->boundary);
    case TORN_COMPOSED:
      return event->kind == EVENT_RETURN || event->kind == EVENT_DEVICE_WRITE ||
             (event->kind == EVENT_WRITE && event->leaf != LEAF_NONE);
  }
  return false;
}

/* A disturbed reader goes on however long the handler took: its own time counts. */
static bool is_old(const struct detection *d, const struct torn_suspicion *suspicion,
                   uint64_t now) {
  const struct sighting *sighting = &suspicion->sighting;
  if (suspicion->suspect == TORN_DISTURBED) {
    return !torn_in_time(d, suspicion->context, suspicion->time, now);
  }
  return sighting->access[sighting->accesses - 1].boundary + d->horizon < now;
}

void torn_settle(struct detection *d, const struct torn_state *s, const struct event *event) {
  for (unsigned i = 0; i < TORN_SUSPICIONS && s->held > 0; i++) {
    const struct torn_suspicion *suspicion = &s->suspicion[i];
    if (suspicion->suspect == TORN_NOTHING) {
      continue;
    }
    if (is_old(d, suspicion, event->boundary) ||
        (context_equal(suspicion->context, event->context) &&
         is_decided(d, suspicion, event))) {
      expire(d, s, suspicion);
    }
  }
}

/* The handler that saw half a write never came back (it hangs, or the processor
 * locked up): its victim had no chance to go on, and what was read was torn. */
static bool is_stranded(const struct detection *d, const struct torn_suspicion *suspicion) {
  unsigned level = nesting_level(d->nesting, suspicion->context);
  return suspicion->suspect == TORN_HALF_SEEN && level < d->nesting->depth;
}

void torn_settle_all(struct detection *d, const struct torn_state *s) {
  for (unsigned i = 0; i < TORN_SUSPICIONS; i++) {
    if (is_stranded(d, &s->suspicion[i])) {
      detection_report(d, &s->suspicion[i].sighting);
      drop(d, s, &s->suspicion[i]);
    } else if (s->suspicion[i].suspect != TORN_NOTHING) {
      expire(d, s, &s->suspicion[i]);
    }
  }
}
