/* Decisions: what becomes of each exception at each place of the spine.
 *
 * An exception that is masked at a place stays pending and lands where the mask
 * opens: the place there decides it. That holds as long as no step in between
 * touches pending state (a register access that sees it, another entry, sleep);
 * the bare pass notes such steps, and the place just ahead of one is decided on
 * its own, by pending the exception there and running on. */
#include <string.h>

#include "sim/explore/private.h"

/* Exceptions that the tool may inject in this state of the machine. */
static bool injectable(const struct explorer *ex, unsigned e) {
  const struct machine_state *s = &ex->machine->state;
  if (e == EXCEPTION_SYSTICK) {
    enum { BOTH = SYSTICK_ENABLE | SYSTICK_TICKINT };
    return (s->systick.control & BOTH) == BOTH;
  }
  if (e == EXCEPTION_PENDSV) {
    return ex->pendsv_seen;
  }
  return e == EXCEPTION_NMI || exception_bit(s->exceptions.enabled, e);
}

bool decide_is_free(const struct explorer *ex, unsigned e) {
  const struct exceptions *x = &ex->machine->state.exceptions;
  return injectable(ex, e) && !exception_bit(x->active, e) && !exception_bit(x->pending, e) &&
         exception_can_preempt(x, e);
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
    exception_set(ex->considered, e);
  }
}

static void note_pendsv(struct explorer *ex) {
  const struct exceptions *x = &ex->machine->state.exceptions;
  ex->pendsv_seen |=
      exception_bit(x->pending, EXCEPTION_PENDSV) || exception_bit(x->active, EXCEPTION_PENDSV);
  for (unsigned i = 0; i < ex->options.interrupt_count; i++) {
    ex->pendsv_seen |= ex->options.interrupts[i] == EXCEPTION_PENDSV;
  }
}

static void note_disturbance(struct explorer *ex) {
  struct machine_state *s = &ex->machine->state;
  array_reserve((void **)&ex->disturbs, &ex->disturbs_capacity, s->boundary + 1, 1);
  while (ex->disturbs_count <= s->boundary) {
    ex->disturbs[ex->disturbs_count++] = 0;
  }
  if (s->scs_touched && s->boundary > 0) {
    ex->disturbs[s->boundary - 1] = 1;
  }
  s->scs_touched = false;
}

void decide_bare_place(void *explorer, enum place_kind kind, unsigned beat) {
  struct explorer *ex = explorer;
  const struct exceptions *x = &ex->machine->state.exceptions;
  (void)beat;
  if (kind != PLACE_BOUNDARY) {
    return;
  }
  note_disturbance(ex);
  if (ex->machine->state.boundary % FORGET_EVERY == 0) { /* no way back is needed */
    undo_forget(&ex->machine->undo, undo_mark(&ex->machine->undo));
  }
  note_pendsv(ex);
  consider(ex, EXCEPTION_SYSTICK);
  consider(ex, EXCEPTION_PENDSV);
  consider(ex, EXCEPTION_NMI);
  for (unsigned word = 0; word < EXCEPTION_WORDS; word++) {
    uint32_t bits = x->enabled[word] & ~(word == 0 ? 0xffffU : 0U) & ~ex->considered[word];
    for (; bits != 0; bits &= bits - 1) {
      consider(ex, word * 32 + (unsigned)__builtin_ctz(bits));
    }
  }
}

/* Priority state as an exception that comes at this place meets it. */
static bool lands(const struct explorer *ex, enum place_kind kind, unsigned e) {
  const struct machine_state *s = &ex->machine->state;
  const struct exceptions *x = &s->exceptions;
  if (kind == PLACE_RETURN) {
    struct exceptions after = *x;
    exception_clear(after.active, s->context.exception);
    after.faultmask = 0;
    exceptions_update(&after);
    return exception_can_preempt(&after, e);
  }
  if (kind == PLACE_ENTRY) { /* the more urgent of the two is taken first */
    struct exceptions both = *x;
    exception_set(both.pending, e);
    exceptions_update(&both);
    return both.take == e;
  }
  return exception_can_preempt(x, e);
}

static bool disturbed_next(const struct explorer *ex) {
  uint64_t boundary = ex->place.boundary;
  return boundary < ex->disturbs_count && ex->disturbs[boundary] != 0;
}

static bool prunes(const struct explorer *ex) {
  return !ex->options.no_prune && ex->only == NULL;
}

bool decide_is_equivalent(struct explorer *ex, unsigned e) {
  struct equivalence *equivalence = ex->equivalences[e];
  const struct equivalence_step step = {
      .place = ex->place,
      .serial = ex->place_serial,
      .accesses = ex->last,
      .access_count = ex->last_count,
      .code_flags = ex->last_flags,
  };
  return prunes(ex) && equivalence != NULL &&
         equivalence_holds(equivalence, ex->machine, &step);
}

/* The accesses between the last place and this one: probes overwrite them. */
static void note_step(struct explorer *ex) {
  struct machine *m = ex->machine;
  const struct code *code = machine_code(m, m->state.acting_pc);
  ex->place_serial++;
  if (!prunes(ex)) {
    return;
  }
  unsigned count = ex->place.kind == PLACE_BEAT ? ex->place.beat : m->last_count;
  memcpy(ex->last, m->last, count * sizeof *ex->last);
  ex->last_count = count;
  ex->last_flags = code != NULL ? code->flags : 0;
}

static enum decision decide(struct explorer *ex, unsigned e) {
  const struct exceptions *x = &ex->machine->state.exceptions;
  if (!injectable(ex, e) || exception_bit(x->active, e) || exception_bit(x->pending, e)) {
    return DECISION_DISABLED;
  }
  if (lands(ex, ex->place.kind, e)) {
    return decide_is_equivalent(ex, e) ? DECISION_EQUIVALENT : DECISION_PROBED;
  }
  return ex->place.kind == PLACE_BOUNDARY && disturbed_next(ex) ? DECISION_PROBED
                                                                : DECISION_MASKED;
}

static void note_for_audit(struct explorer *ex, unsigned e, enum decision decision) {
  if (!ex->options.audit || decision == DECISION_DISABLED || decision == DECISION_WITHHELD) {
    return;
  }
  array_reserve((void **)&ex->decided, &ex->decided_capacity, ex->decided_count + 1,
                sizeof *ex->decided);
  ex->decided[ex->decided_count++] =
      (struct injection){.place = ex->place, .exception = (uint16_t)e};
}

static void decide_exception(struct explorer *ex, unsigned e) {
  enum decision decision = decide(ex, e);
  ex->certificate.decided[decision]++;
  note_for_audit(ex, e, decision);
  if (ex->options.decided != NULL) {
    ex->options.decided(ex->options.decided_argument, &ex->place, e, decision);
  }
  if (decision == DECISION_EQUIVALENT) {
    ex->could[e]++;
  }
  if (decision == DECISION_PROBED) {
    ex->could[e]++;
    probe_run(ex, e);
  }
}

static void count_place(struct explorer *ex) {
  uint64_t *const counters[PLACE_KIND_COUNT] = {
      [PLACE_BOUNDARY] = &ex->certificate.boundaries,
      [PLACE_BEAT] = &ex->certificate.beats,
      [PLACE_ENTRY] = &ex->certificate.entries,
      [PLACE_RETURN] = &ex->certificate.returns,
  };
  ++*counters[ex->place.kind];
  ex->certificate.places++;
}

static bool is_only(const struct explorer *ex) {
  const struct place *wanted = &ex->only->place;
  return wanted->kind == ex->place.kind && wanted->boundary == ex->place.boundary &&
         wanted->beat == ex->place.beat;
}

static void replay_place(struct explorer *ex) {
  struct run *run = ex->machine->run;
  const struct machine_state *s = &ex->machine->state;
  if (ex->only->exception == 0) {
    if (s->boundary >= ex->only->place.boundary + ex->options.horizon) {
      ex->only_done = true;
      run->stop = STOP_LIMIT;
    }
    return;
  }
  if (is_only(ex) && !ex->only_done) {
    ex->only_done = true;
    probe_run(ex, ex->only->exception);
  }
  if (ex->only_done && s->boundary > ex->only->place.boundary) {
    run->stop = STOP_LIMIT;
  }
}

void decide_place(void *explorer, enum place_kind kind, unsigned beat) {
  struct explorer *ex = explorer;
  const struct machine_state *s = &ex->machine->state;
  if (kind == PLACE_BOUNDARY) {
    note_pendsv(ex);
    ranking_checkpoint(ex);
  }
  if (ex->sighting_count > 0) {
    probe_settle_spine(ex);
  }
  ex->place = (struct place){
      .kind = kind,
      .boundary = kind == PLACE_BEAT ? s->acting : s->boundary,
      .beat = (uint8_t)beat,
      .pc = s->pc,
  };
  if (ex->only != NULL) {
    replay_place(ex);
    return;
  }
  note_step(ex);
  if (!workers_owns(ex, ex->place.boundary)) {
    return;
  }
  count_place(ex);
  for (unsigned i = 0; i < ex->considered_count; i++) {
    decide_exception(ex, ex->considered_list[i]);
  }
  if (ex->options.progress != NULL && ex->probes - ex->probes_told >= 4096) {
    ex->probes_told = ex->probes;
    ex->options.progress(ex->options.progress_argument, s->boundary, ex->probes,
                         ex->findings.count);
  }
}
