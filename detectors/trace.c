/* trace: the first access of each handler to each leaf. The example to copy.
 *
 * It finds nothing wrong: it shows in the fewest lines how a detector sees,
 * remembers and reports. docs/writing-a-detector.md walks through it.
 *
 * What it cannot see: accesses that touch no leaf (stacks, flash, devices), and
 * thread mode, which it leaves out on purpose. */
#include "detectors/registry.h"

/* The state: plain data, handed out zeroed by the core and rolled back by it
 * after each probe. Zero must therefore mean "nothing seen yet". */
enum { EXCEPTIONS = 512 };

struct leaf_state {
  uint64_t seen[EXCEPTIONS / 64]; /* one bit for each exception number */
};

/* Asked once for each run: here one record for each leaf, indexed by leaf. */
static size_t trace_state_size(const struct leaf_table *leaves) {
  return leaf_total(leaves) * sizeof(struct leaf_state);
}

/* Called for each event named in the table below, in program order. */
static void trace_observe(struct detection *d, const void *state, const struct event *event) {
  unsigned exception = event->context.exception;
  if (event->leaf == LEAF_NONE || exception == 0 || exception >= EXCEPTIONS) {
    return; /* nothing to judge: leave early, this runs for every access */
  }
  const struct leaf_state *leaf = (const struct leaf_state *)state + event->leaf;
  const uint64_t *word = &leaf->seen[exception / 64];
  uint64_t bit = UINT64_C(1) << (exception % 64);
  if ((*word & bit) != 0) {
    return; /* the common case changes nothing: no edit, no cost in the undo log */
  }
  /* State is const. To change it, ask for a writable view: the bytes that stand
   * there are saved, and come back when the probe is undone. Ask for the
   * smallest field that will do. */
  uint64_t *writable = detection_edit(d, word, sizeof *word);
  *writable |= bit;

  /* A sighting is a plain value. One access here, so it is both the victim's
   * and the intruder's; two identify a race. The core adds names, lines, call
   * stacks and the schedule, drops repetitions, and keeps the sighting when the
   * probe is undone. */
  struct sighting sighting = {
      .kind = FINDING_TRACE,
      .leaf = event->leaf,
      .access = {access_of(event)},
      .accesses = 1,
      .value = event->value,
  };
  detection_report(d, &sighting);
}

/* One const table: the name, what it looks for, the events it wants, and the
 * functions. Then one line in registry.h and one in registry.c. */
const struct detector trace_detector = {
    .name = "trace",
    .summary = "first access of each handler to each variable (an example)",
    .events = 1U << EVENT_READ | 1U << EVENT_WRITE,
    .state_size = trace_state_size,
    .observe = trace_observe,
    .finish = NULL, /* it never holds a suspicion open */
};
