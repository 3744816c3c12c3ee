/* Who preempted whom: the stack of live contexts, kept from entries and returns.
 *
 * Level 0 is thread mode, the topmost level is who acts. A context's own time
 * is the number of boundaries it executed itself, without those of handlers
 * that preempted it. The core keeps one for all detectors: at an entry it knows the
 * new context already, at a return it still knows the one that ends. Zeroed it is
 * thread mode alone. Levels from NESTING_LEVELS on are counted but not kept. */
#ifndef TORNWORD_DETECTORS_NESTING_H
#define TORNWORD_DETECTORS_NESTING_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/event.h"
#include "sim/undo.h"

enum { NESTING_LEVELS = 16, NESTING_NONE = NESTING_LEVELS };

struct nesting_level {
  struct context context;
  uint64_t entered; /* boundary of its entry */
  uint64_t away;    /* boundaries that others executed since then */
};

struct nesting {
  struct nesting_level level[NESTING_LEVELS];
  uint32_t depth; /* of the topmost level; may exceed the levels kept */
  uint32_t reserved;
};

/* Ahead of the detectors at an EVENT_ENTRY, and behind them at an EVENT_RETURN. What
 * is overwritten is saved in `undo`. */
void nesting_enter(struct nesting *nesting, struct undo *undo, const struct event *entry);
void nesting_leave(struct nesting *nesting, struct undo *undo, const struct event *leaving);

/* The depth that a return leaves behind. */
uint32_t nesting_depth_behind(const struct nesting *nesting, const struct event *leaving);

/* Level of a live context, or NESTING_NONE. */
static inline unsigned nesting_level(const struct nesting *nesting, struct context context) {
  unsigned top = nesting->depth < NESTING_LEVELS ? nesting->depth : NESTING_LEVELS - 1;
  for (unsigned level = top; level > 0; level--) {
    if (context_equal(nesting->level[level].context, context)) {
      return level;
    }
  }
  return context.exception == 0 ? 0 : NESTING_NONE;
}

static inline bool nesting_is_live(const struct nesting *nesting, struct context context) {
  return nesting_level(nesting, context) != NESTING_NONE;
}

/* Own time of a live level; `now` is the boundary of the current event. */
uint64_t nesting_time(const struct nesting *nesting, unsigned level, uint64_t now);

#endif
