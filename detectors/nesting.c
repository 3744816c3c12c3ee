#include "detectors/nesting.h"

void nesting_enter(struct detection *d, const struct nesting *nesting,
                   const struct event *entry) {
  uint32_t depth = nesting->depth + 1;
  *(uint32_t *)detection_edit(d, &nesting->depth, sizeof nesting->depth) = depth;
  if (depth < NESTING_LEVELS) {
    struct nesting_level *level =
        detection_edit(d, &nesting->level[depth], sizeof nesting->level[depth]);
    *level = (struct nesting_level){.context = entry->context, .entered = entry->boundary};
  }
}

void nesting_leave(struct detection *d, const struct nesting *nesting,
                   const struct event *leaving) {
  uint32_t depth = nesting->depth;
  if (depth < NESTING_LEVELS) {
    unsigned level = nesting_level(nesting, leaving->context);
    if (level == 0 || level == NESTING_NONE) {
      return; /* not one that we saw enter */
    }
    depth = level;
    uint64_t away = leaving->boundary - nesting->level[depth].entered;
    const uint64_t *below = &nesting->level[depth - 1].away;
    *(uint64_t *)detection_edit(d, below, sizeof *below) += away;
  }
  *(uint32_t *)detection_edit(d, &nesting->depth, sizeof nesting->depth) = depth - 1;
}

uint64_t nesting_time(const struct nesting *nesting, unsigned level, uint64_t now) {
  bool on_top = level >= nesting->depth || level + 1 >= NESTING_LEVELS;
  uint64_t until = on_top ? now : nesting->level[level + 1].entered;
  return until - nesting->level[level].away;
}
