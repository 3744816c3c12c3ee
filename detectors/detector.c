#include "detectors/detector.h"

#include <assert.h>

#include "sim/undo.h"

void *detection_edit(struct detection *d, const void *field, size_t size) {
  size_t offset = (size_t)((const char *)field - (const char *)d->state);
  void *writable = (char *)d->state + offset;
  undo_save(d->undo, writable, size);
  return writable;
}

void detection_open(struct detection *d) {
  undo_save(d->undo, d->open, sizeof *d->open);
  ++*d->open;
}

void detection_close(struct detection *d) {
  assert(*d->open > 0);
  undo_save(d->undo, d->open, sizeof *d->open);
  --*d->open;
}

void detection_watch(struct detection *d) {
  undo_save(d->undo, d->distant, sizeof *d->distant);
  ++*d->distant;
}

void detection_unwatch(struct detection *d) {
  assert(*d->distant > 0);
  undo_save(d->undo, d->distant, sizeof *d->distant);
  --*d->distant;
}

void detection_report(struct detection *d, const struct sighting *sighting) {
  d->report(d->sink, sighting);
}
