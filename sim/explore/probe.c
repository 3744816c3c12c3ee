/* A probe: an exception made pending at the place, run until it is done, and
 * continued as a branch while a detector holds a suspicion; then taken back. */
#include <string.h>

#include "sim/explore/private.h"

bool probe_came_home(const struct explorer *ex, const struct run *run) {
  const struct machine_state *s = &ex->machine->state;
  return run->stop == STOP_DONE && s->pc == ex->here->place.pc;
}

uint8_t probe_base(const struct explorer *ex) {
  const struct machine_state *s = &ex->machine->state;
  return ex->here->place.kind == PLACE_RETURN ? (uint8_t)(s->depth - 1) : s->depth;
}

struct run probe_handlers(const struct explorer *ex, unsigned exception) {
  const struct run *outer = ex->machine->run;
  bool natural = (outer->mode == RUN_SPINE || outer->natural) && !ex->follows;
  bool waits = natural && !decide_lands(ex, exception);
  return (struct run){
      .mode = RUN_PROBE,
      .limit = ex->machine->state.boundary + HANDLER_MOST,
      .base_depth = probe_base(ex),
      .exception = (uint16_t)exception,
      .natural = waits,
      .hashes = waits, /* progress looks at them */
  };
}

uint64_t probe_horizon(const struct explorer *ex) {
  uint64_t ahead = ex->options.chain - ex->here->place.boundary % ex->options.chain;
  return ex->machine->state.boundary + ex->options.horizon + ahead;
}

/* Whether it is about something that both contexts work on, so that the orders differ:
 * a leaf, or a register. */
static bool has_orders(const struct sighting *sighting) {
  bool judged = sighting->kind != FINDING_BROKEN_INVARIANT && /* wrong whatever comes of it */
                sighting->kind != FINDING_UNINITIALISED_READ; /* zero only in a simulator */
  return (sighting->leaf != LEAF_NONE && judged) || sighting->kind == FINDING_LOST_UPDATE;
}

/* Whether this sighting of a known finding changes nothing: it was shown with as few
 * injections. Halves that agreed show less than halves that did not. */
static bool is_settled(const struct explorer *ex, const struct finding *finding,
                       const struct sighting *sighting) {
  bool judged = finding_traits(sighting->kind)->harm != HARM_IMPLIED
                    ? finding->outcome == OUTCOME_HARMFUL
                    : sighting->latent || !finding->sighting.latent;
  return finding->shown && judged && finding->schedule.count <= level_number(ex) + 1;
}

static bool any_unsettled(struct explorer *ex) {
  for (size_t i = 0; i < ex->here->sighting_count; i++) {
    if (!has_orders(&ex->here->sightings[i])) {
      continue;
    }
    const struct finding *finding =
        findings_match(&ex->findings, ex->machine, &ex->here->sightings[i]);
    if (finding == NULL || !is_settled(ex, finding, &ex->here->sightings[i])) {
      return true;
    }
  }
  return false;
}

void probe_watch(struct explorer *ex, const struct event *event) {
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
bool probe_follow_victim(struct explorer *ex) {
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

/* Records the probe for the places behind it; NULL where nothing is pruned. */
static struct equivalence *begin_equivalence(struct explorer *ex, unsigned exception) {
  struct equivalence *e = ex->here->equivalences[exception];
  if (!decide_prunes(ex)) {
    ex->machine->footprint = NULL;
    return NULL;
  }
  if (e == NULL) {
    e = ex->here->equivalences[exception] = allocate(1, sizeof *e);
    e->flaws = ex->options.flaws;
    e->longest = ex->options.chain;
  }
  e->suspicions = ex->panel.open.all;
  e->lands = exception_can_preempt(&ex->machine->state.exceptions, exception);
  equivalence_begin(e, ex->machine, ex->here->place_serial);
  return e;
}

/* Where the probe was taken, or gave up waiting. */
static void note_landing(struct explorer *ex, const struct run *probe) {
  const struct place *place = &ex->here->place;
  ex->landed = probe->taken;
  if (!probe->taken.happened) {
    ex->landed.late = probe->natural;
    ex->landed.serials = ex->machine->state.serials;
  }
  if (ex->landed.boundary < place->boundary) {
    ex->landed.boundary = place->boundary;
  }
}

/* The interrupted code goes on with other registers than it had: what comes of that is
 * looked at, though no detector suspects anything. */
static bool lost_registers(const struct explorer *ex, const struct run *probe) {
  return probe_came_home(ex, probe) && !ex->landed.late &&
         !snapshot_kept_registers(ex->here->at_place, ex->machine);
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

/* A branch follows, which is not recorded. */
static void note_branch(struct equivalence *equivalence) {
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

/* Runs the branch up to a boundary of the spine. False: it ended, or it met something that
 * the handlers touched, so that the spine goes on in another way. */
static bool goes_on_alike(struct explorer *ex, struct equivalence *e, uint64_t boundary,
                          uint64_t took) {
  struct machine *m = ex->machine;
  const struct context context = m->state.context;
  const uint32_t changes = m->state.exceptions.changes;
  const uint64_t bus_accesses = m->state.bus_accesses;
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
  return run.stop == STOP_LIMIT && !e->footprint.met && m->state.boundary == run.limit &&
         m->state.exceptions.changes == changes && m->state.bus_accesses == bus_accesses &&
         context_equal(m->state.context, context) && ex->here->sighting_count == 0 &&
         !ex->panel.awaited.anything;
}

/* Whether a later place shows all that a branch from here would: the run goes on up to there
 * as without the handlers. What cannot be known ahead is looked at. */
static bool is_left(struct explorer *ex, struct equivalence *e) {
  struct machine *m = ex->machine;
  uint64_t here = ex->here->place.boundary;
  uint64_t took = m->state.boundary - here;
  uint64_t reach = ex->panel.awaited.reach > 0 ? ex->panel.awaited.reach : 1;
  uint64_t end = last_alike(ex, e, took);
  uint64_t quiet = lookahead_quiet(&ex->lookahead, &e->footprint, m, here, end);
  if (quiet < here + reach) {
    uint64_t next = (here + reach + LOOKAHEAD_BLOCK - 1) / LOOKAHEAD_BLOCK * LOOKAHEAD_BLOCK;
    if (next > end || !lookahead_passes(&ex->lookahead, next) ||
        !goes_on_alike(ex, e, next, took)) {
      return false;
    }
    quiet = lookahead_quiet(&ex->lookahead, &e->footprint, m, next, last_alike(ex, e, took));
    quiet = quiet < next ? next : quiet;
  }
  e->left_to = quiet;
  return true;
}

/* Runs handler and branch. */
static enum homecoming run_on(struct explorer *ex, unsigned exception) {
  struct machine *m = ex->machine;
  const uint32_t *open = &ex->panel.open.of[ex->panel.run];
  struct run probe = probe_handlers(ex, exception);
  uint64_t longest = probe.limit;
  uint64_t bus_accesses = m->state.bus_accesses;
  uint8_t depth = probe.base_depth;
  struct equivalence *equivalence = begin_equivalence(ex, exception);
  struct footprint *footprint = recall_begin(ex, exception);
  if (footprint != NULL && equivalence == NULL) {
    footprint_begin(footprint, m);
    m->footprint = footprint;
  }
  if (ex->listener == NULL && !ex->audits) {
    panel_hold(&ex->panel);
  }
  machine_inject(m, exception);
  machine_continue(m, &probe);
  note_landing(ex, &probe);
  m->footprint = equivalence == NULL ? NULL : m->footprint;
  if (equivalence != NULL) {
    equivalence_end(equivalence, m, probe_came_home(ex, &probe), probe.stop == STOP_DONE);
  }
  bool lost = lost_registers(ex, &probe);
  (lost ? panel_release : panel_drop)(&ex->panel);
  ex->here->suspicious = *open > 0;
  bool back = probe.stop == STOP_DONE && m->state.pc == ex->landed.pc; /* where it landed */
  bool same = back || probe_came_home(ex, &probe);
  ex->recalling.wanted &= same && !lost && m->state.bus_accesses == bus_accesses;
  bool home = same || ex->here->place.kind == PLACE_RETURN;
  if (probe.stop != STOP_DONE) {
    ex->certificate.cut_handlers += m->state.boundary >= longest;
    return STRANDED;
  }
  bool older = level_number(ex) > 0 && ex->panel.open.all > *open;
  if (!same || (older && left_anything(ex, equivalence))) {
    /* who goes on may make true what was suspected before, and with what they left */
    open = &ex->panel.open.all;
  }
  if (home && *open == 0 && !lost) {
    return ex->here->sighting_count > 0 ? AT_ONCE : HOME;
  }
  uint64_t horizon = probe_horizon(ex);
  if (home && !lost && can_be_left(ex, equivalence) && is_left(ex, equivalence)) {
    return LEFT;
  }
  if (equivalence != NULL) {
    note_branch(equivalence);
  }
  ex->certificate.branches++;
  ex->certificate.depths[level_number(ex)].branches++;
  struct run branch = {
      .mode = RUN_BRANCH,
      .limit = horizon,
      .open = lost ? NULL : open,
      .exception = (uint16_t)exception,
  };
  machine_continue(m, &branch);
  bool over = branch.stop == STOP_DONE || branch.stop == STOP_LIMIT;
  return over && m->state.depth <= depth ? HOME : AWAY;
}

/* Goes on while a distant suspicion is open, and keeps the distant sightings. The handlers
 * are over: who suspects something gives it up `reach` boundaries from here, should it hear
 * of anything by then. */
static bool run_farther(struct explorer *ex) {
  struct machine *m = ex->machine;
  uint64_t reach = ex->panel.awaited.reach + 1;
  size_t kept = ex->here->sighting_count;
  size_t before = kept;
  struct run branch = {
      .mode = RUN_BRANCH,
      .limit = m->state.boundary + (reach < ex->options.horizon ? reach : ex->options.horizon),
      .open = &ex->panel.distant.of[ex->panel.run],
      .exception = ex->here->exception,
      .silent = ex->listener == NULL,
  };
  snapshot_save(ex->farther, m);
  panel_hear_far(&ex->panel, true);
  machine_continue(m, &branch);
  panel_hear_far(&ex->panel, false);
  snapshot_restore(ex->farther, m);
  for (size_t i = before; i < ex->here->sighting_count; i++) {
    if (finding_traits(ex->here->sightings[i].kind)->distant) {
      ex->here->sightings[kept++] = ex->here->sightings[i];
    }
  }
  ex->here->sighting_count = kept;
  return kept > before;
}

/* Who listens hears of it only if something was found. */
static void look_farther(struct explorer *ex) {
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

static struct mask_state masks_at(const struct explorer *ex, unsigned exception) {
  const struct exceptions *x = &ex->machine->state.exceptions;
  return (struct mask_state){
      .primask = x->primask,
      .faultmask = x->faultmask,
      .basepri = x->basepri,
      .priority = x->execution_priority,
      .interrupt_priority = (int16_t)exception_group_priority(x, exception),
  };
}

static struct schedule schedule_here(const struct explorer *ex) {
  struct schedule schedule = {
      .image = explorer_image_tag(ex->image),
      .config = machine_config_fingerprint(&ex->options.machine),
      .count = (uint8_t)(level_number(ex) + 1),
  };
  for (unsigned i = 0; i < schedule.count; i++) {
    const struct level *level = &ex->levels[i];
    schedule.injections[i] =
        (struct injection){.place = level->place, .exception = level->exception};
  }
  return schedule;
}

static enum outcome outcome_of(struct explorer *ex, const struct sighting *sighting) {
  bool orders = ex->ranks && has_orders(sighting); /* else nobody waits for anything */
  enum outcome outcome = orders ? ranking_judge(ex, sighting) : OUTCOME_UNRANKED;
  return sighting->latent && outcome != OUTCOME_HARMFUL ? OUTCOME_LATENT : outcome;
}

/* Whether the intruder had been at work, or was pending, already where the probe was taken:
 * then the order of these two is the run's own, whatever came at the place. */
static bool came_before(const struct explorer *ex, const struct sighting *sighting) {
  const struct machine_state *s = snapshot_state(ex->here->at_place);
  const struct landing *landed = &ex->landed;
  const struct context intruder = sighting->access[sighting->intruder].context;
  const uint32_t *pending = landed->late ? landed->pending : s->exceptions.pending;
  uint32_t serials = landed->late ? landed->serials : s->serials;
  bool was_pending =
      intruder.exception != ex->here->exception && exception_bit(pending, intruder.exception);
  return was_pending || intruder.serial <= serials;
}

/* A kind that needs harm: the outcome is that of no serial order. Where an order
 * leads elsewhere, and not to the next round either, the value that was read steered
 * the program and was not put back: a check, not an update. */
static bool shows_harm(const struct explorer *ex, enum outcome outcome,
                       const struct sighting *sighting) {
  bool harm =
      outcome == OUTCOME_HARMFUL || (outcome == OUTCOME_UNRANKED && ex->meet_base == NULL);
  return harm && !came_before(ex, sighting);
}

static bool shows_enough(const struct explorer *ex, enum outcome outcome,
                         const struct sighting *sighting) {
  switch (finding_traits(sighting->kind)->harm) {
    case HARM_IMPLIED:
      return true;
    case HARM_UNLESS_SERIAL:
      return !ex->ranks || ((outcome == OUTCOME_HARMFUL || outcome == OUTCOME_UNRANKED) &&
                            !came_before(ex, sighting));
    case HARM_COMPARED:
      return !ex->ranks || (outcome == OUTCOME_HARMFUL && !came_before(ex, sighting));
    case HARM_SHOWN:
      return !ex->ranks || shows_harm(ex, outcome, sighting);
  }
  return true;
}

/* Counted at each place, ranked there or not: the number must not depend on where
 * the harm was seen first, which differs from worker to worker. */
static void count(struct explorer *ex, struct finding *finding) {
  finding->seen[level_number(ex)]++;
  if (ex->options.showed != NULL && finding->shown) {
    ex->options.showed(ex->options.showed_argument, &ex->here->place, ex->here->exception,
                       finding->sighting.kind);
  }
}

/* SysTick counts and PendSV is asked for; an IRQ is raised by its line. */
static bool is_assumed(const struct explorer *ex) {
  const struct exceptions *x = &snapshot_state(ex->here->at_place)->exceptions;
  unsigned e = ex->here->exception;
  return e >= EXCEPTION_IRQ0 && !exception_bit(x->line, e);
}

/* It comes although a write to NVIC_ICER has disabled it. */
static bool is_late(const struct explorer *ex) {
  return late_mask_holds(&snapshot_state(ex->here->at_place)->late, ex->here->exception);
}

static void keep(struct explorer *ex, const struct sighting *sighting,
                 const struct mask_state *mask) {
  struct finding *finding = findings_match(&ex->findings, ex->machine, sighting);
  unsigned injections = level_number(ex) + 1;
  if (finding != NULL && finding->shown && finding->schedule.count < injections) {
    return; /* fewer show it */
  }
  if (finding != NULL && is_settled(ex, finding, sighting)) {
    count(ex, finding);
    return;
  }
  enum outcome outcome = outcome_of(ex, sighting);
  bool needs = finding_traits(sighting->kind)->harm != HARM_IMPLIED;
  bool shows = shows_enough(ex, outcome, sighting);
  if (finding == NULL) {
    finding = findings_add(&ex->findings, ex->machine, sighting);
  }
  bool fewer = finding->shown && finding->schedule.count > injections;
  if (!shows || (needs && finding->shown && !fewer && outcome == finding->outcome)) {
    count(ex, finding);
    return;
  }
  finding->shown = true;
  finding->order = ex->levels[0].place_serial;
  finding->assumed = is_assumed(ex);
  finding->late_mask = is_late(ex);
  finding->early = ex->early;
  finding->sighting = *sighting;
  finding->place = ex->here->place;
  finding->exception = ex->here->exception;
  finding->outcome = outcome;
  finding->mask = *mask;
  finding->schedule = schedule_here(ex);
  count(ex, finding);
}

/* What the audit's branch is compared for: races of the injection itself. What another
 * exception does that the program asks for behind it, and what the program comes to much
 * later, a check looks at only while it has a suspicion. */
static bool is_audited(const struct sighting *sighting, uint32_t serials) {
  const struct finding_traits *traits = finding_traits(sighting->kind);
  return traits->harm == HARM_IMPLIED && !traits->distant &&
         sighting->access[sighting->intruder].context.serial <= serials;
}

/* The audit's branch: whether anyone suspects something or not. */
static void run_to_horizon(struct explorer *ex, unsigned exception,
                           const struct mask_state *mask) {
  struct machine *m = ex->machine;
  bool ranks = ex->ranks;
  struct run handlers = probe_handlers(ex, exception);
  machine_inject(m, exception);
  machine_continue(m, &handlers);
  uint32_t serials = m->state.serials;
  if (handlers.stop == STOP_DONE) {
    struct run run = {
        .mode = RUN_BRANCH,
        .limit = probe_horizon(ex),
        .exception = (uint16_t)exception,
    };
    machine_continue(m, &run);
  }
  panel_finish(&ex->panel);
  snapshot_restore(ex->here->at_place, m);
  ex->ranks = false;
  for (size_t i = 0; i < ex->here->sighting_count; i++) {
    if (is_audited(&ex->here->sightings[i], serials)) {
      keep(ex, &ex->here->sightings[i], mask);
    }
  }
  ex->ranks = ranks;
  ex->here->sighting_count = 0;
}

/* What the probe showed, from where its branch ended. Takes it back. */
static void judge(struct explorer *ex, enum homecoming how, const struct mask_state *mask) {
  struct machine *m = ex->machine;
  if (how != STRANDED) {
    look_farther(ex);
  }
  if (ex->panel.open.of[ex->panel.run] > 0) {
    panel_finish(&ex->panel);
  }
  if (ex->here->sighting_count > 0 && ex->ranks && any_unsettled(ex)) {
    ranking_prepare(ex, how);
  } else {
    snapshot_restore(ex->here->at_place, m);
  }
  for (size_t i = 0; i < ex->here->sighting_count; i++) {
    keep(ex, &ex->here->sightings[i], mask);
  }
  ex->here->sighting_count = 0;
}

void probe_run(struct explorer *ex, unsigned exception) {
  struct machine *m = ex->machine;
  struct mask_state mask = masks_at(ex, exception);
  struct footprint *outer = m->footprint;
  uint8_t outer_run = ex->panel.run;
  ex->probes++;
  ex->taken[exception]++;
  if (recall_probe(ex, exception)) {
    return;
  }
  snapshot_save(ex->here->at_place, m);
  ex->here->exception = (uint16_t)exception;
  ex->here->sighting_count = 0;
  ex->early = false;
  ex->panel.run = (uint8_t)(level_number(ex) + 2);
  ex->panel.awaited = (struct awaited){.oldest = UINT64_MAX};
  enum homecoming how = run_on(ex, exception);
  ex->here->suspicious = ex->here->suspicious || ex->panel.distant.of[ex->panel.run] > 0;
  if (how != LEFT) {
    judge(ex, how, &mask);
  } else {
    snapshot_restore(ex->here->at_place, m);
  }
  if (how == HOME && !ex->here->suspicious) {
    const struct equivalence *e = ex->here->equivalences[exception];
    recall_note(ex, exception, decide_prunes(ex) ? &e->footprint : &ex->recalling.footprint);
  }
  if (ex->audits) {
    run_to_horizon(ex, exception, &mask);
  }
  m->footprint = outer;
  ex->panel.run = outer_run;
  ex->here->exception = 0;
}

/* What natural arrivals show is a finding of the run as it is. One that needs
 * its harm shown is left to the probes: they decide the same place. */
void probe_settle_spine(struct explorer *ex) {
  const struct machine_state *s = &ex->machine->state;
  bool mine = ex->share.share == 0 && ex->levels[0].place.boundary >= ex->resumes_at;
  for (size_t i = 0; mine && i < ex->here->sighting_count; i++) {
    const struct sighting *sighting = &ex->here->sightings[i];
    struct mask_state mask = masks_at(ex, EXCEPTION_SYSTICK);
    bool ranks = ex->ranks;
    if (finding_traits(sighting->kind)->harm != HARM_IMPLIED) {
      continue;
    }
    ex->here->place = (struct place){.boundary = s->boundary, .pc = s->pc};
    ex->ranks = false;
    keep(ex, sighting, &mask);
    ex->ranks = ranks;
  }
  ex->here->sighting_count = 0;
}
