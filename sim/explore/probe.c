/* A probe: an exception made pending at the place, run until it is done, and
 * continued as a branch while a detector holds a suspicion; then taken back. */
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

/* Records the probe for the places behind it; NULL where nothing is pruned. */
static struct equivalence *begin_equivalence(struct explorer *ex, unsigned exception) {
  struct machine *m = ex->machine;
  struct equivalence *e = level_record(ex, &ex->here->equivalences[exception]);
  if (e == NULL) {
    m->footprint = NULL;
  } else {
    e->lands = exception_can_preempt(&m->state.exceptions, exception);
  }
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
  if (probe->taken.behind) {
    return probe->stop == STOP_DONE && probe->taken.lost;
  }
  return probe_came_home(ex, probe) && !ex->landed.late &&
         !snapshot_kept_registers(ex->here->at_place, ex->machine);
}

/* Who records it: its equivalence, or, where nothing is pruned, whoever would recall it. */
static void record(struct explorer *ex, struct probe *probe) {
  struct machine *m = ex->machine;
  unsigned exception = ex->here->exception;
  probe->equivalence = begin_equivalence(ex, exception);
  struct footprint *footprint = recall_begin(ex, exception);
  if (footprint != NULL && probe->equivalence == NULL) {
    footprint_begin(footprint, m);
    m->footprint = footprint;
  } else if (footprint == NULL && probe->equivalence != NULL) {
    probe->equivalence->footprint.steady.holds = false; /* nobody will ask */
  }
}

/* Takes the exception, and runs until all is done that came with it. */
static void run_handlers(struct explorer *ex, struct probe *probe) {
  struct machine *m = ex->machine;
  struct run *handlers = &probe->handlers;
  if (ex->listener == NULL && !ex->audits) {
    panel_hold(&ex->panel);
  }
  handlers->strides_from = m->footprint == NULL ? m->state.boundary : 0;
  machine_inject(m, ex->here->exception);
  machine_continue(m, handlers);
  note_landing(ex, handlers);
  if (probe->equivalence != NULL) {
    equivalence_end(probe->equivalence, m, probe_came_home(ex, handlers),
                    handlers->stop == STOP_DONE);
  }
  m->footprint = NULL;
}

/* How the handlers left the interrupted code, and the detectors. */
static void look_back(struct explorer *ex, struct probe *probe) {
  const struct machine_state *s = &ex->machine->state;
  const struct machine_state *before = snapshot_state(ex->here->at_place);
  bool landed = probe->handlers.stop == STOP_DONE && s->pc == ex->landed.pc;
  probe->back = landed || probe_came_home(ex, &probe->handlers);
  probe->lost = lost_registers(ex, &probe->handlers);
  (probe->lost ? panel_release : panel_drop)(&ex->panel);
  ex->here->suspicious = ex->panel.open.of[ex->panel.run] > 0;
  ex->recalling.wanted &=
      probe->back && !probe->lost && s->bus_accesses == before->bus_accesses;
}

/* Runs handlers and branch. */
static enum homecoming run_on(struct explorer *ex, struct probe *probe) {
  uint64_t longest = probe->handlers.limit; /* who stops it moves the limit */
  record(ex, probe);
  run_handlers(ex, probe);
  look_back(ex, probe);
  if (probe->handlers.stop != STOP_DONE) {
    ex->certificate.cut_handlers += ex->machine->state.boundary >= longest;
    return STRANDED;
  }
  return branch_run(ex, probe);
}

/* What the probe showed, from where its branch ended. Takes it back. Suspicions of earlier
 * injections are settled too, where the branch waited for them: there is no more to come. */
static void judge(struct explorer *ex, const struct probe *probe, enum homecoming how) {
  if (how != STRANDED) {
    branch_look_farther(ex);
  }
  if (ex->panel.open.of[ex->panel.run] > 0 || (probe->open != NULL && *probe->open > 0)) {
    panel_finish(&ex->panel);
  }
  sightings_keep(ex, how);
}

/* From the place, and back to it. */
static void run_and_judge(struct explorer *ex) {
  unsigned exception = ex->here->exception;
  struct probe probe = {.handlers = probe_handlers(ex, exception)};
  enum homecoming how = run_on(ex, &probe);
  ex->here->suspicious = ex->here->suspicious || ex->panel.distant.of[ex->panel.run] > 0;
  if (how == LEFT) {
    snapshot_restore(ex->here->at_place, ex->machine);
  } else {
    judge(ex, &probe, how);
  }
  if (how == HOME && !ex->here->suspicious) {
    const struct equivalence *e = ex->here->equivalences[exception];
    recall_note(ex, exception, decide_prunes(ex) ? &e->footprint : &ex->recalling.footprint);
  }
}

/* The audit's branch: whether anyone suspects something or not. */
static void run_to_horizon(struct explorer *ex) {
  struct machine *m = ex->machine;
  unsigned exception = ex->here->exception;
  struct run handlers = probe_handlers(ex, exception);
  machine_inject(m, exception);
  machine_continue(m, &handlers);
  uint32_t serials = m->state.serials;
  if (handlers.stop == STOP_DONE) {
    struct run run = {
        .mode = RUN_BRANCH,
        .limit = branch_horizon(ex),
        .exception = (uint16_t)exception,
    };
    machine_continue(m, &run);
  }
  panel_finish(&ex->panel);
  sightings_keep_audited(ex, serials);
}

void probe_run(struct explorer *ex, unsigned exception) {
  struct machine *m = ex->machine;
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
  panel_set_run(&ex->panel, (uint8_t)(level_number(ex) + 2));
  ex->panel.awaited = (struct awaited){.oldest = UINT64_MAX};
  run_and_judge(ex);
  if (ex->audits) {
    run_to_horizon(ex);
  }
  m->footprint = outer;
  panel_set_run(&ex->panel, outer_run);
  ex->here->exception = 0;
}
