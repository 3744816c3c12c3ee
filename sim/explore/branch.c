/* A branch: what is run behind a probe's handlers while a detector holds a suspicion, so that
 * it judges what happened and not what might. A branch of which a later place shows the same
 * is left to that place; one that a distant kind waits for goes farther. */
#include "sim/explore/private.h"

enum { SETTLED = 16 /* boundaries; a short loop that waits is seen by then */ };

uint64_t branch_horizon(const struct explorer *ex) {
  uint64_t ahead = ex->options.chain - ex->here->place.boundary % ex->options.chain;
  return ex->machine->state.boundary + ex->options.horizon + ahead;
}

/* Whether the handlers left anything behind that could settle what somebody suspected
 * ahead of them. */
static bool left_anything(const struct explorer *ex, const struct equivalence *e) {
  bool left =
      e == NULL || !e->footprint.reusable ||
      ex->machine->state.bus_accesses != snapshot_state(ex->here->at_place)->bus_accesses;
  for (unsigned i = 0; !left && i < e->footprint.count; i++) {
    left = (e->footprint.granules[i].uses & FOOTPRINT_WRITTEN) != 0;
  }
  return left;
}

/* What the branch waits for to be settled. */
static const uint32_t *open_behind(const struct explorer *ex, const struct probe *probe) {
  const struct suspicions *open = &ex->panel.open;
  const uint32_t *own = &open->of[ex->panel.run];
  bool older = level_number(ex) > 0 && open->all > *own;
  /* who goes on may make true what was suspected before, and with what they left */
  bool all = !probe->back || (older && left_anything(ex, probe->equivalence));
  return all ? &open->all : own;
}

/* A branch follows, which is not recorded. */
static void note_branch(struct explorer *ex, struct equivalence *equivalence) {
  ex->certificate.branches++;
  ex->certificate.depths[level_number(ex)].branches++;
  if (equivalence == NULL) {
    return;
  }
  equivalence->valid = equivalence->valid && !equivalence->footprint.delayed;
  if (equivalence->outer != NULL) {
    equivalence->outer->reusable = false;
  }
}

/* The last boundary to whose place the branch may be left: there the same is suspected, and
 * devices do the same. */
static uint64_t last_alike(const struct explorer *ex, const struct equivalence *e,
                           uint64_t took) {
  uint64_t here = ex->here->place.boundary;
  uint64_t oldest = ex->panel.awaited.oldest;
  uint64_t constant = e->footprint.constant;
  uint64_t aged = oldest != UINT64_MAX ? oldest + ex->options.horizon : UINT64_MAX;
  uint64_t end = aged == UINT64_MAX ? aged : aged > took ? aged - took : 0;
  uint64_t still = constant != UINT64_MAX ? here + (constant - e->footprint.began) - 1 : end;
  return still < end ? still : end;
}

static bool can_be_left(const struct explorer *ex, const struct equivalence *e) {
  return e != NULL && e->valid && !e->footprint.delayed && ex->here == ex->levels &&
         ex->here->place.kind == PLACE_BOUNDARY && !ex->landed.late &&
         ex->here->sighting_count == 0 && !ex->panel.awaited.anything &&
         ex->machine->config.arrival_rule_count == 0;
}

/* What nothing but an access to memory leaves as it is. */
struct standing {
  struct context context;
  uint32_t changes;
  uint64_t bus_accesses;
};

static struct standing standing_of(const struct machine *m) {
  const struct machine_state *s = &m->state;
  return (struct standing){s->context, s->exceptions.changes, s->bus_accesses};
}

/* Whether a run came to its limit, and nothing did. */
static bool came_alike(const struct machine *m, const struct run *run,
                       const struct standing *before) {
  const struct machine_state *s = &m->state;
  return run->stop == STOP_LIMIT && s->boundary == run->limit &&
         s->exceptions.changes == before->changes && s->bus_accesses == before->bus_accesses &&
         context_equal(s->context, before->context);
}

/* Runs the branch up to a boundary of the spine. False: it ended, or it met something that
 * the handlers touched, so that the spine goes on in another way. */
static bool goes_on_alike(struct explorer *ex, struct equivalence *e, uint64_t boundary,
                          uint64_t took) {
  struct machine *m = ex->machine;
  const struct standing before = standing_of(m);
  struct run run = {
      .mode = RUN_BRANCH,
      .limit = boundary + took,
      .open = &ex->panel.open.of[ex->panel.run],
      .exception = ex->here->exception,
  };
  footprint_watch(&e->footprint);
  m->footprint = &e->footprint;
  machine_continue(m, &run);
  m->footprint = NULL;
  return came_alike(m, &run, &before) && !e->footprint.met && ex->here->sighting_count == 0 &&
         !ex->panel.awaited.anything;
}

static uint64_t next_block(uint64_t boundary) {
  return (boundary + LOOKAHEAD_BLOCK - 1) / LOOKAHEAD_BLOCK * LOOKAHEAD_BLOCK;
}

/* Whether a later place shows all that a branch from here would: the run goes on up to there
 * as without the handlers. What cannot be known ahead is looked at. */
static bool is_left(struct explorer *ex, struct equivalence *e, uint64_t took) {
  struct machine *m = ex->machine;
  uint64_t here = ex->here->place.boundary;
  uint64_t reach = ex->panel.awaited.reach > 0 ? ex->panel.awaited.reach : 1;
  uint64_t end = last_alike(ex, e, took);
  uint64_t quiet = lookahead_quiet(&ex->lookahead, &e->footprint, m, here, end);
  if (quiet < here + reach) {
    uint64_t next = next_block(here + reach);
    if (next > end || !lookahead_passes(&ex->lookahead, next) ||
        lookahead_meets(&ex->lookahead, &e->footprint, m, next_block(here), next) ||
        !goes_on_alike(ex, e, next, took)) {
      return false;
    }
    quiet = lookahead_quiet(&ex->lookahead, &e->footprint, m, next, last_alike(ex, e, took));
    quiet = quiet < next ? next : quiet;
  }
  e->left_to = quiet;
  return true;
}

/* From where the handlers ended the branch goes on as the spine does, up to where that comes to
 * what the handlers touched: nobody needs to be told. False: that is not far, or not known. */
static bool pass_quietly(struct explorer *ex, struct equivalence *e, uint64_t took,
                         uint64_t horizon) {
  struct machine *m = ex->machine;
  uint64_t next = next_block(ex->here->place.boundary);
  uint64_t quiet = lookahead_quiet(&ex->lookahead, &e->footprint, m, next, horizon - took);
  if (quiet < next + LOOKAHEAD_BLOCK || ex->listener != NULL || ex->audits ||
      !goes_on_alike(ex, e, next, took)) {
    return false;
  }
  const struct standing before = standing_of(m);
  struct run run = {
      .mode = RUN_BRANCH,
      .limit = quiet + took,
      .exception = ex->here->exception,
      .silent = true,
      .strides_from = m->state.boundary,
  };
  snapshot_save(ex->ahead, m);
  machine_continue(m, &run);
  if (came_alike(m, &run, &before)) {
    return true;
  }
  snapshot_restore(ex->ahead, m); /* it read what the handlers left on the stack */
  return false;
}

/* Runs the branch. What it shows must not follow from what nobody was told of: where it
 * shows anything it is run once more. */
static void run_branch(struct explorer *ex, struct run *branch, bool quietly) {
  struct machine *m = ex->machine;
  const struct run again = *branch; /* who stops it moves the limit */
  uint64_t taken = m->state.taken;
  machine_continue(m, branch);
  if (quietly && (ex->here->sighting_count > 0 || m->state.taken != taken)) {
    snapshot_restore(ex->ahead, m);
    ex->here->sighting_count = 0;
    *branch = again;
    machine_continue(m, branch);
  }
}

enum homecoming branch_run(struct explorer *ex, struct probe *probe) {
  struct machine *m = ex->machine;
  struct equivalence *equivalence = probe->equivalence;
  const uint32_t *open = open_behind(ex, probe);
  bool home = probe->back || ex->here->place.kind == PLACE_RETURN;
  if (home && *open == 0 && !probe->lost) {
    return ex->here->sighting_count > 0 ? AT_ONCE : HOME;
  }
  uint64_t horizon = branch_horizon(ex); /* from where the handlers ended */
  uint64_t ended = ex->machine->state.boundary;
  uint64_t took = ended - ex->here->place.boundary;
  bool awaits = home && !probe->lost && can_be_left(ex, equivalence);
  if (awaits && is_left(ex, equivalence, took)) {
    return LEFT;
  }
  bool quietly =
      awaits && m->state.boundary == ended && pass_quietly(ex, equivalence, took, horizon);
  note_branch(ex, equivalence);
  probe->open = probe->lost ? &ex->panel.open.all : open;
  struct run branch = {
      .mode = RUN_BRANCH,
      .limit = horizon,
      .open = probe->lost ? NULL : open,
      .exception = ex->here->exception,
  };
  run_branch(ex, &branch, quietly);
  bool over = branch.stop == STOP_DONE || branch.stop == STOP_LIMIT;
  return over && m->state.depth <= probe->handlers.base_depth ? HOME : AWAY;
}

/* Goes on while a distant suspicion is open, and keeps the distant sightings. The handlers
 * are over: who suspects something gives it up `reach` boundaries from here, should it hear
 * of anything by then. */
static bool run_farther(struct explorer *ex) {
  struct machine *m = ex->machine;
  uint64_t reach = ex->panel.awaited.reach + 1;
  size_t kept = ex->here->sighting_count;
  size_t before = kept;
  bool judged = ex->panel.open.all > 0; /* else the probe is taken back, wherever it ends */
  struct run branch = {
      .mode = RUN_BRANCH,
      .limit = m->state.boundary + (reach < ex->options.horizon ? reach : ex->options.horizon),
      .open = &ex->panel.distant.of[ex->panel.run],
      .exception = ex->here->exception,
      .silent = ex->listener == NULL,
      .strides_from = ex->listener == NULL ? m->state.boundary + SETTLED : 0,
  };
  snapshot_save(ex->farther, m);
  panel_hear_far(&ex->panel, true);
  machine_continue(m, &branch);
  panel_hear_far(&ex->panel, false);
  if (judged || ex->here->sighting_count > 0) {
    snapshot_restore(ex->farther, m);
  }
  for (size_t i = before; i < ex->here->sighting_count; i++) {
    if (finding_traits(ex->here->sightings[i].kind)->distant) {
      ex->here->sightings[kept++] = ex->here->sightings[i];
    }
  }
  ex->here->sighting_count = kept;
  return kept > before;
}

/* Who listens hears of it only if something was found. */
void branch_look_farther(struct explorer *ex) {
  const struct machine_host *listener = ex->listener;
  struct machine_host host = ex->machine->host;
  size_t before = ex->here->sighting_count;
  if (ex->panel.distant.of[ex->panel.run] == 0) {
    return;
  }
  ex->listener = NULL;
  ex->machine->host.instruction = NULL;
  bool found = run_farther(ex);
  ex->listener = listener;
  ex->machine->host = host;
  if (found && listener != NULL) {
    ex->here->sighting_count = before;
    run_farther(ex);
  }
}

void branch_watch(struct explorer *ex, const struct event *event) {
  bool access = event->kind == EVENT_READ || event->kind == EVENT_WRITE;
  if (access && event->leaf == ex->watched_leaf && context_equal(event->context, ex->watched)) {
    ex->unmet = 0;
  }
}

/* Whether the probe was taken in the middle of an instruction: where a mask held it back
 * there, it came behind it. */
static bool is_inside(const struct explorer *ex) {
  const struct exceptions *x = &snapshot_state(ex->here->at_place)->exceptions;
  return ex->here->place.kind == PLACE_BEAT && exception_can_preempt(x, ex->here->exception);
}

/* A sighting that the handler alone gave says nothing of where the victim's own
 * operation ends: behind its next access to the leaf, if that comes soon. It is followed
 * only where the sighting is new, so no detector may hear of it. */
bool branch_follow_victim(struct explorer *ex) {
  struct machine *m = ex->machine;
  const struct sighting *sighting = &ex->here->sightings[0];
  struct run run = {
      .mode = RUN_BRANCH,
      .limit = m->state.boundary + FOLLOW_MOST,
      .open = &ex->unmet,
  };
  ex->watched = sighting->access[sighting->victim].context;
  ex->watched_leaf = sighting->leaf;
  ex->unmet = 1;
  ex->watches = true;
  uint8_t depth = m->state.depth;
  uint32_t full = ex->certificate.full;
  snapshot_save(ex->ahead, m);
  machine_continue(m, &run);
  ex->certificate.full = full; /* who follows, and how far, depends on the share */
  ex->watches = false;
  if (run.stop == STOP_DONE && m->state.depth == depth) {
    return true;
  }
  snapshot_restore(ex->ahead, m);
  return !is_inside(ex); /* the instruction itself is not over */
}
