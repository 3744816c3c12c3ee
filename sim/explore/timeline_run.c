/* The machine of a timeline: runs it, keeps ways back, and notes what it meets. */
#include <string.h>

#include "sim/explore/private.h"
#include "sim/explore/timeline_private.h"

enum {
  MOMENTS_MOST = 1024, /* then every other one goes, and the distance doubles */
  UNDO_MOST = 4 << 20, /* entries of the undo log; then its older half goes */
  LONG_CALL = 1 << 16, /* boundaries between two questions whether to interrupt */
  EXC_RETURN_PSP = 4,
  EXC_RETURN_NO_FP = 1 << 4,
};

static uint64_t boundary_of(const struct timeline *t) {
  return t->machine->state.boundary;
}

/* ---- What the machine says ---- */

static void meet(struct timeline *t, const struct hit *hit) {
  if (t->seeking == SEEK_FIRST) {
    t->hit = t->hit.met ? t->hit : *hit;
    t->run.limit = 0;
  } else if (t->seeking != SEEK_NOTHING && hit->position < t->end) {
    t->hit = *hit;
  }
}

static bool has_breakpoint(const struct timeline *t, uint32_t pc) {
  for (size_t i = 0; i < t->breakpoint_count; i++) {
    if (t->breakpoints[i] == pc) {
      return true;
    }
  }
  return false;
}

/* The machine stands at a position that is new to this movement. */
static void visit(struct timeline *t, bool at_beat) {
  const struct machine_state *s = &t->machine->state;
  struct hit hit = {.met = true, .position = s->boundary};
  t->next_visit = s->boundary + 1;
  t->filling ^= 1U;
  t->events[t->filling].count = 0;
  if (t->seeking == SEEK_STEPS) {
    hit.reason = TIMELINE_ARRIVED;
    meet(t, &hit);
  } else if (!at_beat && t->breakpoint_count > 0 && has_breakpoint(t, s->pc)) {
    hit.reason = TIMELINE_BREAKPOINT;
    meet(t, &hit);
  } else if (t->has_mark && t->course.edits == 0 && t->seeking == SEEK_FIRST &&
             t->start <= t->mark && s->boundary > t->mark) {
    hit.reason = TIMELINE_MARK;
    meet(t, &hit);
  }
}

static bool on_boundary(void *owner) {
  struct timeline *t = owner;
  if (boundary_of(t) >= t->next_visit) {
    visit(t, false);
  }
  return false; /* meet has set the run's limit */
}

static void watch_access(struct timeline *t, const struct event *event) {
  bool write = event->kind == EVENT_WRITE || event->kind == EVENT_DEVICE_WRITE;
  for (size_t i = 0; i < t->watch_count; i++) {
    const struct watch *watch = &t->watches[i];
    bool overlaps = event->address < watch->address + watch->size &&
                    watch->address < event->address + event->size;
    if (overlaps && (write ? watch->writes : watch->reads)) {
      uint32_t first = event->address > watch->address ? event->address : watch->address;
      const struct hit hit = {.met = true,
                              .reason = TIMELINE_WATCH,
                              .position = event->boundary,
                              .watch = *watch,
                              .accessed = first};
      meet(t, &hit);
    }
  }
}

/* What the preempted context has in registers that no frame holds. It goes back
 * with the machine. */
static void keep_registers(struct timeline *t) {
  struct machine *m = t->machine;
  struct waiting *waiting = &t->waiting[m->state.depth - 1];
  struct cpu_registers registers;
  cpu_get(m->cpu, &registers);
  undo_save(&m->undo, waiting, sizeof *waiting);
  memcpy(waiting->r4_to_r11, &registers.r[4], sizeof waiting->r4_to_r11);
  waiting->fp = (registers.lr & EXC_RETURN_NO_FP) == 0;
  waiting->frame = (registers.lr & EXC_RETURN_PSP) != 0 ? cpu_psp(m->cpu) : cpu_msp(m->cpu);
}

static void on_event(void *owner, const struct event *event) {
  struct timeline *t = owner;
  struct step_events *events = &t->events[t->filling];
  if (event->kind == EVENT_ENTRY) {
    keep_registers(t);
  } else if (t->watch_count > 0 && t->seeking != SEEK_NOTHING &&
             (event->kind == EVENT_READ || event->kind == EVENT_WRITE ||
              event->kind == EVENT_DEVICE_READ || event->kind == EVENT_DEVICE_WRITE)) {
    watch_access(t, event);
  }
  if (events->count < STEP_EVENTS_MOST) {
    events->list[events->count++] = *event;
  }
}

static void inject(struct timeline *t) {
  t->course.injected = true;
  t->course.calm_until = boundary_of(t) + t->horizon;
  machine_inject(t->machine, t->injection.exception);
}

/* Boundaries are met by the run's limit; the other places only here. */
static void on_place(void *owner, enum place_kind kind, unsigned beat) {
  struct timeline *t = owner;
  const struct machine_state *s = &t->machine->state;
  const struct place *place = &t->injection.place;
  uint64_t boundary = kind == PLACE_BEAT ? s->acting : s->boundary;
  if (kind == PLACE_BOUNDARY || t->injection.exception == 0 || t->course.injected ||
      kind != place->kind || boundary != place->boundary || beat != place->beat) {
    return;
  }
  inject(t);
  t->run.mode = RUN_BRANCH;
  t->run.natural = t->run.hashes = true;
  t->run.exception = t->injection.exception;
  if (kind == PLACE_BEAT) {
    machine_leave(t->machine);
    t->left = true;
    if (boundary_of(t) >= t->next_visit) {
      visit(t, true);
    }
  }
}

static void on_output(void *owner, const char *bytes, size_t size) {
  struct timeline *t = owner;
  if (t->output != NULL && boundary_of(t) > t->printed) {
    t->printed = boundary_of(t);
    t->output(t->output_argument, bytes, size);
  }
}

struct machine_host timeline_host(struct timeline *t) {
  return (struct machine_host){
      .owner = t,
      .event = on_event,
      .stack_events = true,
      .place = on_place,
      .stops = on_boundary,
      .output = on_output,
  };
}

/* ---- Ways back ---- */

void timeline_forget_moments(struct timeline *t, size_t keep) {
  while (t->moment_count > keep) {
    snapshot_destroy(t->moments[--t->moment_count].snapshot);
  }
}

static void thin_out(struct timeline *t) {
  size_t kept = 0;
  for (size_t i = 0; i < t->moment_count; i++) {
    if (i % 2 == 1) {
      t->moments[kept++] = t->moments[i];
    } else {
      snapshot_destroy(t->moments[i].snapshot);
    }
  }
  t->moment_count = kept;
  t->interval *= 2;
}

/* The way back to what is older leads through reset from now on. */
static void forget_older_half(struct timeline *t) {
  size_t half = t->moment_count / 2;
  for (size_t i = 0; i < half; i++) {
    snapshot_destroy(t->moments[i].snapshot);
  }
  t->moment_count -= half;
  memmove(t->moments, t->moments + half, t->moment_count * sizeof *t->moments);
  undo_forget(&t->machine->undo, snapshot_mark(t->moments[0].snapshot));
}

static uint64_t next_moment(const struct timeline *t) {
  return t->moment_count > 0 ? t->moments[t->moment_count - 1].boundary + t->interval
                             : t->interval;
}

static void keep_moment(struct timeline *t) {
  if (t->moment_count == MOMENTS_MOST) {
    thin_out(t);
  }
  array_reserve((void **)&t->moments, &t->moment_capacity, t->moment_count + 1,
                sizeof *t->moments);
  struct moment *moment = &t->moments[t->moment_count++];
  moment->snapshot = snapshot_create(t->machine);
  snapshot_save(moment->snapshot, t->machine);
  moment->boundary = boundary_of(t);
  moment->course = t->course;
  if (undo_kept(&t->machine->undo) > UNDO_MOST && t->moment_count > 1) {
    forget_older_half(t);
  }
}

void timeline_rewind(struct timeline *t, uint64_t boundary) {
  while (t->moment_count > 0 && t->moments[t->moment_count - 1].boundary > boundary) {
    timeline_forget_moments(t, t->moment_count - 1);
  }
  t->events[0].count = t->events[1].count = 0;
  if (t->moment_count > 0) {
    const struct moment *moment = &t->moments[t->moment_count - 1];
    snapshot_restore(moment->snapshot, t->machine);
    t->course = moment->course;
    return;
  }
  machine_reset(t->machine);
  t->course = (struct course){0};
}

/* ---- Running ---- */

void timeline_apply(struct timeline *t, const struct edit *edit) {
  switch (edit->kind) {
    case EDIT_INJECT:
      machine_inject(t->machine, edit->where);
      break;
    case EDIT_MEMORY:
      machine_poke(t->machine, edit->where, edit->size, (uint32_t)edit->value);
      break;
    case EDIT_REGISTER:
      machine_set_register(t->machine, (enum machine_register)edit->where, edit->value);
      break;
  }
}

/* What belongs to the position that the machine stands at. */
static void apply_due(struct timeline *t) {
  const struct place *place = &t->injection.place;
  if (t->injection.exception != 0 && !t->course.injected && place->kind == PLACE_BOUNDARY &&
      place->boundary == boundary_of(t)) {
    inject(t);
  }
  while (t->course.edits < t->edit_count &&
         t->edits[t->course.edits].boundary <= boundary_of(t)) {
    timeline_apply(t, &t->edits[t->course.edits++]);
  }
}

static uint64_t least(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

/* Where the run must be stopped next, for whatever reason. */
static uint64_t next_stop(const struct timeline *t, uint64_t limit) {
  uint64_t now = boundary_of(t);
  uint64_t next = least(limit, now + LONG_CALL);
  if (next_moment(t) > now) {
    next = least(next, next_moment(t));
  }
  if (t->injection.exception != 0 && !t->course.injected &&
      t->injection.place.kind == PLACE_BOUNDARY && t->injection.place.boundary > now) {
    next = least(next, t->injection.place.boundary);
  }
  if (t->course.edits < t->edit_count) {
    next = least(next, t->edits[t->course.edits].boundary);
  }
  return t->course.calm_until > now ? least(next, t->course.calm_until) : next;
}

/* Beats cost time: they are offered only where the schedule may need one. */
static bool offers_beats(const struct timeline *t) {
  uint64_t boundary = t->injection.place.boundary;
  return t->injection.exception != 0 && !t->course.injected &&
         t->injection.place.kind == PLACE_BEAT && boundary >= boundary_of(t) &&
         boundary < t->run.limit;
}

static void end(struct timeline *t, enum machine_stop stop) {
  t->course.over = true;
  t->course.end = explorer_end_of(stop);
}

/* The machine stopped for a reason of its own. A run that sleeps, or is closed, goes
 * on while that changes anything. */
static void judge_stop(struct timeline *t, enum machine_stop stop) {
  bool calm = t->run.mode == RUN_BRANCH;
  switch (stop) {
    case STOP_NONE:
    case STOP_LIMIT:
    case STOP_DONE:
      break;
    case STOP_SLEEP:
      if (calm) {
        t->course.calm_until = boundary_of(t);
      } else {
        end(t, stop);
      }
      break;
    case STOP_CLOSED:
    case STOP_STUCK:
      if (t->reopened_at == boundary_of(t)) {
        end(t, stop);
      }
      t->reopened_at = boundary_of(t);
      machine_reopen(t->machine);
      break;
    case STOP_EXIT:
    case STOP_LOCKUP:
    case STOP_RESET:
    case STOP_BKPT:
    case STOP_INPUT:
      end(t, stop);
      break;
  }
}

static bool asks_interrupt(struct timeline *t) {
  t->was_interrupted =
      t->was_interrupted || (t->interrupted != NULL && t->interrupted(t->interrupt_argument));
  return t->was_interrupted;
}

static bool goes_on(struct timeline *t, uint64_t limit) {
  return boundary_of(t) < limit && !t->course.over &&
         !(t->seeking == SEEK_FIRST && t->hit.met) && !t->was_interrupted;
}

void timeline_run(struct timeline *t, uint64_t limit) {
  limit = least(limit, t->bound);
  uint64_t asked = boundary_of(t);
  t->reopened_at = UINT64_MAX;
  apply_due(t);
  while (goes_on(t, limit)) {
    bool calm = boundary_of(t) < t->course.calm_until;
    bool waits = calm && !t->course.landed;
    t->run = (struct run){.mode = calm ? RUN_BRANCH : RUN_SPINE,
                          .limit = next_stop(t, limit),
                          .natural = waits,
                          .hashes = waits,
                          .exception = calm ? t->injection.exception : 0};
    t->left = false;
    t->machine->beats = offers_beats(t);
    machine_continue(t->machine, &t->run);
    t->course.landed = t->course.landed || t->run.taken.happened;
    judge_stop(t, t->run.stop);
    apply_due(t);
    if (!t->course.over && !t->left && boundary_of(t) >= next_moment(t)) {
      keep_moment(t);
    }
    if (boundary_of(t) - asked >= LONG_CALL) {
      asked = boundary_of(t);
      asks_interrupt(t);
    }
  }
  if (boundary_of(t) >= t->bound && !t->course.over) {
    end(t, STOP_LIMIT);
  }
}
