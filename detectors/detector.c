#include "detectors/detector.h"

#include <assert.h>

#include "sim/undo.h"

bool detection_can_hold(const struct event *last, const struct event *event) {
  enum { ACCESSES = 1U << EVENT_READ | 1U << EVENT_WRITE | 1U << EVENT_DEVICE_READ };
  bool over = last != NULL && last->kind == EVENT_RETURN;
  bool chained = (event->flags & EVENT_TAIL) != 0;
  bool goes_on =
      (ACCESSES >> event->kind & 1U) != 0 || (event->kind == EVENT_RETURN && !chained);
  bool begins = event->kind == EVENT_ENTRY && !chained;
  return !over && (last == NULL ? begins : goes_on);
}

/* What is about to be overwritten. */
static inline void save(struct detection *d, void *where, size_t size) {
  if (*d->rewinds) {
    undo_save(d->undo, where, size);
  }
}

void *detection_edit(struct detection *d, const void *field, size_t size) {
  size_t offset = (size_t)((const char *)field - (const char *)d->state);
  void *writable = (char *)d->state + offset;
  save(d, writable, size);
  return writable;
}

static void save_counts(struct detection *d, struct suspicions *suspicions, uint32_t run) {
  save(d, &suspicions->all, sizeof suspicions->all);
  save(d, &suspicions->of[run], sizeof suspicions->of[run]);
  save(d, &d->held, sizeof d->held);
}

static void set_holders(struct detection *d, uint32_t now) {
  if (*d->holders != now) {
    save(d, d->holders, sizeof *d->holders);
    *d->holders = now;
  }
}

static uint8_t add(struct detection *d, struct suspicions *suspicions) {
  assert(*d->run > 0 && *d->run < SUSPECTING_RUNS);
  save_counts(d, suspicions, *d->run);
  suspicions->all++;
  suspicions->of[*d->run]++;
  d->held++;
  set_holders(d, *d->holders | d->bit);
  return *d->run;
}

static void take_away(struct detection *d, struct suspicions *suspicions, uint32_t opened) {
  assert(opened < SUSPECTING_RUNS && suspicions->of[opened] > 0);
  save_counts(d, suspicions, opened);
  suspicions->all--;
  suspicions->of[opened]--;
  d->held--;
  set_holders(d, d->held > 0 ? *d->holders : *d->holders & ~d->bit);
}

uint8_t detection_open(struct detection *d) {
  d->awaited->anything = true;
  return add(d, d->open);
}

uint8_t detection_await(struct detection *d, uint64_t since) {
  if (since < d->awaited->oldest) {
    d->awaited->oldest = since;
  }
  return add(d, d->open);
}

void detection_close(struct detection *d, uint32_t opened) {
  take_away(d, d->open, opened);
}

uint8_t detection_watch(struct detection *d, uint64_t reach) {
  if (*d->run == SPINE_RUN) {
    return 0;
  }
  if (reach > d->awaited->reach) {
    d->awaited->reach = reach;
  }
  return add(d, d->distant);
}

void detection_unwatch(struct detection *d, uint32_t opened) {
  take_away(d, d->distant, opened);
}

void detection_full(struct detection *d) {
  *d->full |= d->bit;
}

void detection_report(struct detection *d, const struct sighting *sighting) {
  d->report(d->sink, sighting);
}
