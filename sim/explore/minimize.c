#include "sim/explore/minimize.h"

#include <stdlib.h>
#include <string.h>

/* Places that showed a finding of the kind, in the order of the run. */
struct candidates {
  enum finding_kind kind;
  struct injection *items;
  size_t count, capacity;
};

static void on_show(void *argument, const struct place *place, unsigned exception,
                    enum finding_kind kind) {
  struct candidates *candidates = argument;
  if (kind != candidates->kind) {
    return;
  }
  array_reserve((void **)&candidates->items, &candidates->capacity, candidates->count + 1,
                sizeof *candidates->items);
  candidates->items[candidates->count++] =
      (struct injection){.place = *place, .exception = (uint16_t)exception};
}

/* Each place by a probe of its own, up to the one that is known. */
static bool collect(const struct image *image, const struct explorer_options *options,
                    const struct finding *finding, struct candidates *candidates,
                    struct error *error) {
  struct explorer_options all = *options;
  struct check check;
  all.no_prune = true;
  all.audit = false;
  all.jobs = 1;
  all.max_instructions = finding->place.boundary + 1;
  all.progress = NULL;
  all.showed = on_show;
  all.showed_argument = candidates;
  bool good = explorer_check(image, &all, &check, error);
  if (good) {
    check_free(&check);
  }
  return good;
}

/* Boundaries from the place to the finding's last access; UINT64_MAX if the
 * schedule shows another finding, or none. */
static uint64_t length_of(const struct image *image, const struct explorer_options *options,
                          const struct schedule *schedule, const struct finding *finding) {
  struct check check;
  uint64_t length = UINT64_MAX;
  if (!explorer_replay(image, options, schedule, NULL, &check, NULL)) {
    return length;
  }
  for (size_t i = 0; i < check.finding_count; i++) {
    const struct finding *shown = &check.findings[i];
    const struct sighting *sighting = &shown->sighting;
    if (strcmp(shown->id, finding->id) == 0 && shown->outcome == finding->outcome &&
        sighting->accesses > 0) {
      uint64_t last = sighting->access[sighting->accesses - 1].boundary;
      uint64_t place = schedule->injections[0].place.boundary;
      length = last > place ? last - place : 0;
    }
  }
  check_free(&check);
  return length;
}

static bool same_place(const struct place *a, const struct place *b) {
  return a->kind == b->kind && a->boundary == b->boundary && a->beat == b->beat;
}

/* The first that shows it; of several exceptions at that place, the shortest run. */
static bool choose(const struct image *image, const struct explorer_options *options,
                   const struct candidates *candidates, const struct finding *finding,
                   struct schedule *simplest) {
  uint64_t least = UINT64_MAX;
  struct schedule tried = finding->schedule;
  tried.count = 1;
  for (size_t i = 0; i < candidates->count; i++) {
    const struct injection *candidate = &candidates->items[i];
    if (least != UINT64_MAX && !same_place(&candidate->place, &simplest->injections[0].place)) {
      break;
    }
    tried.injections[0] = *candidate;
    uint64_t length = length_of(image, options, &tried, finding);
    if (length < least) {
      least = length;
      *simplest = tried;
    }
  }
  return least != UINT64_MAX;
}

/* Without any interrupt but those that come by themselves. */
static bool shows_as_it_is(const struct image *image, const struct explorer_options *options,
                           const struct finding *finding, struct schedule *simplest) {
  struct schedule bare = finding->schedule;
  bare.count = 1;
  bare.injections[0] = (struct injection){.place = {.boundary = finding->place.boundary}};
  if (length_of(image, options, &bare, finding) == UINT64_MAX) {
    return false;
  }
  *simplest = bare;
  return true;
}

bool minimize_schedule(const struct image *image, const struct explorer_options *options,
                       const struct finding *finding, struct schedule *simplest,
                       struct error *error) {
  struct candidates candidates = {.kind = finding->sighting.kind};
  *simplest = finding->schedule;
  if (finding->schedule.injections[0].exception == 0 ||
      shows_as_it_is(image, options, finding, simplest)) {
    return true;
  }
  bool good = collect(image, options, finding, &candidates, error);
  if (good) {
    choose(image, options, &candidates, finding, simplest);
  }
  free(candidates.items);
  return good;
}
