/* Deeper: what else may come once an exception was injected.
 *
 * The run that continues an injection is a spine of its own: it is run once bare,
 * to learn what touches pending state, and once with each of its places decided.
 * It covers the handlers of the injection, where others nest, and the interrupted
 * code behind them up to the horizon, where others follow. An injection that is
 * equivalent to the one at the place before it need not be followed again: what
 * comes behind the handlers is the same. What nests in them is the same as long
 * as the instruction between the two places is independent of all of it. */
#include <string.h>

#include "detectors/claims.h"
#include "sim/explore/private.h"

/* Whether the injection left anything behind that the interrupted code, or
 * another handler, could find. */
static bool left_traces(struct explorer *ex, uint64_t schedule_changes) {
  struct machine *m = ex->machine;
  const struct machine_state *then = snapshot_state(ex->here->at_place);
  const struct machine_state *now = &m->state;
  bool devices = then->device_hash != now->device_hash ||
                 then->output_hash != now->output_hash ||
                 m->schedule_changes != schedule_changes;
  bool pending = memcmp(&then->exceptions, &now->exceptions,
                        offsetof(struct exceptions, execution_priority)) != 0;
  if (m->asks || devices || pending || then->event_register != now->event_register ||
      then->monitor_set != now->monitor_set) {
    return true;
  }
  machine_settle(m);
  end_state_take(&ex->effect, m, snapshot_mark(ex->here->at_place));
  return end_state_changes(&ex->effect, m, ex->effect.registers[13]);
}

/* The handlers of the injection, from this level's place. `deeper` records their
 * footprint, or is NULL. False: they did not come to an end. */
static bool run_handlers(struct explorer *ex, struct equivalence *deeper) {
  struct machine *m = ex->machine;
  struct run run = probe_handlers(ex, ex->here->exception);
  run.places = run.hashes = true;
  machine_inject(m, ex->here->exception);
  machine_continue(m, &run);
  if (deeper != NULL) {
    equivalence_end(deeper, m, probe_came_home(ex, &run), true);
  }
  return run.stop == STOP_DONE;
}

/* How far the run behind the handlers goes: to the horizon, and to the place that a
 * schedule names. A check that prunes goes twice as far as a place must be followed:
 * the states of the first half are then followed far enough. */
static uint64_t behind_limit(const struct explorer *ex, uint64_t half) {
  unsigned next = level_number(ex) + 1;
  uint64_t far = branch_horizon(ex);
  if (decide_prunes(ex)) {
    return ex->machine->state.boundary + 2 * half;
  }
  if (ex->only != NULL && next < ex->only_count) {
    uint64_t named = ex->only[next].place.boundary + 1;
    far = named > far ? named : far;
  }
  return far;
}

static void forget_seen(struct explorer *ex) {
  for (unsigned i = 1; i < DEPTH_MOST; i++) {
    seen_clear(&ex->levels[i].seen);
    seen_clear(&ex->levels[i].ahead);
  }
}

/* What followed read the time. From here on states are the same only at the same time; and
 * an injected tick restarts its counter, so that the next place's is another one. */
static void note_clock(struct explorer *ex) {
  struct equivalence *tick = ex->here->equivalences[EXCEPTION_SYSTICK];
  if (!ex->clocked) {
    ex->clocked = true;
    forget_seen(ex);
  }
  if (ex->here->exception == EXCEPTION_SYSTICK && tick != NULL) {
    tick->valid = false;
  }
}

/* The interrupted code, up to a boundary. */
static void run_on(struct explorer *ex, uint64_t limit) {
  struct machine *m = ex->machine;
  struct run run = {
      .mode = RUN_BRANCH,
      .limit = limit,
      .exception = ex->here->exception,
      .places = true,
      .hashes = true,
  };
  uint64_t clock_reads = m->clock_reads;
  uint64_t flag_reads = m->flag_reads;
  machine_continue(m, &run);
  if (m->clock_reads != clock_reads) {
    note_clock(ex);
  }
  if (m->flag_reads != flag_reads && !ex->flagged) {
    ex->flagged = true;
    forget_seen(ex);
  }
  (ex->here + 1)->cut = m->state.boundary >= run.limit ? run.limit : 0;
}

/* What the handlers interrupted. */
static void run_behind(struct explorer *ex) {
  struct level *level = ex->here;
  uint64_t half = ex->options.horizon + ex->options.chain;
  level->behind = true;
  level->followed = ex->machine->state.boundary + half;
  run_on(ex, behind_limit(ex, half));
  level->behind = false;
}

void deepen_begin(struct explorer *ex) {
  const struct claims *claims = ex->options.claims;
  struct machine *m = ex->machine;
  const struct leaf_table *leaves = &m->memory.leaves;
  forget_seen(ex);
  ex->clocked = ex->flagged = false;
  reads_end(&m->reads);
  if (!decide_deepens(ex) || !decide_prunes(ex) || m->config.arrival_rule_count > 0) {
    return; /* arrivals look at what stands in memory */
  }
  machine_leave_unread_out(m);
  m->reads.deaf = (ex->options.flaws & FLAW_IGNORE_UNREAD) != 0;
  for (uint32_t i = 0; claims != NULL && i < claims->slot_count; i++) {
    const struct leaf_extent extent = leaf_extent(leaves, claims->leaves[i]);
    reads_add(&m->reads, extent.address, extent.size);
  }
}

/* A word that began to count was left out of what was seen. */
static void heed_reads(struct explorer *ex) {
  if (ex->heeded != ex->machine->reads.generation) {
    ex->heeded = ex->machine->reads.generation;
    forget_seen(ex);
  }
}

static bool hash_state(struct explorer *ex, uint64_t *hash) {
  const struct machine_state *s = &ex->machine->state;
  heed_reads(ex);
  if (!machine_live_hash(ex->machine, hash)) {
    return false;
  }
  if (ex->clocked) {
    *hash = (*hash ^ s->time) * 0x9e3779b97f4a7c15U ^ systick_value(&s->systick, s->time);
  }
  *hash += ex->flagged && s->systick.count_flag;
  return true;
}

bool deepen_merges(struct explorer *ex, bool bare) {
  const struct level *below = ex->here - 1;
  struct level *level = ex->here;
  uint64_t hash = 0;
  if (!below->behind || !decide_prunes(ex) || !hash_state(ex, &hash)) {
    return false;
  }
  bool seen = seen_has(&level->seen, hash) || (bare && seen_has(&level->ahead, hash));
  if (!seen && ex->machine->state.boundary <= below->followed) {
    seen_add(bare ? &level->ahead : &level->seen, hash);
  }
  return seen;
}

/* Whether another injection led to the state that this one leaves, so that what
 * follows is decided. A suspicion makes a difference that no state shows. */
static bool is_followed(struct explorer *ex) {
  uint64_t hash = 0;
  if (!decide_prunes(ex) || ex->here->suspicious) {
    return false;
  }
  machine_settle(ex->machine);
  return hash_state(ex, &hash) && seen_has(&(ex->here + 1)->seen, hash);
}

static void list_considered(struct level *level) {
  level->considered_count = 0;
  for (unsigned e = 0; e < EXCEPTION_COUNT; e++) {
    if (exception_bit(level->considered, e)) {
      level->considered_list[level->considered_count++] = (uint8_t)e;
    }
  }
}

/* What is put aside while a run is looked through that is taken back. */
struct outer {
  struct machine_host host;
  struct footprint *footprint;
  bool beats;
};

static struct outer begin_bare(struct explorer *ex) {
  struct machine *m = ex->machine;
  const struct outer outer = {m->host, m->footprint, m->beats};
  m->footprint = NULL;
  m->host = (struct machine_host){.owner = ex, .place = decide_bare_place};
  m->beats = false;
  seen_clear(&(ex->here + 1)->ahead);
  return outer;
}

static void end_bare(struct explorer *ex, const struct outer *outer, struct snapshot *from) {
  struct machine *m = ex->machine;
  (ex->here + 1)->looked_to = m->state.boundary;
  list_considered(ex->here + 1);
  snapshot_restore(from, m);
  m->host = outer->host;
  m->beats = outer->beats;
  m->footprint = outer->footprint;
}

/* Runs bare. Returns whether what is behind the handlers must be followed. */
static bool look_ahead(struct explorer *ex, bool behind) {
  uint64_t schedule_changes = ex->machine->schedule_changes;
  const struct outer outer = begin_bare(ex);
  behind =
      run_handlers(ex, NULL) && behind && left_traces(ex, schedule_changes) && !is_followed(ex);
  if (behind) {
    run_behind(ex);
  }
  end_bare(ex, &outer, ex->here->at_place);
  return behind;
}

bool deepen_knows(const struct explorer *ex) {
  return !(ex->here - 1)->behind || ex->machine->state.boundary != ex->here->looked_to;
}

void deepen_look_on(struct explorer *ex) {
  struct machine *m = ex->machine;
  const struct level *level = ex->here;
  uint64_t limit = m->run->limit;
  snapshot_save(level->at_place, m);
  m->state.scs_touched = false; /* by what was looked at before */
  ex->here--;
  const struct outer outer = begin_bare(ex);
  run_on(ex, limit);
  end_bare(ex, &outer, level->at_place);
  ex->here++;
}

void deepen_run(struct explorer *ex, unsigned exception, bool behind) {
  struct level *level = ex->here;
  struct machine *m = ex->machine;
  struct footprint *outer = m->footprint;
  uint8_t outer_run = ex->panel.run;
  uint64_t generation = m->reads.generation;
  struct depth_account *account = &ex->certificate.depths[level_number(ex) + 1];
  snapshot_save(level->at_place, m);
  level->exception = (uint16_t)exception;
  level_begin(level + 1, level);
  if (level_number(ex) + 2 < DEPTH_MOST) {
    seen_clear(&(level + 2)->seen);
  }
  panel_set_run(&ex->panel, (uint8_t)(level_number(ex) + 2));
  bool follows = look_ahead(ex, behind);
  if (run_handlers(ex, level_record(ex, &level->deeper[exception])) && follows) {
    run_behind(ex);
  }
  snapshot_restore(level->at_place, m);
  if (m->reads.generation != generation) {
    forget_seen(ex); /* the hash here is without a word that counts by now */
  }
  m->footprint = outer;
  if (outer != NULL && behind) {
    outer->reusable = false; /* what follows the handlers is not recorded */
  }
  panel_set_run(&ex->panel, outer_run);
  level->exception = 0;
  level->sighting_count = 0; /* its own probe told them */
  account->spines += follows;
  account->merged += behind && !follows;
}
