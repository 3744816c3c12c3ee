/* Decisions: what becomes of each exception at each place of the spine.
 *
 * An exception that is masked at a place stays pending and lands where the mask
 * opens: the place there decides it. That holds as long as no step in between
 * touches pending state (a register access that sees it, another entry, sleep), and
 * the exception does not come by itself meanwhile: where the mask opens it is then
 * pending already. The bare pass notes such steps, and the place just ahead of one is
 * decided on its own, by pending the exception there and running on. Where an arrival
 * discipline lets the exception come only at the masked place, it still lands
 * where the mask opens. */
#include <assert.h>
#include <string.h>

#include "sim/explore/claims.h"
#include "sim/explore/private.h"
#include "sim/hot.h"

/* Exceptions that the tool may inject in this state of the machine. */
static bool could_inject(const struct explorer *ex, const struct machine_state *s, unsigned e) {
  if (e == EXCEPTION_SYSTICK) {
    enum { BOTH = SYSTICK_ENABLE | SYSTICK_TICKINT };
    return (s->systick.control & BOTH) == BOTH;
  }
  if (e == EXCEPTION_PENDSV) {
    return ex->here->pendsv_seen;
  }
  return e == EXCEPTION_NMI || exception_bit(s->exceptions.enabled, e);
}

static bool injectable(const struct explorer *ex, unsigned e) {
  return could_inject(ex, &ex->machine->state, e);
}

bool decide_was_free(const struct explorer *ex, const struct machine_state *s, unsigned e) {
  const struct exceptions *x = &s->exceptions;
  return could_inject(ex, s, e) && !exception_bit(x->active, e) &&
         !exception_bit(x->pending, e) && exception_can_preempt(x, e);
}

bool decide_is_free(const struct explorer *ex, unsigned e) {
  return decide_was_free(ex, &ex->machine->state, e);
}

static bool named(const struct explorer *ex, unsigned e) {
  for (unsigned i = 0; i < ex->options.interrupt_count; i++) {
    if (ex->options.interrupts[i] == e) {
      return true;
    }
  }
  return ex->options.interrupt_count == 0 && e != EXCEPTION_NMI;
}

static void consider(struct explorer *ex, unsigned e) {
  if (injectable(ex, e) && named(ex, e)) {
    exception_set(ex->here->considered, e);
  }
}

static void note_pendsv(struct explorer *ex) {
  const struct exceptions *x = &ex->machine->state.exceptions;
  ex->here->pendsv_seen |=
      exception_bit(x->pending, EXCEPTION_PENDSV) || exception_bit(x->active, EXCEPTION_PENDSV);
  for (unsigned i = 0; i < ex->options.interrupt_count; i++) {
    ex->here->pendsv_seen |= ex->options.interrupts[i] == EXCEPTION_PENDSV;
  }
}

/* What became pending since the last boundary without being taken: one exception, or
 * DISTURBS_ALL for several. 0: nothing. */
static uint8_t newly_pending(struct level *level, const struct exceptions *x) {
  uint8_t found = 0;
  for (unsigned word = 0; word < EXCEPTION_WORDS; word++) {
    uint32_t bits = x->pending[word] & ~level->noted_pending[word];
    level->noted_pending[word] = x->pending[word];
    if (bits != 0) {
      bool one = found == 0 && (bits & (bits - 1)) == 0;
      found = one ? (uint8_t)(word * 32 + (unsigned)__builtin_ctz(bits)) : DISTURBS_ALL;
    }
  }
  return found;
}

static void note_disturbance(struct explorer *ex) {
  struct machine_state *s = &ex->machine->state;
  struct level *level = ex->here;
  uint64_t index = s->boundary - level->disturbs_first;
  bool changed = level->noted_changes != s->exceptions.changes;
  if (!s->scs_touched && !changed) {
    return;
  }
  uint8_t disturbs = s->scs_touched ? DISTURBS_ALL : 0;
  uint8_t pending = changed ? newly_pending(level, &s->exceptions) : 0;
  disturbs = disturbs != 0 ? disturbs : pending;
  s->scs_touched = false;
  if (disturbs == 0 || index == 0) {
    return;
  }
  array_reserve((void **)&level->disturbs, &level->disturbs_capacity, index, 1);
  while (level->disturbs_count < index) {
    level->disturbs[level->disturbs_count++] = 0;
  }
  level->disturbs[index - 1] = disturbs;
}

/* Why rules keep their enabled exceptions out of the spine, for the certificate. */
static void note_bars(struct explorer *ex) {
  const struct machine_config *config = &ex->machine->config;
  for (unsigned i = 0; ex->here == ex->levels && i < config->arrival_rule_count; i++) {
    unsigned e = config->arrival_rules[i].exception;
    if (injectable(ex, e)) {
      ex->bars[i][discipline_bar(ex->machine, e)]++;
    }
  }
}

/* Exceptions that can come, from here on. */
static void note_injectable(struct explorer *ex) {
  const struct machine_state *s = &ex->machine->state;
  const struct exceptions *x = &s->exceptions;
  struct level *level = ex->here;
  if (level->noted_changes == x->changes && level->noted_bus == s->bus_accesses) {
    return;
  }
  level->noted_changes = x->changes;
  level->noted_bus = s->bus_accesses;
  note_pendsv(ex);
  consider(ex, EXCEPTION_SYSTICK);
  consider(ex, EXCEPTION_PENDSV);
  consider(ex, EXCEPTION_NMI);
  for (unsigned word = 0; word < EXCEPTION_WORDS; word++) {
    uint32_t bits =
        x->enabled[word] & ~(word == 0 ? 0xffffU : 0U) & ~ex->here->considered[word];
    for (; bits != 0; bits &= bits - 1) {
      consider(ex, word * 32 + (unsigned)__builtin_ctz(bits));
    }
  }
}

static void note_boundary(struct explorer *ex) {
  note_disturbance(ex);
  note_bars(ex);
  note_injectable(ex);
}

/* A boundary of the bare pass over a run that continues an injection. */
static void note_deeper(struct explorer *ex) {
  struct level *level = ex->here;
  ex->here++;
  note_boundary(ex);
  if (deepen_knows(ex) && deepen_merges(ex, true)) { /* else it is what was just added */
    ex->machine->run->stop = STOP_LIMIT;
  }
  ex->here = level;
}

/* In a stride nothing else happened. */
void decide_bare_access(void *explorer) {
  struct explorer *ex = explorer;
  if (decide_prunes(ex)) {
    lookahead_note(&ex->lookahead, ex->machine);
  }
}

/* The next boundary to be asked for. */
static uint64_t next_look(const struct explorer *ex) {
  uint64_t every = decide_prunes(ex) ? LOOKAHEAD_BLOCK : FORGET_EVERY;
  return (ex->machine->state.boundary / every + 1) * every;
}

void decide_bare_place(void *explorer, enum place_kind kind, unsigned beat) {
  struct explorer *ex = explorer;
  struct machine *m = ex->machine;
  (void)beat;
  if (kind != PLACE_BOUNDARY) {
    return;
  }
  if (ex->here->exception != 0) {
    note_deeper(ex);
    return;
  }
  if (m->state.boundary % FORGET_EVERY == 0) { /* no way back is needed */
    undo_forget(&m->undo, undo_mark(&m->undo));
  }
  bool looks = ex->here == ex->levels && decide_prunes(ex);
  bool plain = looks && !lookahead_note(&ex->lookahead, m) && !m->state.scs_touched;
  if (!plain || m->config.arrival_rule_count > 0) {
    note_boundary(ex);
  }
  machine_stride(m, next_look(ex), 0);
}

/* Priority state as an exception that comes at this place meets it. */
bool decide_lands(const struct explorer *ex, unsigned e) {
  const struct machine_state *s = &ex->machine->state;
  const struct exceptions *x = &s->exceptions;
  if (ex->here->place.kind == PLACE_RETURN) {
    struct exceptions after = *x;
    exception_clear(after.active, s->context.exception);
    after.faultmask = 0;
    exceptions_update(&after);
    return exception_can_preempt(&after, e);
  }
  if (ex->here->place.kind == PLACE_ENTRY) { /* the more urgent of the two is taken first */
    struct exceptions both = *x;
    exception_set(both.pending, e);
    exceptions_update(&both);
    return both.take == e;
  }
  return exception_can_preempt(x, e);
}

static bool disturbed_next(const struct explorer *ex, unsigned e) {
  const struct level *level = ex->here;
  uint64_t index = level->place.boundary - level->disturbs_first;
  uint8_t disturbs = index < level->disturbs_count ? level->disturbs[index] : 0;
  return disturbs == DISTURBS_ALL || disturbs == e;
}

/* What is masked here and at each place behind it, to the end of the run, lands at none
 * of its places. */
static bool is_last(const struct explorer *ex) {
  return ex->here->place.boundary + 1 == ex->here->cut;
}

/* Whether the place where the mask opens does not decide what is masked here. */
static bool decides_itself(const struct explorer *ex, unsigned e) {
  enum place_kind kind = ex->here->place.kind;
  return (kind == PLACE_BOUNDARY && disturbed_next(ex, e)) ||
         (kind != PLACE_BEAT && is_last(ex));
}

bool decide_prunes(const struct explorer *ex) {
  return !ex->options.no_prune && ex->only == NULL && !ex->follows;
}

/* Whether the instruction between the places changed what an invariant names: what a
 * handler finds there is then another value, though it may read but one variable. */
static bool changed_claims(const struct explorer *ex) {
  const struct claims *claims = ex->options.claims;
  for (unsigned i = 0; claims != NULL && i < ex->here->step.access_count; i++) {
    const struct access_record *access = &ex->here->step.accesses[i];
    if (access->write && claims_touch(claims, ex->image, access->address, access->size)) {
      return true;
    }
  }
  return false;
}

/* Whether what is recorded of an earlier place holds here too. */
static bool holds_here(struct explorer *ex, struct equivalence *equivalence) {
  return decide_prunes(ex) && equivalence != NULL &&
         equivalence->suspicions == ex->panel.open.all && !changed_claims(ex) &&
         equivalence_holds(equivalence, ex->machine, &ex->here->step);
}

bool decide_is_equivalent(struct explorer *ex, unsigned e) {
  return holds_here(ex, ex->here->equivalences[e]);
}

/* What lies between the last place and this one. */
static void note_step(struct explorer *ex) {
  struct machine *m = ex->machine;
  const struct code *code = machine_code(m, m->state.acting_pc);
  ex->here->place_serial++;
  if (!decide_prunes(ex)) {
    return;
  }
  unsigned count = ex->here->place.kind == PLACE_BEAT ? ex->here->place.beat : m->last_count;
  ex->here->step = (struct equivalence_step){
      .place = ex->here->place,
      .serial = ex->here->place_serial,
      .accesses = m->last,
      .access_count = count,
      .code_flags = code != NULL ? code->flags : 0,
  };
}

/* Ahead of what runs here: it overwrites what the machine remembers of the step. */
static void keep_step(struct explorer *ex) {
  struct level *level = ex->here;
  if (decide_prunes(ex) && level->step.accesses != level->last) {
    memcpy(level->last, level->step.accesses, level->step.access_count * sizeof *level->last);
    level->step.accesses = level->last;
  }
}

static bool is_disabled(const struct explorer *ex, unsigned e) {
  const struct exceptions *x = &ex->machine->state.exceptions;
  return !injectable(ex, e) || exception_bit(x->active, e) || exception_bit(x->pending, e);
}

/* What the rules let come at this place, or let come where it was masked. Every place
 * of the run must be seen, whoever decides it. */
static void note_arrivals(struct explorer *ex) {
  const struct machine_config *config = &ex->machine->config;
  struct level *level = ex->here;
  for (unsigned i = 0; i < config->arrival_rule_count; i++) {
    unsigned e = config->arrival_rules[i].exception;
    bool disabled = is_disabled(ex, e);
    bool now = !disabled && discipline_bar(ex->machine, e) == ARRIVAL_OPEN;
    bool held = !disabled && exception_bit(level->held_back, e);
    bool landing = !disabled && decide_lands(ex, e);
    exception_clear(level->held_back, e);
    exception_clear(level->comes, e);
    if (now || (held && landing)) {
      exception_set(level->comes, e);
    }
    if ((now || held) && !landing && !disabled) {
      exception_set(level->held_back, e);
    }
  }
}

static bool is_withheld(const struct explorer *ex, unsigned e) {
  return discipline_rule(ex->machine, e) != NULL && !exception_bit(ex->here->comes, e);
}

/* Where a chain goes on nothing changed of what the answer below depends on. */
static bool chain_goes_on(struct explorer *ex, unsigned e) {
  const struct equivalence *equivalence = ex->here->equivalences[e];
  return equivalence != NULL && equivalence->valid && equivalence->lands &&
         ex->machine->config.arrival_rule_count == 0 && decide_is_equivalent(ex, e);
}

static enum decision decide(struct explorer *ex, unsigned e) {
  if (chain_goes_on(ex, e)) {
    return DECISION_EQUIVALENT;
  }
  if (is_disabled(ex, e)) {
    return DECISION_DISABLED;
  }
  if (is_withheld(ex, e)) {
    return DECISION_WITHHELD;
  }
  if (decide_lands(ex, e)) {
    return decide_is_equivalent(ex, e) ? DECISION_EQUIVALENT : DECISION_PROBED;
  }
  return decides_itself(ex, e) ? DECISION_PROBED : DECISION_MASKED;
}

static void note_for_audit(struct explorer *ex, unsigned e, enum decision decision) {
  if (!ex->options.audit || level_number(ex) > 0 || decision == DECISION_DISABLED ||
      decision == DECISION_WITHHELD) {
    return;
  }
  array_reserve((void **)&ex->decided, &ex->decided_capacity, ex->decided_count + 1,
                sizeof *ex->decided);
  ex->decided[ex->decided_count++] =
      (struct injection){.place = ex->here->place, .exception = (uint16_t)e};
}

bool decide_deepens(const struct explorer *ex) {
  return level_number(ex) + 1 < ex->options.depth &&
         ex->levels->place.boundary < ex->options.deep_instructions;
}

static void decide_exception(struct explorer *ex, unsigned e) {
  enum decision decision = decide(ex, e);
  ex->certificate.decided[decision]++;
  ex->certificate.depths[level_number(ex)].decided[decision]++;
  note_for_audit(ex, e, decision);
  if (ex->options.decided != NULL && ex->here == explorer_looked_at(ex)) {
    ex->options.decided(ex->options.decided_argument, &ex->here->place, e, decision);
  }
  if (decision == DECISION_EQUIVALENT) {
    ex->could[e]++;
  }
  if (decision == DECISION_PROBED) {
    ex->could[e]++;
    keep_step(ex);
    probe_run(ex, e);
  }
  bool comes = decision == DECISION_PROBED || decision == DECISION_EQUIVALENT;
  bool ruled = ex->machine->config.arrival_rule_count > 0; /* by what came, and when */
  if (comes && decide_deepens(ex) && (ruled || !holds_here(ex, ex->here->deeper[e]))) {
    keep_step(ex);
    deepen_run(ex, e, decision == DECISION_PROBED);
  }
}

static void count_place(struct explorer *ex) {
  struct certificate *c = &ex->certificate;
  switch (ex->here->place.kind) {
    case PLACE_BOUNDARY:
      c->boundaries++;
      break;
    case PLACE_BEAT:
      c->beats++;
      break;
    case PLACE_ENTRY:
      c->entries++;
      break;
    case PLACE_RETURN:
      c->returns++;
      break;
  }
  c->places++;
  ex->certificate.depths[level_number(ex)].places++;
}

static bool is_here(const struct explorer *ex, const struct place *wanted) {
  return wanted->kind == ex->here->place.kind && wanted->boundary == ex->here->place.boundary &&
         wanted->beat == ex->here->place.beat;
}

/* What the runs below do after it is not of this schedule. */
static void stop_listening(struct explorer *ex) {
  ex->listener = NULL;
  ex->machine->host.instruction = NULL;
}

/* The injection that a replay makes on this level: its own run, or the way on. */
static void replay_injection(struct explorer *ex, unsigned level) {
  unsigned exception = ex->only[level].exception;
  bool last = level + 1 == ex->only_count && ex->dragged == 0;
  if (last) {
    probe_run(ex, exception);
    if (level > 0) {
      stop_listening(ex);
    }
  }
  if (!last || (ex->audits && decide_deepens(ex))) {
    deepen_run(ex, exception, true);
  }
  if (ex->dragged != 0) {
    stop_listening(ex);
  }
  ex->only_done = true;
}

static void replay_place(struct explorer *ex, unsigned level) {
  struct run *run = ex->machine->run;
  const struct machine_state *s = &ex->machine->state;
  const struct injection *only = &ex->only[level];
  if (only->exception == 0) {
    if (s->boundary >= only->place.boundary + ex->options.horizon) {
      ex->only_done = true;
      run->stop = STOP_LIMIT;
    }
    return;
  }
  if (is_here(ex, &only->place) && !ex->only_done) {
    replay_injection(ex, level);
  }
  if (ex->only_done && (level > 0 || s->boundary > only->place.boundary)) {
    run->stop = STOP_LIMIT;
  }
}

static void tell_progress(struct explorer *ex) {
  if (ex->options.progress != NULL && ex->probes - ex->probes_told >= 4096) {
    ex->probes_told = ex->probes;
    struct explorer_progress progress = {
        .boundary = ex->levels[0].place.boundary,
        .boundaries = ex->spine_boundaries,
        .probes = ex->probes,
        .processes = ex->jobs,
        .findings = ex->findings.count,
        .decided = certificate_pairs(&ex->certificate),
    };
    ex->options.progress(ex->options.progress_argument, &progress);
  }
}

/* What was seen is forgotten at fixed boundaries, so that it does not depend on how
 * the work is divided. */
static void begin_chunk(struct explorer *ex) {
  uint64_t boundary = ex->here->place.boundary;
  ex->chunk_end = (boundary / ex->chunk + 1) * ex->chunk;
  ex->chunk_mine = workers_owns(ex, boundary) && boundary >= ex->resumes_at;
  if (ex->chunk_mine) {
    workers_checkpoint(ex);
    ex->recalling.epoch++;
    deepen_begin(ex);
  }
}

/* Whether this process decides the spine's place. Asked at each one: it counts. */
static bool is_mine(struct explorer *ex) {
  if (ex->here->place.boundary >= ex->chunk_end) {
    begin_chunk(ex);
  }
  return ex->chunk_mine;
}

/* Where an exception comes by itself it is probed first. */
static void follow_place(struct explorer *ex, unsigned beat) {
  enum place_kind kind = ex->here->place.kind;
  bool offered = kind == PLACE_BOUNDARY || kind == PLACE_BEAT;
  unsigned e = offered ? machine_arrival_due(ex->machine, beat) : 0;
  if (e != 0 && !exception_bit(ex->machine->state.exceptions.pending, e) &&
      !exception_bit(ex->machine->state.exceptions.active, e)) {
    probe_run(ex, e);
  }
}

/* MSR: it may write a stack pointer that is not the current one. */
enum { WRITES_SPECIAL = CODE_MASKS | CODE_STACK };

static void decide_here(struct explorer *ex, enum place_kind kind, unsigned beat) {
  const struct machine_state *s = &ex->machine->state;
  unsigned level = level_number(ex);
  if (kind == PLACE_BOUNDARY) {
    note_pendsv(ex);
  }
  ex->here->place = (struct place){
      .kind = kind,
      .boundary = kind == PLACE_BEAT ? s->acting : s->boundary,
      .beat = (uint8_t)beat,
      .pc = s->pc,
  };
  if (ex->only != NULL && level < ex->only_count) {
    replay_place(ex, level);
    return;
  }
  if (ex->follows) {
    follow_place(ex, beat);
    return;
  }
  note_step(ex);
  if (level == 0 && (s->acting_flags & WRITES_SPECIAL) == WRITES_SPECIAL) {
    ex->recalling.epoch++;
  }
  note_arrivals(ex);
  if (level == 0 && !is_mine(ex)) {
    calm_look(ex, false);
    return;
  }
  if (level > 0 && kind == PLACE_BOUNDARY && deepen_merges(ex, false)) {
    ex->machine->run->stop = STOP_LIMIT;
    return;
  }
  if (level > 0 && kind == PLACE_BOUNDARY && !deepen_knows(ex)) {
    keep_step(ex);
    deepen_look_on(ex);
  }
  assert(level == 0 || !(ex->here - 1)->behind || s->boundary <= ex->here->looked_to);
  count_place(ex);
  for (unsigned i = 0; i < ex->here->considered_count; i++) {
    if (ex->dragged == 0 || ex->here->considered_list[i] == ex->dragged) {
      decide_exception(ex, ex->here->considered_list[i]);
    }
  }
  calm_look(ex, true);
  tell_progress(ex);
}

/* A place of the spine that is looked at by itself. */
SELDOM static void decide_spine(struct explorer *ex, enum place_kind kind, unsigned beat) {
  calm_end(ex);
  if (kind == PLACE_BOUNDARY) {
    ranking_checkpoint(ex);
  }
  if (ex->levels->sighting_count > 0) {
    sightings_keep_natural(ex);
  }
  decide_here(ex, kind, beat);
}

/* A place of a run that continues an injection. */
SELDOM static void decide_deeper(struct explorer *ex, enum place_kind kind, unsigned beat) {
  struct level *level = ex->here;
  if (level->exception != 0) {
    ex->here++;
  } else if (kind == PLACE_BOUNDARY) {
    ranking_checkpoint(ex);
  }
  decide_here(ex, kind, beat);
  ex->here = level;
}

void decide_place(void *explorer, enum place_kind kind, unsigned beat) {
  struct explorer *ex = explorer;
  struct level *level = ex->here;
  if (level != ex->levels || level->exception != 0) {
    decide_deeper(ex, kind, beat);
    return;
  }
  calm_count(ex);
  if (calm_stays(ex, kind) && level->sighting_count == 0) {
    level->place_serial++;
    ex->calm.places += ex->calm.mine;
  } else {
    decide_spine(ex, kind, beat);
  }
  calm_stride(ex, kind);
}
