#include "sim/explore/minimize.h"

#include <stdlib.h>
#include <string.h>

enum { ADVANCE_MOST = 1000 }; /* boundaries over which an interrupt is moved, one by one */

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
  all.depth = 1;
  all.jobs = 1;
  all.resume = NULL;
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

/* The interrupts of a schedule in the order in which schedules are simpler: fewer
 * first, then earlier from the first on. */
static bool is_simpler(const struct schedule *a, const struct schedule *b) {
  if (a->count != b->count) {
    return a->count < b->count;
  }
  for (unsigned i = 0; i < a->count; i++) {
    const struct place *first = &a->injections[i].place;
    const struct place *second = &b->injections[i].place;
    if (!same_place(first, second)) {
      return first->boundary != second->boundary ? first->boundary < second->boundary
                                                 : first->beat < second->beat;
    }
  }
  return false;
}

/* Several interrupts: a check to that depth meets schedules from the simplest on, and keeps
 * the first that shows the finding. It costs as much as the check that found it, no more:
 * it ends a horizon behind the last place that is known. */
static bool choose_several(const struct image *image, const struct explorer_options *options,
                           const struct finding *finding, unsigned depth,
                           struct schedule *simplest, struct error *error) {
  const struct schedule *known = &finding->schedule;
  struct explorer_options deep = *options;
  struct check check;
  deep.depth = depth;
  deep.audit = false;
  deep.resume = NULL;
  uint64_t last = known->injections[known->count - 1].place.boundary + options->horizon;
  deep.max_instructions = last < options->max_instructions ? last : options->max_instructions;
  deep.progress = NULL;
  if (!explorer_check(image, &deep, &check, error)) {
    return false;
  }
  for (size_t i = 0; i < check.finding_count; i++) {
    const struct schedule *found = &check.findings[i].schedule;
    if (strcmp(check.findings[i].id, finding->id) == 0 && is_simpler(found, simplest) &&
        length_of(image, options, found, finding) != UINT64_MAX) {
      *simplest = *found;
    }
  }
  check_free(&check);
  return true;
}

/* The last interrupt as early as it can come behind the others. A check keeps one
 * schedule of a finding, and this outcome may have had others. */
static void advance_last(const struct image *image, const struct explorer_options *options,
                         const struct finding *finding, struct schedule *simplest) {
  enum { BEATS = 3 }; /* tried of an instruction */
  struct injection *last = &simplest->injections[simplest->count - 1];
  const struct place until = last->place;
  struct place first = last[-1].place;
  if (until.boundary - first.boundary > ADVANCE_MOST) {
    first.boundary = until.boundary - ADVANCE_MOST;
  }
  for (uint64_t boundary = first.boundary; boundary < until.boundary; boundary++) {
    for (unsigned form = 0; form < PLACE_KIND_COUNT + BEATS - 1; form++) {
      static const struct place forms[] = {
          {.kind = PLACE_BOUNDARY},        {.kind = PLACE_BEAT, .beat = 1},
          {.kind = PLACE_BEAT, .beat = 2}, {.kind = PLACE_BEAT, .beat = BEATS},
          {.kind = PLACE_ENTRY},           {.kind = PLACE_RETURN}};
      last->place = forms[form];
      last->place.boundary = boundary;
      if (length_of(image, options, simplest, finding) != UINT64_MAX) {
        return;
      }
    }
  }
  last->place = until;
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
  bool chosen = good && choose(image, options, &candidates, finding, simplest);
  free(candidates.items);
  unsigned count = finding->schedule.count;
  for (unsigned depth = 2; good && !chosen && depth <= count && depth <= DEPTH_MOST; depth++) {
    good = choose_several(image, options, finding, depth, simplest, error);
    chosen = simplest->count == depth;
  }
  if (good && simplest->count > 1) {
    advance_last(image, options, finding, simplest);
  }
  return good;
}
