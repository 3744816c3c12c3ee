/* split-section: a critical section was opened before its end, a handler came in
 * and worked on what the section works on, and the section went on.
 *
 * Opened early: a function that the section called masked once more and then
 * unmasked for both (CPSIE inside CPSIE), BASEPRI was set to a weaker level, or a
 * priority was changed so that the handler passes BASEPRI. That it was early is
 * known when the section's own end comes: an unmasking that finds nothing masked,
 * or BASEPRI's return to 0. The section's accesses before and behind the handler
 * are named.
 *
 * What it cannot see: sections made of NVIC or peripheral enable bits; sections
 * whose end was left out (nothing says how far they were meant to go); what a
 * section touches beyond LEAVES leaves; sections in handlers nested deeper than
 * LEVELS. */
#include "detectors/registry.h"

enum { LEAVES = 8, LEVELS = 4, PRIMASK = 16 };

enum phase { OUTSIDE, COVERED, OPENED };

struct section {
  uint8_t phase;  /* enum phase */
  uint8_t begun;  /* maskings that wait for their unmasking */
  uint8_t weaker; /* opened in part: its end is BASEPRI's return to 0 */
  uint8_t count;  /* leaves; may count on beyond LEAVES: the newest are kept */
  uint32_t met;   /* a handler met it, in this run: `mine`, `intruder`, perhaps `after` hold */
  struct access opening;
  struct touched {
    uint32_t leaf; /* index + 1 */
    struct access access;
  } touched[LEAVES];
  struct context context;
  uint32_t leaf;
  struct access mine, intruder, after;
};

struct state {
  uint32_t opened; /* sections in that phase */
  uint32_t met;
  struct section section[LEVELS];
};

static size_t split_section_state_size(const struct leaf_table *leaves) {
  (void)leaves;
  return sizeof(struct state);
}

static const struct section *section_of(const struct detection *d, const struct state *s) {
  return d->nesting->depth < LEVELS ? &s->section[d->nesting->depth] : NULL;
}

static void set(struct detection *d, const uint8_t *field, uint8_t value) {
  if (*field != value) {
    *(uint8_t *)detection_edit(d, field, sizeof *field) = value;
  }
}

static void add(struct detection *d, const uint32_t *field, int by) {
  *(uint32_t *)detection_edit(d, field, sizeof *field) += (uint32_t)by;
}

static void forget_meeting(struct detection *d, const struct state *s,
                           const struct section *section) {
  if (section->met) {
    detection_close(d, section->met);
    *(uint32_t *)detection_edit(d, &section->met, sizeof section->met) = 0;
    add(d, &s->met, -1);
  }
}

static void leave(struct detection *d, const struct state *s, const struct section *section) {
  if (section->phase == OUTSIDE) {
    return;
  }
  if (section->phase == OPENED) {
    add(d, &s->opened, -1);
  }
  forget_meeting(d, s, section);
  set(d, &section->phase, OUTSIDE);
}

static void begin(struct detection *d, const struct state *s, const struct section *section,
                  const struct event *event) {
  leave(d, s, section);
  set(d, &section->phase, COVERED);
  set(d, &section->begun, 1);
  set(d, &section->weaker, 0);
  set(d, &section->count, 0);
  *(struct context *)detection_edit(d, &section->context, sizeof section->context) =
      event->context;
}

static void open_early(struct detection *d, const struct state *s,
                       const struct section *section, const struct event *event, bool weaker) {
  if (section->phase != COVERED) {
    return;
  }
  set(d, &section->phase, OPENED);
  set(d, &section->weaker, weaker);
  *(struct access *)detection_edit(d, &section->opening, sizeof section->opening) =
      access_of(event);
  add(d, &s->opened, 1);
  if (section->count > LEAVES) {
    detection_full(d); /* the oldest are forgotten */
  }
}

/* The section's own end came, and a handler had been in between. */
static void report(struct detection *d, const struct section *section) {
  bool before = section->mine.boundary <= section->opening.boundary;
  struct sighting sighting = {
      .kind = FINDING_SPLIT_SECTION,
      .leaf = section->leaf,
      .access = {before ? section->mine : section->opening,
                 before ? section->opening : section->mine, section->intruder, section->after},
      .accesses = 4,
      .victim = before ? 0 : 1,
      .intruder = 2,
      .value = section->after.value,
  };
  detection_report(d, &sighting);
}

static void finish_section(struct detection *d, const struct state *s,
                           const struct section *section) {
  if (section->phase == OPENED && section->met && section->after.size != 0) {
    report(d, section);
  }
  leave(d, s, section);
}

static bool is_masked(uint64_t masks) {
  return masks != 0;
}

/* Masked once more, or put back as it was: MSR PRIMASK, 1 inside a section ends one
 * that saved it. Of BASEPRI that cannot be told, and is taken for a beginning. */
static void nest(struct detection *d, const struct section *section, bool restores) {
  if (restores && section->begun > 1) {
    set(d, &section->begun, (uint8_t)(section->begun - 1));
  } else if (!restores && section->begun < UINT8_MAX) {
    set(d, &section->begun, (uint8_t)(section->begun + 1));
  }
}

static void on_mask(struct detection *d, const struct state *s, const struct event *event) {
  const struct section *section = section_of(d, s);
  bool was = is_masked(event->old);
  bool is = is_masked(event->value);
  if (section == NULL) {
    return;
  }
  if (is && !was) {
    begin(d, s, section, event);
  } else if (is && section->phase == COVERED) {
    unsigned old = event_basepri(event->old);
    unsigned new = event_basepri(event->value);
    if (old != 0 && new > old && (event->value & 0xff) == 0) {
      open_early(d, s, section, event, true);
    } else if (event->value == event->old) {
      nest(d, section, event->address == PRIMASK);
    }
  } else if (!is && was && section->phase == COVERED && section->begun > 1) {
    open_early(d, s, section, event, false);
  } else if (!is) {
    finish_section(d, s, section);
  }
}

/* Which level of BASEPRI covers the running section is not kept: whoever's priority
 * is raised inside one is let in sooner than when it began. */
static void on_priority(struct detection *d, const struct state *s, const struct event *event) {
  const struct section *section = section_of(d, s);
  if (section != NULL && event->value < event->old) {
    open_early(d, s, section, event, true);
  }
}

static void note_own(struct detection *d, const struct section *section,
                     const struct event *event) {
  if (section->met && section->leaf == event->leaf) {
    if (section->after.size == 0) {
      *(struct access *)detection_edit(d, &section->after, sizeof section->after) =
          access_of(event);
    }
    return;
  }
  const struct touched *touched = &section->touched[section->count % LEAVES];
  for (unsigned i = 0; i < section->count && i < LEAVES; i++) {
    const struct touched *known = &section->touched[i];
    if (known->leaf == event->leaf + 1) {
      if (known->access.op == EVENT_WRITE && event->kind == EVENT_READ) {
        return; /* the write says more */
      }
      touched = known;
    }
  }
  if (touched == &section->touched[section->count % LEAVES] && section->count < UINT8_MAX) {
    set(d, &section->count, (uint8_t)(section->count + 1));
  }
  *(struct touched *)detection_edit(d, touched, sizeof *touched) =
      (struct touched){event->leaf + 1, access_of(event)};
}

static void meet(struct detection *d, const struct state *s, const struct section *section,
                 const struct event *event) {
  if (section->phase != OPENED || section->met) {
    return;
  }
  for (unsigned i = 0; i < section->count && i < LEAVES; i++) {
    const struct touched *touched = &section->touched[i];
    bool conflict = touched->leaf == event->leaf + 1 &&
                    (touched->access.op == EVENT_WRITE || event->kind == EVENT_WRITE);
    if (conflict) {
      struct section *writable = detection_edit(d, section, sizeof *section);
      writable->met = detection_open(d);
      writable->leaf = event->leaf;
      writable->mine = touched->access;
      writable->intruder = access_of(event);
      writable->after = (struct access){0};
      add(d, &s->met, 1);
      return;
    }
  }
}

static void on_access(struct detection *d, const struct state *s, const struct event *event) {
  const struct section *own = section_of(d, s);
  if (event->leaf == LEAF_NONE) {
    return;
  }
  if (own != NULL && own->phase != OUTSIDE) {
    note_own(d, own, event);
  }
  for (unsigned level = 0; s->opened > 0 && level < d->nesting->depth && level < LEVELS;
       level++) {
    meet(d, s, &s->section[level], event);
  }
}

static void on_return(struct detection *d, const struct state *s, const struct event *event) {
  const struct section *section = section_of(d, s);
  if (section != NULL && context_equal(section->context, event->context)) {
    leave(d, s, section);
  }
}

static void on_entry(struct detection *d, const struct state *s) {
  const struct section *section = section_of(d, s);
  if (section != NULL) {
    leave(d, s, section);
  }
}

static void expire(struct detection *d, const struct state *s, uint64_t now) {
  for (unsigned level = 0; level < LEVELS && s->met > 0; level++) {
    const struct section *section = &s->section[level];
    if (section->met && section->intruder.boundary + d->horizon < now) {
      forget_meeting(d, s, section);
    }
  }
}

static void split_section_observe(struct detection *d, const void *state,
                                  const struct event *event) {
  const struct state *s = state;
  if (s->met > 0) {
    expire(d, s, event->boundary);
  }
  switch ((enum event_kind)event->kind) {
    case EVENT_READ:
    case EVENT_WRITE:
      on_access(d, s, event);
      break;
    case EVENT_MASK:
      on_mask(d, s, event);
      break;
    case EVENT_PRIORITY:
      on_priority(d, s, event);
      break;
    case EVENT_ENTRY:
      on_entry(d, s);
      break;
    case EVENT_RETURN:
      on_return(d, s, event);
      break;
    default:
      break;
  }
}

static void split_section_finish(struct detection *d, const void *state) {
  expire(d, state, UINT64_MAX);
}

static bool split_section_concerns(const struct detection *d, const void *state,
                                   const struct event *event) {
  const struct state *s = state;
  (void)d;
  (void)event;
  return s->opened > 0;
}

const struct detector split_section_detector = {
    .name = "split-section",
    .summary = "a critical section is opened before its end",
    .events = 1U << EVENT_READ | 1U << EVENT_WRITE | 1U << EVENT_ENTRY | 1U << EVENT_RETURN |
              1U << EVENT_MASK | 1U << EVENT_PRIORITY,
    .state_size = split_section_state_size,
    .observe = split_section_observe,
    .remembers = 1U << EVENT_ENTRY | 1U << EVENT_RETURN,
    .concerns = split_section_concerns,
    .finish = split_section_finish,
};
