/* Ranking: did the order matter, and was it one that a program could mean?
 *
 * The probe took the exception in the middle of something. The same exception
 * is taken once before it (ahead of the victim's first conflicting access) and
 * once after it (where the branch ended), and the three end states are compared
 * at the same pc and call depth. */
#include <assert.h>

#include "sim/explore/private.h"

void ranking_checkpoint(struct explorer *ex) {
  struct machine *m = ex->machine;
  uint64_t boundary = m->state.boundary;
  if (boundary < ex->next_checkpoint) {
    return;
  }
  unsigned slot = ex->checkpoint_count++ % CHECKPOINTS;
  if (ex->checkpoint_count > CHECKPOINTS) {
    unsigned oldest = ex->checkpoint_count % CHECKPOINTS;
    undo_forget(&m->undo, snapshot_mark(ex->checkpoints[oldest]));
  }
  snapshot_save(ex->checkpoints[slot], m);
  uint64_t span = 2 * ex->options.horizon;
  ex->next_checkpoint =
      boundary + (span > CHECKPOINT_SPAN ? span : CHECKPOINT_SPAN) / (CHECKPOINTS - 1);
}

/* The newest checkpoint that is not behind this boundary; NULL: too long ago. */
static struct snapshot *checkpoint_before(const struct explorer *ex, uint64_t boundary) {
  struct snapshot *best = NULL;
  unsigned made = ex->checkpoint_count;
  unsigned kept = made < CHECKPOINTS ? made : CHECKPOINTS;
  for (unsigned i = 0; i < kept; i++) {
    struct snapshot *candidate = ex->checkpoints[i];
    uint64_t at = snapshot_state(candidate)->boundary;
    if (at <= boundary && (best == NULL || at > snapshot_state(best)->boundary)) {
      best = candidate;
    }
  }
  return best;
}

/* Takes the exception now, if it can be taken now, and lets its handlers end. */
static bool take_now(struct explorer *ex) {
  struct machine *m = ex->machine;
  if (!decide_is_free(ex, ex->exception)) {
    return false;
  }
  struct run run = {
      .mode = RUN_PROBE,
      .limit = m->state.boundary + HANDLER_MOST,
      .base_depth = m->state.depth,
      .exception = ex->exception,
  };
  uint32_t pc = m->state.pc;
  machine_pend(m, ex->exception);
  machine_continue(m, &run);
  machine_settle(m);
  return run.stop == STOP_DONE && m->state.pc == pc;
}

static bool reach_meeting(struct explorer *ex) {
  struct machine *m = ex->machine;
  struct run run = {
      .mode = RUN_BRANCH,
      .limit = m->state.boundary + ex->options.horizon,
      .meets = true,
      .meet_pc = ex->meet_pc,
      .meet_depth = ex->meet_depth,
      .meet_after = m->state.boundary,
  };
  machine_continue(m, &run);
  return run.stop == STOP_DONE;
}

/* Handler behind the whole operation. From, and back to, the place. */
static void run_after(struct explorer *ex, uint64_t since) {
  struct machine *m = ex->machine;
  struct end_state *after = &ex->after;
  after->valid = false;
  if (reach_meeting(ex) && take_now(ex)) {
    end_state_take(after, m, since);
  }
  snapshot_restore(ex->at_place, m);
}

/* Runs the spine again from the common base up to a boundary. */
static bool rerun_to(struct explorer *ex, uint64_t boundary) {
  struct machine *m = ex->machine;
  struct run run = {.mode = RUN_SPINE, .limit = boundary};
  snapshot_restore_registers(ex->meet_base, m);
  machine_continue(m, &run);
  return run.stop == STOP_LIMIT && m->state.boundary == boundary;
}

static void note_open(void *owner, enum place_kind kind, unsigned beat) {
  struct explorer *ex = owner;
  (void)beat;
  if (kind == PLACE_BOUNDARY && decide_is_free(ex, ex->exception)) {
    ex->last_open = ex->machine->state.boundary;
  }
}

/* The last boundary, from the base up to `first`, where the exception could be
 * taken: a section may cover the access itself. */
static uint64_t last_open(struct explorer *ex, uint64_t first) {
  struct machine *m = ex->machine;
  uint64_t end = undo_mark(&m->undo);
  ex->last_open = UINT64_MAX;
  m->host = (struct machine_host){.owner = ex, .place = note_open};
  rerun_to(ex, first + 1);
  m->host = (struct machine_host){0};
  undo_rewind(&m->undo, end);
  return ex->last_open;
}

/* Handler ahead of the victim's first access. From, and back to, the place. */
static void run_before(struct explorer *ex, uint64_t first) {
  struct machine *m = ex->machine;
  uint64_t mark = snapshot_mark(ex->meet_base);
  uint64_t end = undo_mark(&m->undo);
  ex->before.valid = false;
  undo_swap_back(&m->undo, mark);
  if (!rerun_to(ex, first) || !decide_is_free(ex, ex->exception)) {
    undo_rewind(&m->undo, end);
    first = last_open(ex, first);
    if (first != UINT64_MAX) {
      rerun_to(ex, first);
    }
  }
  if (take_now(ex) && reach_meeting(ex)) {
    end_state_take(&ex->before, m, end);
  }
  undo_rewind(&m->undo, end);
  undo_swap_forward(&m->undo, mark, end);
  snapshot_restore_registers(ex->at_place, m);
}

static uint64_t first_access(const struct explorer *ex, const struct sighting *sighting) {
  uint64_t first = ex->place.boundary;
  const struct context victim = sighting->access[sighting->victim].context;
  for (unsigned i = 0; i < sighting->accesses; i++) {
    const struct access *access = &sighting->access[i];
    if (context_equal(access->context, victim) && access->boundary < first) {
      first = access->boundary;
    }
  }
  return first;
}

/* All end states of one place are taken from one checkpoint: the newest that
 * lies ahead of every sighting's first access. */
static struct snapshot *common_base(const struct explorer *ex) {
  uint64_t first = ex->place.boundary;
  for (size_t i = 0; i < ex->sighting_count; i++) {
    uint64_t own = first_access(ex, &ex->sightings[i]);
    first = own < first ? own : first;
  }
  return checkpoint_before(ex, first);
}

/* On to where the exception could be taken again: there it can come after. */
static bool reach_opening(struct explorer *ex) {
  struct machine *m = ex->machine;
  struct run run = {
      .mode = RUN_BRANCH,
      .limit = m->state.boundary + FOLLOW_MOST,
      .opens_for = ex->exception,
  };
  uint8_t depth = m->state.depth;
  if (decide_is_free(ex, ex->exception)) {
    return true;
  }
  machine_continue(m, &run);
  return run.stop == STOP_DONE && m->state.depth == depth;
}

/* Handlers that never end have no end state; the orders meet where the victim's
 * own operation is over. */
static bool find_meeting(struct explorer *ex, enum homecoming how) {
  struct machine *m = ex->machine;
  ex->actual.valid = false;
  if (how == STRANDED) {
    snapshot_restore(ex->at_place, m);
    return ex->place.kind != PLACE_RETURN && probe_follow_victim(ex) && reach_opening(ex);
  }
  return how == HOME && reach_opening(ex);
}

void ranking_prepare(struct explorer *ex, enum homecoming how) {
  struct machine *m = ex->machine;
  struct machine_host host = m->host;
  m->host = (struct machine_host){.owner = ex, .event = host.event};
  machine_settle(m);
  bool found = find_meeting(ex, how);
  m->host = (struct machine_host){0};
  ex->meet_base = found ? common_base(ex) : NULL;
  ex->ranked_first = UINT64_MAX;
  ex->meet_pc = m->state.pc;
  ex->meet_depth = m->state.depth;
  uint64_t since = ex->meet_base != NULL ? snapshot_mark(ex->meet_base) : 0;
  if (ex->meet_base != NULL && how == HOME) {
    end_state_take(&ex->actual, m, since);
    liveness_look(&ex->live, m, ex->ahead, LIVENESS_STEPS);
  }
  snapshot_restore(ex->at_place, m);
  if (ex->meet_base != NULL) {
    run_after(ex, since);
  }
  m->host = host;
}

enum outcome ranking_judge(struct explorer *ex, const struct sighting *sighting) {
  if (ex->meet_base == NULL) {
    return OUTCOME_UNRANKED;
  }
  uint64_t first = first_access(ex, sighting);
  if (first != ex->ranked_first) {
    struct machine_host host = ex->machine->host;
    ex->machine->host = (struct machine_host){0}; /* no detectors, listeners or places */
    run_before(ex, first);
    ex->machine->host = host;
    ex->ranked_first = first;
    ex->certificate.ranked++;
  }
  const struct machine *m = ex->machine;
  const struct end_state *actual = &ex->actual;
  bool like_before =
      actual->valid && ex->before.valid && end_state_equal(actual, &ex->before, &ex->live, m);
  bool like_after =
      actual->valid && ex->after.valid && end_state_equal(actual, &ex->after, &ex->live, m);
  if (like_before && like_after) {
    return OUTCOME_BENIGN;
  }
  if (like_before || like_after) {
    return OUTCOME_ORDER_DEPENDENT;
  }
  return ex->before.valid && ex->after.valid ? OUTCOME_HARMFUL : OUTCOME_UNRANKED;
}
