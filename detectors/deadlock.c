/* deadlock: a handler loops for ever on a variable.
 *
 * The machine says when a handler's state came back. If the loop reads a variable
 * that a preempted context wrote last, the handler waits for its victim, which
 * cannot go on; if nothing enabled can preempt the loop, nobody else can end it
 * either. A loop that reads no variable is not judged: it stands still on
 * purpose, like most handlers of unexpected interrupts.
 *
 * What it cannot see: loops that read a device, a counter or time; loops longer
 * than the machine looks for; waits of several handlers for each other. */
#include "detectors/registry.h"

enum { READS = 8, LOOP = 64 };

struct writer { /* who last wrote a leaf; unused while pc is 0 */
  uint32_t pc;
  uint32_t serial;
  uint64_t boundary;
};

struct state {
  uint32_t next; /* in the ring of reads */
  uint32_t reserved;
  struct reading {
    uint32_t leaf; /* index + 1; 0: unused */
    struct access access;
  } reading[READS];
  struct writer writer[]; /* by leaf */
};

static size_t deadlock_state_size(const struct leaf_table *leaves) {
  return sizeof(struct state) + leaf_total(leaves) * sizeof(struct writer);
}

/* Reads matter in handlers only: thread mode may wait as long as it likes. */
static void on_read(struct detection *d, const struct state *s, const struct event *event) {
  const struct reading *newest = &s->reading[(s->next + READS - 1) % READS];
  if (event->leaf == LEAF_NONE || event->context.exception == 0 ||
      (newest->leaf == event->leaf + 1 && newest->access.pc == event->pc &&
       newest->access.boundary + LOOP / 2 > event->boundary)) {
    return;
  }
  const struct reading *reading = &s->reading[s->next];
  *(struct reading *)detection_edit(d, reading, sizeof *reading) =
      (struct reading){event->leaf + 1, access_of(event)};
  *(uint32_t *)detection_edit(d, &s->next, sizeof s->next) = (s->next + 1) % READS;
}

static void on_write(struct detection *d, const struct state *s, const struct event *event) {
  if (event->leaf == LEAF_NONE) {
    return;
  }
  const struct writer *writer = &s->writer[event->leaf];
  *(struct writer *)detection_edit(d, writer, sizeof *writer) =
      (struct writer){event->pc, event->context.serial, event->boundary};
}

/* The live context below the spinning one that wrote the leaf last, or NULL. */
static const struct context *holder(const struct detection *d, const struct writer *writer,
                                    struct context spinning) {
  unsigned own = nesting_level(d->nesting, spinning);
  for (unsigned level = 0; writer->pc != 0 && own != NESTING_NONE && level < own; level++) {
    if (d->nesting->level[level].context.serial == writer->serial) {
      return &d->nesting->level[level].context;
    }
  }
  return NULL;
}

static struct sighting sighting_of(const struct reading *reading) {
  return (struct sighting){
      .kind = FINDING_DEADLOCK,
      .leaf = reading->leaf - 1,
      .access = {reading->access},
      .accesses = 1,
      .value = reading->access.value,
  };
}

static struct sighting held_by(const struct state *s, const struct reading *reading,
                               const struct context *holder) {
  const struct writer *writer = &s->writer[reading->leaf - 1];
  struct sighting sighting = sighting_of(reading);
  sighting.access[0] = (struct access){
      .op = EVENT_WRITE,
      .size = reading->access.size,
      .context = *holder,
      .pc = writer->pc,
      .address = reading->access.address,
      .boundary = writer->boundary,
      .value = reading->access.value,
  };
  sighting.access[1] = reading->access;
  sighting.accesses = 2;
  sighting.intruder = 1;
  return sighting;
}

static void on_spin(struct detection *d, const struct state *s, const struct event *spin) {
  const struct reading *any = NULL;
  for (unsigned i = 0; i < READS; i++) {
    const struct reading *reading = &s->reading[i];
    if (reading->leaf == 0 || !context_equal(reading->access.context, spin->context) ||
        reading->access.boundary + LOOP < spin->boundary) {
      continue;
    }
    const struct context *victim = holder(d, &s->writer[reading->leaf - 1], spin->context);
    if (victim != NULL) {
      struct sighting sighting = held_by(s, reading, victim);
      detection_report(d, &sighting);
      return;
    }
    any = any == NULL || reading->access.pc < any->access.pc ? reading : any;
  }
  if (any != NULL && spin->value == 0) {
    struct sighting sighting = sighting_of(any);
    detection_report(d, &sighting);
  }
}

static void deadlock_observe(struct detection *d, const void *state,
                             const struct event *event) {
  const struct state *s = state;
  switch ((enum event_kind)event->kind) {
    case EVENT_READ:
      on_read(d, s, event);
      break;
    case EVENT_WRITE:
      on_write(d, s, event);
      break;
    case EVENT_SPIN:
      on_spin(d, s, event);
      break;
    default:
      break;
  }
}

const struct detector deadlock_detector = {
    .name = "deadlock",
    .summary = "a handler waits for what only the code that it interrupted can do",
    .events = 1U << EVENT_READ | 1U << EVENT_WRITE | 1U << EVENT_SPIN,
    .not_in_thread = 1U << EVENT_READ,
    .state_size = deadlock_state_size,
    .observe = deadlock_observe,
    .remembers = 1U << EVENT_READ | 1U << EVENT_WRITE,
    .finish = NULL,
};
