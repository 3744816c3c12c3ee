/* non-serialisable: a region that the scenario names was preempted, and came out as in
 * neither order of it and the handler.
 *
 * What a handler does in the middle of a region conflicts with what the region did
 * before and with what it does after: the same leaf, one of the two writing. Such a
 * conflict on one leaf is one of the patterns read-write-read, write-read-write,
 * read-write-write and write-write-read; over several leaves, any two. Whether it is
 * wrong the core finds out: it runs the region with the handler ahead of it, and with
 * the handler behind it, and compares (finding_traits.harm).
 *
 * What it cannot see: more than LEAVES leaves of one region, or of the handlers in
 * it; regions longer than the horizon; more than REGIONS open at a time; devices. */
#include "detectors/registry.h"

enum { REGIONS = 4, LEAVES = 32 };

enum use { USED_READ = 1, USED_WRITE = 2 };

struct local {
  uint32_t leaf;
  uint32_t reserved;
  uint8_t before, after; /* enum use: what the region did ahead of the handler, behind it */
  struct access ahead, behind; /* the newest, and the first */
};

struct remote {
  uint32_t leaf;
  uint32_t uses;        /* enum use */
  struct access access; /* the first write, else the first read */
};

struct region {
  uint32_t open;
  uint32_t held; /* a handler conflicts with what the region did before: the run that told */
  uint32_t local_count, remote_count;
  uint64_t number;
  struct access begin;
  struct local local[LEAVES];
  struct remote remote[LEAVES];
};

struct state {
  uint32_t open;
  uint32_t reserved;
  struct region region[REGIONS];
};

static size_t non_serialisable_state_size(const struct leaf_table *leaves) {
  (void)leaves;
  return sizeof(struct state);
}

static void set(struct detection *d, const uint32_t *field, uint32_t value) {
  *(uint32_t *)detection_edit(d, field, sizeof *field) = value;
}

static unsigned use_of(const struct event *event) {
  return event->kind == EVENT_WRITE ? USED_WRITE : USED_READ;
}

static bool conflicts(unsigned one, unsigned other) {
  return (one & USED_WRITE) != 0 ? other != 0 : one != 0 && (other & USED_WRITE) != 0;
}

static void close_region(struct detection *d, const struct state *s,
                         const struct region *region) {
  if (region->held) {
    detection_close(d, region->held);
  }
  set(d, &region->open, 0);
  set(d, &s->open, s->open - 1);
}

static void on_begin(struct detection *d, const struct state *s, const struct event *event) {
  for (const struct region *region = s->region; region < s->region + REGIONS; region++) {
    if (!region->open) {
      set(d, &region->open, 1);
      set(d, &region->held, 0);
      set(d, &region->local_count, 0);
      set(d, &region->remote_count, 0);
      *(uint64_t *)detection_edit(d, &region->number, sizeof region->number) = event->value;
      *(struct access *)detection_edit(d, &region->begin, sizeof region->begin) =
          access_of(event);
      set(d, &s->open, s->open + 1);
      return;
    }
  }
  detection_full(d);
}

static void note_local(struct detection *d, const struct region *region,
                       const struct event *event) {
  const struct local *local = region->local;
  const struct local *end = local + region->local_count;
  bool behind = region->remote_count > 0;
  while (local < end && local->leaf != event->leaf) {
    local++;
  }
  if (local == region->local + LEAVES) {
    detection_full(d);
    return;
  }
  struct local now = local < end ? *local : (struct local){.leaf = event->leaf};
  if (!behind) {
    now.ahead = access_of(event);
    now.before |= (uint8_t)use_of(event);
  } else {
    now.behind = now.after != 0 ? now.behind : access_of(event);
    now.after |= (uint8_t)use_of(event);
  }
  *(struct local *)detection_edit(d, local, sizeof *local) = now;
  if (local == end) {
    set(d, &region->local_count, region->local_count + 1);
  }
}

static const struct local *local_of(const struct region *region, uint32_t leaf) {
  for (unsigned i = 0; i < region->local_count; i++) {
    if (region->local[i].leaf == leaf) {
      return &region->local[i];
    }
  }
  return NULL;
}

static void note_remote(struct detection *d, const struct region *region,
                        const struct event *event) {
  const struct remote *remote = region->remote;
  const struct remote *end = remote + region->remote_count;
  while (remote < end && remote->leaf != event->leaf) {
    remote++;
  }
  if (remote == region->remote + LEAVES) {
    detection_full(d);
    return;
  }
  struct remote now = remote < end ? *remote : (struct remote){.leaf = event->leaf};
  bool first_write = event->kind == EVENT_WRITE && (now.uses & USED_WRITE) == 0;
  if (now.uses == 0 || first_write) {
    now.access = access_of(event);
  }
  now.uses |= use_of(event);
  *(struct remote *)detection_edit(d, remote, sizeof *remote) = now;
  if (remote == end) {
    set(d, &region->remote_count, region->remote_count + 1);
  }
  const struct local *local = local_of(region, event->leaf);
  if (!region->held && local != NULL && conflicts(now.uses, local->before)) {
    set(d, &region->held, detection_open(d));
  }
}

static void on_access(struct detection *d, const struct state *s, const struct event *event) {
  for (unsigned i = 0; event->leaf != LEAF_NONE && i < REGIONS; i++) {
    const struct region *region = &s->region[i];
    if (region->open && context_equal(region->begin.context, event->context)) {
      note_local(d, region, event);
    } else if (region->open && event->context.serial > region->begin.context.serial) {
      note_remote(d, region, event);
    }
  }
}

/* What the handler conflicts with on each side of it; both must be there. */
struct conflict {
  const struct local *ahead, *behind;
  const struct remote *remote; /* that meets one of them, both if any does */
};

static struct conflict find_conflict(const struct region *region) {
  struct conflict found = {NULL, NULL, NULL};
  bool one_leaf = false;
  for (unsigned i = 0; i < region->remote_count && !one_leaf; i++) {
    const struct remote *remote = &region->remote[i];
    const struct local *local = local_of(region, remote->leaf);
    bool ahead = local != NULL && conflicts(remote->uses, local->before);
    bool behind = local != NULL && conflicts(remote->uses, local->after);
    one_leaf = ahead && behind;
    found.ahead = one_leaf || (ahead && found.ahead == NULL) ? local : found.ahead;
    found.behind = one_leaf || (behind && found.behind == NULL) ? local : found.behind;
    found.remote =
        one_leaf || ((ahead || behind) && found.remote == NULL) ? remote : found.remote;
  }
  return found;
}

static void report(struct detection *d, const struct region *region) {
  struct conflict conflict = find_conflict(region);
  if (conflict.ahead == NULL || conflict.behind == NULL) {
    return;
  }
  struct sighting sighting = {
      .kind = FINDING_NON_SERIALISABLE,
      .leaf = conflict.remote->leaf,
      .access = {region->begin, conflict.ahead->ahead, conflict.remote->access,
                 conflict.behind->behind},
      .accesses = 4,
      .victim = 1,
      .intruder = 2,
      .value = conflict.remote->access.value,
  };
  detection_report(d, &sighting);
}

static void on_end(struct detection *d, const struct state *s, const struct event *event) {
  for (unsigned i = REGIONS; i > 0; i--) {
    const struct region *region = &s->region[i - 1];
    if (region->open && region->number == event->value &&
        context_equal(region->begin.context, event->context)) {
      if (region->held) {
        report(d, region);
      }
      close_region(d, s, region);
      return;
    }
  }
}

/* Regions of a handler that is over, or that are too long to be judged. */
static void drop(struct detection *d, const struct state *s, const struct event *event) {
  for (unsigned i = 0; i < REGIONS; i++) {
    const struct region *region = &s->region[i];
    bool over =
        event->kind == EVENT_RETURN && context_equal(region->begin.context, event->context);
    if (region->open && (over || event->boundary > region->begin.boundary + d->horizon)) {
      close_region(d, s, region);
    }
  }
}

static void non_serialisable_observe(struct detection *d, const void *state,
                                     const struct event *event) {
  const struct state *s = state;
  if (s->open > 0) {
    drop(d, s, event);
  }
  switch ((enum event_kind)event->kind) {
    case EVENT_READ:
    case EVENT_WRITE:
      if (s->open > 0) {
        on_access(d, s, event);
      }
      break;
    case EVENT_REGION:
      on_begin(d, s, event);
      break;
    case EVENT_REGION_END:
      if (s->open > 0) {
        on_end(d, s, event);
      }
      break;
    default:
      break;
  }
}

/* The branch is over before the region is: nothing is known of its outcome. */
static void non_serialisable_finish(struct detection *d, const void *state) {
  const struct state *s = state;
  for (unsigned i = 0; i < REGIONS; i++) {
    if (s->region[i].open && s->region[i].held) {
      close_region(d, s, &s->region[i]);
    }
  }
}

static bool non_serialisable_applies(const struct detection *d) {
  return d->region_count > 0;
}

static bool non_serialisable_concerns(const struct detection *d, const void *state,
                                      const struct event *event) {
  const struct state *s = state;
  (void)d;
  (void)event;
  return s->open > 0;
}

const struct detector non_serialisable_detector = {
    .name = "non-serialisable",
    .summary = "a region comes out as in neither order of it and a handler",
    .events = 1U << EVENT_READ | 1U << EVENT_WRITE | 1U << EVENT_RETURN | 1U << EVENT_REGION |
              1U << EVENT_REGION_END,
    .state_size = non_serialisable_state_size,
    .applies = non_serialisable_applies,
    .observe = non_serialisable_observe,
    .concerns = non_serialisable_concerns,
    .finish = non_serialisable_finish,
};
