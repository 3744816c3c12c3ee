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

/* The newest checkpoint that is not behind this boundary and at which the exception could
 * be taken: a section may cover the boundary. Where there is none it could be taken
 * behind the oldest. NULL: too long ago. */
static struct snapshot *checkpoint_before(const struct explorer *ex, uint64_t boundary) {
  unsigned exception = ex->levels[ex->moved].exception;
  struct snapshot *open = NULL;
  struct snapshot *oldest = NULL;
  unsigned made = ex->checkpoint_count;
  unsigned kept = made < CHECKPOINTS ? made : CHECKPOINTS;
  for (unsigned i = 0; i < kept; i++) {
    struct snapshot *candidate = ex->checkpoints[i];
    const struct machine_state *at = snapshot_state(candidate);
    if (at->boundary > boundary) {
      continue;
    }
    if (oldest == NULL || at->boundary < snapshot_state(oldest)->boundary) {
      oldest = candidate;
    }
    bool newer = open == NULL || at->boundary > snapshot_state(open)->boundary;
    if (newer && decide_was_free(ex, at, exception)) {
      open = candidate;
    }
  }
  return open != NULL ? open : oldest;
}

/* Takes the exception now, if it can be taken now, and lets its handlers end. */
static bool take_one(struct explorer *ex, unsigned exception) {
  struct machine *m = ex->machine;
  if (!decide_is_free(ex, exception)) {
    return false;
  }
  struct run run = {
      .mode = RUN_PROBE,
      .limit = m->state.boundary + HANDLER_MOST,
      .base_depth = m->state.depth,
      .exception = (uint16_t)exception,
  };
  uint32_t pc = m->state.pc;
  machine_inject(m, exception);
  machine_continue(m, &run);
  machine_settle(m);
  return run.stop == STOP_DONE && m->state.pc == pc;
}

/* All injections that the orders move, one after the other. */
static bool take_now(struct explorer *ex) {
  bool taken = true;
  for (unsigned i = ex->moved; taken && i <= level_number(ex); i++) {
    taken = take_one(ex, ex->levels[i].exception);
  }
  return taken;
}

/* On to the victim's last access: the meeting point lies behind it, and may be come by
 * before, as in a loop that the operation began in. */
static bool reach_last_access(struct explorer *ex) {
  struct machine *m = ex->machine;
  struct run run = {
      .mode = RUN_BRANCH,
      .limit = m->state.boundary + ex->options.horizon,
      .meets = true,
      .meet_pc = ex->orders.meet_behind,
      .meet_depth = ex->orders.meet_depth,
      .meet_after = m->state.boundary,
  };
  if (ex->orders.meet_behind == 0) {
    return true;
  }
  machine_continue(m, &run);
  return run.stop == STOP_DONE;
}

/* The meeting point was one where the exception could be taken again (reach_opening):
 * where it cannot, as in an earlier call of the same small function, it is not that one. */
static bool reach_meeting(struct explorer *ex) {
  struct machine *m = ex->machine;
  if (!reach_last_access(ex)) {
    return false;
  }
  struct run run = {
      .mode = RUN_BRANCH,
      .limit = m->state.boundary + ex->options.horizon,
      .meets = true,
      .meet_pc = ex->orders.meet_pc,
      .meet_depth = ex->orders.meet_depth,
      .meet_after = m->state.boundary + (ex->orders.meet_behind != 0),
  };
  machine_continue(m, &run);
  while (run.stop == STOP_DONE && !decide_is_free(ex, ex->here->exception)) {
    run.meet_after = m->state.boundary + 1;
    machine_continue(m, &run);
  }
  return run.stop == STOP_DONE;
}

/* Runs again from the common base up to a boundary: the spine, or what continues
 * the injection ahead of those that are moved. Memory stands at the base. */
static bool rerun_to(struct explorer *ex, uint64_t boundary) {
  struct machine *m = ex->machine;
  bool spine = ex->moved == 0;
  struct run run = {.mode = spine ? RUN_SPINE : RUN_BRANCH, .limit = boundary, .places = true};
  snapshot_restore_registers(ex->meet_base, m);
  if (!spine) {
    machine_inject(m, ex->levels[ex->moved - 1].exception);
  }
  machine_continue(m, &run);
  return run.stop == STOP_LIMIT && m->state.boundary == boundary;
}

/* While a mask held the exception back, others came by themselves. */
static bool reach_landing(struct explorer *ex) {
  struct machine *m = ex->machine;
  struct run run = {.mode = RUN_SPINE, .limit = ex->landed.boundary};
  if (!ex->landed.late) {
    return true;
  }
  machine_continue(m, &run);
  return run.stop == STOP_LIMIT;
}

/* Handlers behind the whole operation. From, and back to, the place. */
static void run_after(struct explorer *ex, uint64_t since) {
  struct machine *m = ex->machine;
  struct end_state *after = &ex->orders.after;
  after->valid = false;
  if (reach_landing(ex) && reach_meeting(ex) && take_now(ex)) {
    end_state_take(after, m, since);
  }
  snapshot_restore(ex->here->at_place, m);
}

/* The same where earlier injections are moved too: from the base, without them. */
static void run_after_all(struct explorer *ex, uint64_t mark) {
  struct machine *m = ex->machine;
  uint64_t end = undo_mark(&m->undo);
  ex->orders.after.valid = false;
  undo_swap_back(&m->undo, mark);
  if (rerun_to(ex, ex->levels[ex->moved].place.boundary) && reach_meeting(ex) && take_now(ex)) {
    end_state_take(&ex->orders.after, m, end);
  }
  undo_rewind(&m->undo, end);
  undo_swap_forward(&m->undo, mark, end);
  snapshot_restore_registers(ex->here->at_place, m);
}

static void note_open(void *owner, enum place_kind kind, unsigned beat) {
  struct explorer *ex = owner;
  (void)beat;
  if (kind == PLACE_BOUNDARY && decide_is_free(ex, ex->levels[ex->moved].exception)) {
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
  ex->orders.before.valid = false;
  undo_swap_back(&m->undo, mark);
  if (!rerun_to(ex, first) || !decide_is_free(ex, ex->levels[ex->moved].exception)) {
    undo_rewind(&m->undo, end);
    first = last_open(ex, first);
    if (first != UINT64_MAX) {
      rerun_to(ex, first);
    }
  }
  if (take_now(ex) && reach_meeting(ex)) {
    end_state_take(&ex->orders.before, m, end);
  }
  undo_rewind(&m->undo, end);
  undo_swap_forward(&m->undo, mark, end);
  snapshot_restore_registers(ex->here->at_place, m);
}

static uint64_t first_access(const struct explorer *ex, const struct sighting *sighting) {
  uint64_t first = ex->landed.boundary;
  const struct context victim = sighting->access[sighting->victim].context;
  for (unsigned i = 0; i < sighting->accesses; i++) {
    const struct access *access = &sighting->access[i];
    if (context_equal(access->context, victim) && access->boundary < first) {
      first = access->boundary;
    }
  }
  return first;
}

/* The instruction of the victims' last access behind the handler; 0: there was none. */
static uint32_t last_access(const struct explorer *ex) {
  uint64_t last = ex->landed.boundary;
  uint32_t pc = 0;
  for (size_t i = 0; i < ex->here->sighting_count; i++) {
    const struct sighting *sighting = &ex->here->sightings[i];
    const struct context victim = sighting->access[sighting->victim].context;
    for (unsigned k = 0; k < sighting->accesses; k++) {
      const struct access *access = &sighting->access[k];
      if (context_equal(access->context, victim) && access->boundary > last) {
        last = access->boundary;
        pc = access->pc;
      }
    }
  }
  return pc;
}

static bool came_behind(const struct place *place, uint64_t boundary) {
  return place->boundary > boundary ||
         (place->boundary == boundary && place->kind == PLACE_BEAT);
}

/* All end states of one place are taken from one base, which lies ahead of every
 * sighting's first access: the newest such checkpoint of the spine, or the place
 * of an earlier injection. The orders move what was injected behind that access. */
static struct snapshot *common_base(struct explorer *ex) {
  uint64_t first = ex->here->place.boundary;
  for (size_t i = 0; i < ex->here->sighting_count; i++) {
    uint64_t own = first_access(ex, &ex->here->sightings[i]);
    first = own < first ? own : first;
  }
  ex->moved = 0;
  while (ex->moved < level_number(ex) && !came_behind(&ex->levels[ex->moved].place, first)) {
    ex->moved++;
  }
  return ex->moved > 0 ? ex->levels[ex->moved - 1].at_place : checkpoint_before(ex, first);
}

/* On to where the exception could be taken again: there it can come after. Nobody hears
 * of it: this stretch is run for a sighting that is new, and what it shows would depend
 * on what was found before. */
static bool reach_opening(struct explorer *ex) {
  struct machine *m = ex->machine;
  struct run run = {
      .mode = RUN_BRANCH,
      .limit = m->state.boundary + FOLLOW_MOST,
      .opens_for = ex->here->exception,
  };
  uint8_t depth = m->state.depth;
  m->host = (struct machine_host){0};
  if (decide_is_free(ex, ex->here->exception)) {
    return true;
  }
  machine_continue(m, &run);
  return run.stop == STOP_DONE && m->state.depth == depth;
}

/* The orders meet where the victim's own operation is over, and behind handlers that
 * never end there is no actual end state. */
static bool find_meeting(struct explorer *ex, enum homecoming how) {
  struct machine *m = ex->machine;
  ex->orders.actual.valid = false;
  if (how == STRANDED) {
    snapshot_restore(ex->here->at_place, m);
    return ex->here->place.kind != PLACE_RETURN && branch_follow_victim(ex) &&
           reach_opening(ex);
  }
  bool over = how == AT_ONCE ? branch_follow_victim(ex) : how == HOME;
  return over && reach_opening(ex);
}

void ranking_prepare(struct explorer *ex, enum homecoming how) {
  struct machine *m = ex->machine;
  struct machine_host host = m->host;
  m->host = (struct machine_host){0};
  machine_settle(m); /* unheard, as all that only new sightings are run for */
  m->host = (struct machine_host){.owner = ex, .event = host.event};
  bool found = find_meeting(ex, how);
  m->host = (struct machine_host){0};
  ex->meet_base = found ? common_base(ex) : NULL;
  ex->ranked_first = UINT64_MAX;
  ex->orders.meet_pc = m->state.pc;
  ex->orders.meet_depth = m->state.depth;
  ex->orders.meet_behind = last_access(ex);
  uint64_t since = ex->meet_base != NULL ? snapshot_mark(ex->meet_base) : 0;
  if (ex->meet_base != NULL && how != STRANDED) {
    end_state_take(&ex->orders.actual, m, since);
    liveness_look(&ex->orders.live, m, ex->ahead, LIVENESS_STEPS);
  }
  snapshot_restore(ex->here->at_place, m);
  if (ex->meet_base != NULL && ex->moved == level_number(ex)) {
    run_after(ex, since);
  } else if (ex->meet_base != NULL) {
    run_after_all(ex, since);
  }
  m->host = host;
}

static enum outcome compare(const struct explorer *ex) {
  const struct machine *m = ex->machine;
  const struct end_state *actual = &ex->orders.actual;
  bool like_before = actual->valid && ex->orders.before.valid &&
                     end_state_equal(actual, &ex->orders.before, &ex->orders.live, m);
  bool like_after = actual->valid && ex->orders.after.valid &&
                    end_state_equal(actual, &ex->orders.after, &ex->orders.live, m);
  if (like_before && like_after) {
    return OUTCOME_BENIGN;
  }
  if (like_before || like_after) {
    return OUTCOME_ORDER_DEPENDENT;
  }
  return ex->orders.before.valid && ex->orders.after.valid ? OUTCOME_HARMFUL : OUTCOME_UNRANKED;
}

/* The interrupted run itself, from the place on to the meeting point. */
static void run_actual(struct explorer *ex, uint64_t since) {
  struct machine *m = ex->machine;
  ex->orders.actual.valid = false;
  if (take_now(ex) && reach_meeting(ex)) {
    end_state_take(&ex->orders.actual, m, since);
    liveness_look(&ex->orders.live, m, ex->ahead, LIVENESS_STEPS);
  }
  snapshot_restore(ex->here->at_place, m);
}

static uint32_t first_pc(const struct sighting *sighting, uint64_t first) {
  for (unsigned i = 0; i < sighting->accesses; i++) {
    if (sighting->access[i].boundary == first && i != sighting->intruder) {
      return sighting->access[i].pc;
    }
  }
  return 0;
}

/* A variable is tested, the handler changes it, and what follows from the test is done:
 * with the handler first it would not be, and that order does not come to where the
 * operation ends. All three come to where it begins anew. */
static enum outcome compare_rounds(struct explorer *ex, const struct sighting *sighting,
                                   uint64_t first) {
  uint64_t since = snapshot_mark(ex->meet_base);
  struct orders orders = ex->orders;
  bool simple = ex->moved == level_number(ex) && ex->here->place.kind == PLACE_BOUNDARY &&
                !ex->landed.late;
  uint32_t pc = first_pc(sighting, first);
  if (!simple || pc == 0) {
    return OUTCOME_UNRANKED;
  }
  ex->orders = ex->rounds;
  ex->orders.meet_pc = pc;
  ex->orders.meet_depth = orders.meet_depth;
  ex->orders.meet_behind = 0;
  run_actual(ex, since);
  run_after(ex, since);
  ex->orders.meet_behind = pc;
  run_before(ex, first);
  enum outcome outcome = ex->orders.actual.valid ? compare(ex) : OUTCOME_UNRANKED;
  ex->rounds = ex->orders;
  ex->orders = orders;
  return outcome;
}

enum outcome ranking_judge(struct explorer *ex, const struct sighting *sighting) {
  if (ex->meet_base == NULL) {
    return OUTCOME_UNRANKED;
  }
  uint64_t first = first_access(ex, sighting);
  struct machine_host host = ex->machine->host;
  ex->machine->host = (struct machine_host){0}; /* no detectors, listeners or places */
  if (first != ex->ranked_first) {
    run_before(ex, first);
    ex->ranked_first = first;
    ex->certificate.ranked++;
  }
  enum outcome outcome = compare(ex);
  if (outcome == OUTCOME_UNRANKED && sighting->kind == FINDING_LOST_UPDATE &&
      !ex->orders.before.valid) {
    outcome = compare_rounds(ex, sighting, first);
  }
  ex->machine->host = host;
  return outcome;
}
