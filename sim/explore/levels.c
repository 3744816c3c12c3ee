/* Levels: the spine, and the runs that continue an injection. */
#include <stdlib.h>
#include <string.h>

#include "sim/explore/private.h"

void level_create(struct level *level, struct explorer *ex) {
  level->at_place = snapshot_create(ex->machine);
}

void level_destroy(struct level *level) {
  snapshot_destroy(level->at_place);
  for (unsigned e = 0; e < EXCEPTION_COUNT; e++) {
    free(level->equivalences[e]);
    free(level->deeper[e]);
  }
  free(level->disturbs);
  seen_free(&level->seen);
  seen_free(&level->ahead);
}

static void forget(struct equivalence *const list[EXCEPTION_COUNT]) {
  for (unsigned e = 0; e < EXCEPTION_COUNT; e++) {
    if (list[e] != NULL) {
      list[e]->valid = false;
    }
  }
}

void level_begin(struct level *level, const struct level *below) {
  forget(level->equivalences);
  forget(level->deeper);
  level->exception = 0;
  level->sighting_count = 0;
  level->place_serial = 0;
  level->disturbs_count = 0;
  level->disturbs_first = 0;
  level->cut = level->looked_to = 0;
  level->considered_count = 0;
  level->pendsv_seen = false;
  level->noted_changes = 0;
  level->noted_bus = UINT64_MAX;
  level->suspicious = level->behind = false;
  memset(level->noted_pending, 0, sizeof level->noted_pending);
  memset(level->considered, 0, sizeof level->considered);
  memset(level->held_back, 0, sizeof level->held_back);
  if (below != NULL) {
    level->disturbs_first = below->place.boundary;
    level->pendsv_seen = below->pendsv_seen;
    memcpy(level->held_back, below->held_back, sizeof level->held_back);
    memcpy(level->considered, below->considered, sizeof level->considered);
  }
}

const struct level *explorer_looked_at(const struct explorer *ex) {
  return &ex->levels[ex->dragged != 0 ? ex->only_count : 0];
}

unsigned level_number(const struct explorer *ex) {
  return (unsigned)(ex->here - ex->levels);
}

struct equivalence *level_record(struct explorer *ex, struct equivalence **kept) {
  if (!decide_prunes(ex)) {
    return NULL;
  }
  if (*kept == NULL) {
    *kept = allocate(1, sizeof **kept);
    (*kept)->flaws = ex->options.flaws;
    (*kept)->longest = ex->options.chain;
  }
  (*kept)->suspicions = ex->panel.open.all;
  equivalence_begin(*kept, ex->machine, ex->here->place_serial);
  return *kept;
}
