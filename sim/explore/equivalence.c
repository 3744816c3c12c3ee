#include "sim/explore/equivalence.h"

void equivalence_begin(struct equivalence *e, struct machine *m, uint64_t serial) {
  footprint_begin(&e->footprint, m);
  footing_take(&e->footing, m);
  e->until = serial;
  e->left_to = UINT64_MAX;
  e->valid = false;
  e->outer = m->footprint;
  m->footprint = &e->footprint;
}

void equivalence_end(struct equivalence *e, struct machine *m, bool home, bool over) {
  m->footprint = NULL;
  if (e->outer != NULL) {
    footprint_merge(e->outer, &e->footprint, home);
  }
  bool reusable = footprint_is_reusable(&e->footprint, home);
  e->valid = (home || !over) && (reusable || (e->flaws & FLAW_IGNORE_REGISTERS) != 0);
  e->footing.code_changes = m->code_changes;
}

/* The stack pointer is asked for only where the step may have moved it. */
static bool same_stack(const struct equivalence *e, struct machine *m, uint32_t code_flags) {
  bool still = code_flags != 0 && (code_flags & CODE_STACK) == 0;
  return still || (e->flaws & FLAW_IGNORE_STACK) != 0 ||
         e->footing.sp == cpu_get_one(m->cpu, 13);
}

static bool same_time(const struct equivalence *e, const struct machine *m) {
  return m->state.time < e->footprint.constant || (e->flaws & FLAW_IGNORE_TIME) != 0;
}

static bool independent(const struct equivalence *e, const struct machine *m,
                        const struct equivalence_step *step) {
  for (unsigned i = 0; i < step->access_count; i++) {
    const struct access_record *access = &step->accesses[i];
    unsigned uses = footprint_use_of(&e->footprint, m, access->address, access->size);
    bool reads = (uses & FOOTPRINT_READ) != 0 && (e->flaws & FLAW_IGNORE_READS) == 0;
    bool writes = (uses & FOOTPRINT_WRITTEN) != 0 && (e->flaws & FLAW_IGNORE_WRITES) == 0;
    if (writes || (reads && access->write)) {
      return false;
    }
  }
  return true;
}

bool equivalence_holds(struct equivalence *e, struct machine *m,
                       const struct equivalence_step *step) {
  bool between = step->place.kind == PLACE_BOUNDARY || step->place.kind == PLACE_BEAT;
  uint64_t boundary = step->place.boundary;
  bool cut = step->place.kind == PLACE_BOUNDARY &&
             (boundary % e->longest == 0 || boundary >= e->left_to);
  uint32_t state =
      EQUIVALENCE_STATE & ~((e->flaws & FLAW_IGNORE_MONITOR) != 0 ? CODE_EXCLUSIVE : 0U);
  bool holds = e->valid && between && !cut && e->until + 1 == step->serial &&
               (step->code_flags & state) == 0 && same_time(e, m) &&
               footing_stands(&e->footing, m, e->flaws) && same_stack(e, m, step->code_flags) &&
               independent(e, m, step);
  if (holds) {
    e->until = step->serial;
  }
  return holds;
}
