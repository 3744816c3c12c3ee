/* Calm stretches: most places of most runs. Decided like this is only what no
 * callback, deeper run or audit asks for place by place. */
#include "sim/explore/private.h"

void calm_begin(struct explorer *ex) {
  const struct explorer_options *options = &ex->options;
  bool asked = options->decided != NULL || options->audit;
  ex->calm = (struct calm){
      .allowed = ex->only == NULL && !ex->follows && !asked &&
                 options->machine.arrival_rule_count == 0,
      .passed = ex->machine->stride.passed,
  };
}

void calm_count(struct explorer *ex) {
  struct calm *calm = &ex->calm;
  uint64_t passed = ex->machine->stride.passed - calm->passed;
  calm->passed += passed;
  ex->levels->place_serial += passed;
  calm->places += calm->mine ? passed : 0;
}

void calm_end(struct explorer *ex) {
  struct calm *calm = &ex->calm;
  struct certificate *c = &ex->certificate;
  struct level *spine = ex->levels;
  calm_count(ex);
  calm->holds = false;
  if (calm->places == 0) {
    return;
  }
  uint64_t pairs = calm->places * spine->considered_count;
  for (unsigned i = 0; i < spine->considered_count; i++) {
    unsigned e = spine->considered_list[i];
    spine->equivalences[e]->until = spine->place_serial;
    ex->could[e] += calm->places;
  }
  c->boundaries += calm->places;
  c->places += calm->places;
  c->depths[0].places += calm->places;
  c->decided[DECISION_EQUIVALENT] += pairs;
  c->depths[0].decided[DECISION_EQUIVALENT] += pairs;
  calm->places = 0;
}

static uint64_t earlier(uint64_t one, uint64_t other) {
  return one < other ? one : other;
}

/* There chains are cut. */
static uint64_t chain_end(const struct explorer *ex) {
  return (ex->levels->place.boundary / ex->options.chain + 1) * ex->options.chain;
}

void calm_look(struct explorer *ex, bool mine) {
  const struct machine *m = ex->machine;
  const struct level *spine = ex->levels;
  struct calm *calm = &ex->calm;
  bool holds =
      calm->allowed && ex->here == spine && !decide_deepens(ex) && (!mine || decide_prunes(ex));
  uint64_t end = UINT64_MAX;
  uint64_t until = earlier(earlier(ex->chunk_end, chain_end(ex)), ex->next_checkpoint);
  uint64_t likely = ex->options.claims != NULL ? UINT64_MAX : 0;
  for (unsigned i = 0; holds && mine && i < spine->considered_count; i++) {
    const struct equivalence *e = spine->equivalences[spine->considered_list[i]];
    holds = e != NULL && e->valid && e->lands && e->until == spine->place_serial;
    end = holds ? earlier(end, e->footprint.constant) : end;
    until = holds ? earlier(until, e->left_to) : until;
    likely |= holds ? e->footprint.likely : 0;
  }
  calm->holds = holds;
  calm->mine = mine;
  calm->until = until;
  calm->time = end;
  calm->likely = likely;
  calm->changes = m->state.exceptions.changes;
  calm->suspicions = ex->panel.open.all;
  calm->bus_accesses = m->state.bus_accesses;
  calm->code_changes = m->code_changes;
  calm->control = m->state.control;
}

/* Whether the instruction ahead of this place accessed what the handlers do. */
static bool may_meet(const struct machine *m, uint64_t likely) {
  bool may = likely == UINT64_MAX && m->last_count > 0;
  for (unsigned i = 0; !may && i < m->last_count; i++) {
    may = footprint_may_meet(likely, m, m->last[i].address, m->last[i].size);
  }
  return may;
}

bool calm_stays(const struct explorer *ex, enum place_kind kind) {
  enum { STATE = EQUIVALENCE_STATE | CODE_STACK };
  const struct machine *m = ex->machine;
  const struct machine_state *s = &m->state;
  const struct calm *calm = &ex->calm;
  if (!calm->holds || kind != PLACE_BOUNDARY || s->boundary >= calm->until ||
      s->time >= calm->time || s->exceptions.changes != calm->changes ||
      ex->panel.open.all != calm->suspicions) {
    return false;
  }
  if (!calm->mine) {
    return true;
  }
  return s->bus_accesses == calm->bus_accesses && m->code_changes == calm->code_changes &&
         s->control == calm->control && s->acting_flags != 0 &&
         (s->acting_flags & STATE) == 0 && !may_meet(m, calm->likely);
}

void calm_stride(struct explorer *ex, enum place_kind kind) {
  struct machine *m = ex->machine;
  const struct calm *calm = &ex->calm;
  const struct machine_state *s = &m->state;
  if (calm->holds && kind == PLACE_BOUNDARY && s->time < calm->time) {
    uint64_t still = calm->time - s->time; /* may be the end of time */
    uint64_t end = still < UINT64_MAX - s->boundary ? s->boundary + still : UINT64_MAX;
    machine_stride(m, earlier(end, calm->until), calm->mine ? calm->likely : 0);
  }
}
