#include "detectors/nesting.h"

static void set_depth(struct nesting *nesting, struct undo *undo, uint32_t depth) {
  undo_save(undo, &nesting->depth, sizeof nesting->depth);
  nesting->depth = depth;
}

void nesting_enter(struct nesting *nesting, struct undo *undo, const struct event *entry) {
  uint32_t depth = nesting->depth + 1;
  set_depth(nesting, undo, depth);
  if (depth < NESTING_LEVELS) {
    struct nesting_level *level = &nesting->level[depth];
    undo_save(undo, level, sizeof *level);
    *level = (struct nesting_level){.context = entry->context, .entered = entry->boundary};
  }
}

uint32_t nesting_depth_behind(const struct nesting *nesting, const struct event *leaving) {
  uint32_t depth = nesting->depth;
  if (depth >= NESTING_LEVELS) {
    return depth - 1;
  }
  unsigned level = nesting_level(nesting, leaving->context);
  bool known = level != 0 && level != NESTING_NONE; /* else not one that we saw enter */
  return known ? level - 1 : depth;
}

void nesting_leave(struct nesting *nesting, struct undo *undo, const struct event *leaving) {
  uint32_t behind = nesting_depth_behind(nesting, leaving);
  if (behind == nesting->depth) {
    return;
  }
  if (nesting->depth < NESTING_LEVELS) {
    uint64_t *away = &nesting->level[behind].away;
    undo_save(undo, away, sizeof *away);
    *away += leaving->boundary - nesting->level[behind + 1].entered;
  }
  set_depth(nesting, undo, behind);
}

uint64_t nesting_time(const struct nesting *nesting, unsigned level, uint64_t now) {
  bool on_top = level >= nesting->depth || level + 1 >= NESTING_LEVELS;
  uint64_t until = on_top ? now : nesting->level[level + 1].entered;
  return until - nesting->level[level].away;
}
