/* vanished-access: a context waits for a variable in a loop that never reads it.
 *
 * Nothing told the compiler that a handler writes the variable, so it was read once
 * ahead of the loop, and what is left of the loop reads no memory at all. It is seen
 * where a handler is taken in such a loop and changes what the same statement read
 * before: whatever the handler does, the loop goes on.
 *
 * What it cannot see: accesses that vanished where no loop is left; statics of which
 * nothing is left (the certificate names them); loops that read something else;
 * handlers that wait; what was read more than READS reads before the loop; leaves of
 * more than 8 bytes. */
#include "detectors/piece.h"
#include "detectors/registry.h"

enum { READS = 4 };

struct reading {
  uint32_t leaf; /* index + 1; 0: unused */
  uint32_t reserved;
  struct access access;
};

struct state {
  uint32_t next;  /* in the ring of reads */
  uint32_t loops; /* pc at which thread mode was preempted in a loop; 0: it was not */
  struct reading reading[READS];
};

static size_t vanished_access_state_size(const struct leaf_table *leaves) {
  (void)leaves;
  return sizeof(struct state);
}

/* Whether the compiler may take it for granted that nobody else writes it. */
static bool vanished_access_cares(const struct detection *d, uint32_t index) {
  if (index >= d->leaves->count || d->leaves->bare) {
    return false;
  }
  const struct leaf *leaf = &d->leaves->leaves[index];
  return (leaf->flags & (LEAF_VOLATILE | LEAF_ATOMIC | LEAF_CONST)) == 0 &&
         leaf->size <= PIECE_BYTES;
}

static void on_read(struct detection *d, const struct state *s, const struct event *event) {
  const struct reading *newest = &s->reading[(s->next + READS - 1) % READS];
  if (event->context.exception != 0 || !vanished_access_cares(d, event->leaf) ||
      (newest->leaf == event->leaf + 1 && newest->access.pc == event->pc)) {
    return;
  }
  struct reading *reading = detection_edit(d, &s->reading[s->next], sizeof *reading);
  *reading = (struct reading){.leaf = event->leaf + 1, .access = access_of(event)};
  *(uint32_t *)detection_edit(d, &s->next, sizeof s->next) = (s->next + 1) % READS;
}

static void report(struct detection *d, const struct reading *reading,
                   const struct event *write) {
  struct sighting sighting = {
      .kind = FINDING_VANISHED_ACCESS,
      .leaf = write->leaf,
      .access = {reading->access, access_of(write)},
      .accesses = 2,
      .victim = 0,
      .intruder = 1,
      .value = write->whole,
  };
  detection_report(d, &sighting);
}

static void on_write(struct detection *d, const struct state *s, const struct event *event) {
  for (unsigned i = 0; i < READS; i++) {
    const struct reading *reading = &s->reading[i];
    if (reading->leaf == event->leaf + 1 && event->value != event->old &&
        d->same_statement(d->image, reading->access.pc, s->loops) &&
        !d->is_deliberate(d->image, reading->access.pc)) {
      report(d, reading, event);
      *(uint32_t *)detection_edit(d, &reading->leaf, sizeof reading->leaf) = 0;
    }
  }
}

static void set_loop(struct detection *d, const struct state *s, uint32_t pc) {
  if (s->loops != pc) {
    *(uint32_t *)detection_edit(d, &s->loops, sizeof s->loops) = pc;
  }
}

static void vanished_access_observe(struct detection *d, const void *state,
                                    const struct event *event) {
  const struct state *s = state;
  switch ((enum event_kind)event->kind) {
    case EVENT_READ:
      on_read(d, s, event);
      break;
    case EVENT_WRITE:
      if (s->loops != 0 && event->context.exception != 0 && event->leaf != LEAF_NONE) {
        on_write(d, s, event);
      }
      break;
    case EVENT_ENTRY:
      if (event->other.exception == 0 && (event->flags & EVENT_TAIL) == 0) {
        set_loop(d, s, d->loops_blindly(d->image, event->pc) ? event->pc : 0);
      }
      break;
    case EVENT_RETURN:
      if (event->other.exception == 0 && (event->flags & EVENT_TAIL) == 0) {
        set_loop(d, s, 0);
      }
      break;
    default:
      break;
  }
}

static bool vanished_access_concerns(const struct detection *d, const void *state,
                                     const struct event *event) {
  const struct state *s = state;
  return event->kind == EVENT_ENTRY
             ? event->other.exception == 0 && d->loops_blindly(d->image, event->pc)
             : s->loops != 0;
}

const struct detector vanished_access_detector = {
    .name = "vanished-access",
    .summary = "a loop waits for a variable that it does not read",
    .events = 1U << EVENT_READ | 1U << EVENT_WRITE | 1U << EVENT_ENTRY | 1U << EVENT_RETURN,
    .not_in_thread = 1U << EVENT_WRITE,
    .state_size = vanished_access_state_size,
    .cares = vanished_access_cares,
    .observe = vanished_access_observe,
    .remembers = 1U << EVENT_READ | 1U << EVENT_RETURN,
    .concerns = vanished_access_concerns,
};
