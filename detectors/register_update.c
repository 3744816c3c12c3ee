/* register-update: a statement reads a device register, computes, and writes it back;
 * in between the register changed, and the write undid that. Two kinds:
 *
 * flag-rmw: the write cleared a flag of the register (a bit that is cleared by writing
 * 1, or 0) which was raised after the read, and which nobody has looked at
 * (SR &= ~DONE); or it wrote a 1 back to a flag that it had just read, on the way to
 * change other bits (CTRL |= START).
 *
 * lost-update: a handler that came in between changed other bits, and the write put
 * them back as they were. Whether that is wrong is for the core to compare.
 *
 * What it cannot see: values that are carried over statements (v = SR; ...; SR = v);
 * without line information: over functions; handlers above LEVELS; more than REGISTERS
 * registers; flags of registers without a model. A write that clears what it has not
 * seen, and nothing that it has, is taken for a reset and is silent. */
#include "detectors/registry.h"

enum { REGISTERS = 32, LEVELS = 4, NEAR = 16 /* boundaries between read and write */ };

/* The newest read of a register by the context of a level. */
struct reading { /* none while pc is 0 */
  uint32_t pc;
  uint32_t serial;
  uint32_t held;   /* all 32 bits behind the read */
  uint32_t before; /* the same at the reading before this one ... */
  uint32_t known;  /* ... if there was one */
  uint32_t value;  /* as it was read, with its address and size */
  uint32_t address;
  uint32_t size;
  uint64_t boundary;
};

struct device {
  uint32_t word; /* address + 1; 0: free */
  uint32_t reserved;
  struct reading reading[LEVELS];
};

/* A handler wrote to a device while the context of a level was about to write. */
struct between {
  uint32_t held;
  uint32_t word; /* that the context had read */
  struct access write;
  uint64_t until;
};

struct state {
  uint32_t held;
  uint32_t newest[LEVELS]; /* word + 1 that was read last and not written since */
  struct between between[LEVELS];
  struct device device[REGISTERS];
};

static size_t register_update_state_size(const struct leaf_table *leaves) {
  (void)leaves;
  return sizeof(struct state);
}

static uint32_t word_of(const struct event *event) {
  return event->address & ~3U;
}

static const struct device *device_of(struct detection *d, const struct state *s, uint32_t word,
                                      bool make) {
  for (const struct device *device = s->device; device < s->device + REGISTERS; device++) {
    if (device->word == word + 1) {
      return device;
    }
    if (device->word == 0) {
      if (make) {
        *(uint32_t *)detection_edit(d, &device->word, sizeof device->word) = word + 1;
      }
      return make ? device : NULL;
    }
  }
  return NULL;
}

static void drop(struct detection *d, const struct state *s, const struct between *between) {
  if (between->held) {
    detection_close(d, between->held);
    *(uint32_t *)detection_edit(d, &between->held, sizeof between->held) = 0;
    *(uint32_t *)detection_edit(d, &s->held, sizeof s->held) -= 1;
  }
}

static void set_newest(struct detection *d, const struct state *s, uint32_t word) {
  const uint32_t *newest = &s->newest[d->nesting->depth];
  if (*newest != word) {
    *(uint32_t *)detection_edit(d, newest, sizeof *newest) = word;
  }
}

static void on_read(struct detection *d, const struct state *s, const struct event *event) {
  uint32_t level = d->nesting->depth;
  const struct device *device = device_of(d, s, word_of(event), true);
  drop(d, s, &s->between[level]);
  if (device == NULL) {
    detection_full(d);
    return;
  }
  const struct reading *old = &device->reading[level];
  bool known = old->pc != 0 && old->serial == event->context.serial;
  struct reading reading = {.pc = event->pc,
                            .serial = event->context.serial,
                            .held = (uint32_t)event->whole,
                            .before = known ? old->held : 0,
                            .known = known,
                            .value = (uint32_t)event->value,
                            .address = event->address,
                            .size = event->size,
                            .boundary = event->boundary};
  *(struct reading *)detection_edit(d, old, sizeof *old) = reading;
  set_newest(d, s, device->word);
}

/* A handler writes to a device: those whom it preempted may be between read and write. */
static void on_foreign_write(struct detection *d, const struct state *s,
                             const struct event *event) {
  for (uint32_t level = 0; level < LEVELS && level < d->nesting->depth; level++) {
    const struct device *device =
        s->newest[level] != 0 ? device_of(d, s, s->newest[level] - 1, false) : NULL;
    const struct reading *reading = device != NULL ? &device->reading[level] : NULL;
    const struct between *between = &s->between[level];
    bool same = reading != NULL && device->word == word_of(event) + 1;
    if (reading == NULL || reading->pc == 0 ||
        reading->serial != d->nesting->level[level].context.serial ||
        reading->boundary + NEAR < d->nesting->level[level + 1].entered ||
        (between->held && !same)) {
      continue;
    }
    drop(d, s, between);
    *(struct between *)detection_edit(d, between, sizeof *between) =
        (struct between){.held = detection_open(d),
                         .word = device->word - 1,
                         .write = access_of(event),
                         .until = event->boundary + d->horizon};
    *(uint32_t *)detection_edit(d, &s->held, sizeof s->held) += 1;
  }
}

static void report(struct detection *d, enum finding_kind kind, const struct reading *reading,
                   const struct between *between, const struct event *event) {
  struct sighting sighting = {
      .kind = kind,
      .leaf = LEAF_NONE,
      .access = {{.op = EVENT_DEVICE_READ,
                  .size = (uint8_t)reading->size,
                  .context = event->context,
                  .pc = reading->pc,
                  .address = reading->address,
                  .boundary = reading->boundary,
                  .value = reading->value}},
      .accesses = 1,
      .value = event->whole,
  };
  if (between != NULL) {
    sighting.access[sighting.accesses++] = between->write;
    sighting.intruder = 1;
  }
  sighting.access[sighting.accesses++] = access_of(event);
  if (between == NULL) {
    sighting.intruder = 1;
  }
  detection_report(d, &sighting);
}

/* Flags that this write cleared though the context had not meant them. */
static uint32_t lost_flags(const struct detection *d, const struct reading *reading,
                           const struct event *event) {
  uint32_t flags = d->flags_of(d->registers, word_of(event));
  uint32_t old = (uint32_t)event->old;
  uint32_t cleared = old & ~(uint32_t)event->whole & flags;
  uint32_t written = (uint32_t)event->value << (8 * (event->address & 3));
  uint32_t by_zero = cleared & ~written;
  uint32_t by_one = cleared & written;
  uint32_t meant = reading->held & by_zero; /* seen, and acknowledged */
  uint32_t raised = meant != 0 ? by_zero & ~reading->held : 0;
  bool changes = ((written ^ reading->held) & ~flags) != 0 || (written & ~reading->held) != 0;
  bool unseen = reading->known && changes;
  return raised | (unseen ? by_one & reading->held & ~reading->before : 0);
}

static void on_own_write(struct detection *d, const struct state *s, const struct event *event,
                         const struct reading *reading) {
  const struct between *between = &s->between[d->nesting->depth];
  bool met = between->held && between->word == word_of(event);
  if (reading->boundary + d->horizon < event->boundary ||
      !d->same_statement(d->image, reading->pc, event->pc)) {
    return;
  }
  uint32_t flags = d->flags_of(d->registers, word_of(event));
  uint32_t changed = ((uint32_t)event->old ^ reading->held) & ~flags;
  uint32_t put_back = changed & ~((uint32_t)event->whole ^ reading->held);
  if (lost_flags(d, reading, event) != 0) {
    report(d, FINDING_FLAG_RMW, reading, met ? between : NULL, event);
  } else if (met && put_back != 0) {
    report(d, FINDING_LOST_UPDATE, reading, between, event);
  }
}

static void on_write(struct detection *d, const struct state *s, const struct event *event) {
  const struct device *device = device_of(d, s, word_of(event), false);
  const struct reading *reading = device != NULL ? &device->reading[d->nesting->depth] : NULL;
  if (reading != NULL && reading->pc != 0 && reading->serial == event->context.serial) {
    on_own_write(d, s, event, reading);
    *(uint32_t *)detection_edit(d, &reading->pc, sizeof reading->pc) = 0;
  }
  drop(d, s, &s->between[d->nesting->depth]);
  set_newest(d, s, 0);
}

static void expire(struct detection *d, const struct state *s, uint64_t now) {
  for (unsigned i = 0; i < LEVELS && s->held > 0; i++) {
    if (s->between[i].held && s->between[i].until < now) {
      drop(d, s, &s->between[i]);
    }
  }
}

/* Back in the interrupted context: its write comes soon, or was never meant. */
static void on_return(struct detection *d, const struct state *s, const struct event *event) {
  if (d->nesting->depth < LEVELS) {
    drop(d, s, &s->between[d->nesting->depth]);
  }
  uint32_t level = nesting_depth_behind(d->nesting, event);
  if (level < LEVELS && s->between[level].held) {
    const uint64_t *until = &s->between[level].until;
    *(uint64_t *)detection_edit(d, until, sizeof *until) = event->boundary + NEAR;
  }
}

static void register_update_observe(struct detection *d, const void *state,
                                    const struct event *event) {
  const struct state *s = state;
  if (s->held > 0) {
    expire(d, s, event->boundary);
  }
  switch ((enum event_kind)event->kind) {
    case EVENT_DEVICE_READ:
      if (d->nesting->depth < LEVELS) {
        on_read(d, s, event);
      }
      break;
    case EVENT_DEVICE_WRITE:
      on_foreign_write(d, s, event);
      if (d->nesting->depth < LEVELS) {
        on_write(d, s, event);
      }
      break;
    case EVENT_ENTRY:
      if (d->nesting->depth < LEVELS) {
        set_newest(d, s, 0);
      }
      break;
    case EVENT_RETURN:
      on_return(d, s, event);
      break;
    default:
      break;
  }
}

static void register_update_finish(struct detection *d, const void *state) {
  expire(d, state, UINT64_MAX);
}

const struct detector register_update_detector = {
    .name = "register-update",
    .summary = "a register changes between the read and the write of one statement",
    .events = 1U << EVENT_DEVICE_READ | 1U << EVENT_DEVICE_WRITE | 1U << EVENT_ENTRY |
              1U << EVENT_RETURN,
    .state_size = register_update_state_size,
    .observe = register_update_observe,
    .remembers = 1U << EVENT_ENTRY | 1U << EVENT_RETURN | 1U << EVENT_DEVICE_READ,
    .finish = register_update_finish,
};
