/* minimize against brute force: every schedule of two interrupts around a finding is
 * replayed, and from each that shows it the simplest of them must come out. */
#include <criterion/criterion.h>
#include <string.h>

#include "sim/explore/minimize.h"

enum { IRQ0 = 16, IRQ1 = 17, BEFORE = 1, BEHIND = 1, LENGTH = 7, WITNESSES = 64 };

struct race {
  struct image *image;
  struct explorer_options options;
  struct check check;
  struct schedule witness[WITNESSES]; /* the simplest first */
  enum outcome outcome[WITNESSES];
  size_t count;
};

static void race_init(struct race *race, const char *path) {
  struct error error = {""};
  race->image = image_load(path, NULL, &error);
  cr_assert(race->image != NULL, "%s", error.message);
  race->options = explorer_options_default(race->image);
  race->options.max_instructions = 500;
  race->options.horizon = 60;
  race->options.depth = 2;
  cr_assert(explorer_check(race->image, &race->options, &race->check, &error), "%s",
            error.message);
  cr_assert_gt(race->check.finding_count, 0);
}

static void race_fini(struct race *race) {
  check_free(&race->check);
  image_destroy(race->image);
}

/* The finding, as a replay of the schedule shows it; in `check`, the caller's. */
static const struct finding *shown(const struct race *race, const struct schedule *schedule,
                                   const char *id, struct check *check) {
  struct error error = {""};
  cr_assert(explorer_replay(race->image, &race->options, schedule, NULL, check, &error), "%s",
            error.message);
  for (size_t i = 0; i < check->finding_count; i++) {
    if (strcmp(check->findings[i].id, id) == 0) {
      return &check->findings[i];
    }
  }
  return NULL;
}

static struct injection injection_at(uint64_t boundary, unsigned form, unsigned exception) {
  static const struct place forms[] = {{.kind = PLACE_BOUNDARY},
                                       {.kind = PLACE_BEAT, .beat = 1},
                                       {.kind = PLACE_ENTRY},
                                       {.kind = PLACE_RETURN}};
  struct injection injection = {.place = forms[form], .exception = (uint16_t)exception};
  injection.place.boundary = boundary;
  return injection;
}

/* Tries IRQ 0 and then IRQ 1 at all places around the finding, in order. */
static void collect(struct race *race, const struct finding *finding) {
  uint64_t first = finding->schedule.injections[0].place.boundary;
  for (uint64_t a = first - BEFORE; a < first + BEHIND; a++) {
    for (unsigned form_a = 0; form_a < 2; form_a++) {
      for (uint64_t b = a; b < a + LENGTH; b++) {
        for (unsigned form_b = 0; form_b < PLACE_KIND_COUNT; form_b++) {
          struct schedule tried = finding->schedule;
          struct check check;
          tried.count = 2;
          tried.injections[0] = injection_at(a, form_a, IRQ0);
          tried.injections[1] = injection_at(b, form_b, IRQ1);
          const struct finding *here = shown(race, &tried, finding->id, &check);
          if (here != NULL) {
            cr_assert_lt(race->count, WITNESSES);
            race->outcome[race->count] = here->outcome;
            race->witness[race->count++] = tried;
          }
          check_free(&check);
        }
      }
    }
  }
}

/* Of those with the outcome that this schedule has. */
static void expect_simplest(const struct race *race, const struct schedule *schedule,
                            const struct finding *finding) {
  struct check check;
  struct schedule simplest;
  struct error error = {""};
  char wanted[SCHEDULE_TEXT];
  char got[SCHEDULE_TEXT];
  const struct finding *from = shown(race, schedule, finding->id, &check);
  cr_assert(from != NULL);
  cr_assert(minimize_schedule(race->image, &race->options, from, &simplest, &error), "%s",
            error.message);
  size_t first = 0;
  while (first < race->count && race->outcome[first] != from->outcome) {
    first++;
  }
  schedule_format(&race->witness[first], wanted);
  schedule_format(&simplest, got);
  cr_expect_str_eq(got, wanted);
  check_free(&check);
}

Test(minimize, the_simplest_of_all_pairs) {
  struct race race = {.count = 0};
  race_init(&race, FIRMWARE "/armed_reader-m3-O2.elf");
  const struct finding *finding = &race.check.findings[0];
  collect(&race, finding);
  cr_assert_gt(race.count, 2, "only %zu pairs show it", race.count);
  for (size_t k = 0; k < race.count; k += (race.count + 2) / 3) {
    expect_simplest(&race, &race.witness[k], finding);
  }
  race_fini(&race);
}

/* IRQ 1 has nothing to read before IRQ 0 came: it is not needed. */
Test(minimize, an_interrupt_that_is_not_needed_is_dropped) {
  struct race race = {.count = 0};
  race_init(&race, FIRMWARE "/armed_reader-m3-O2.elf");
  const struct finding *finding = &race.check.findings[0];
  race.witness[0] = finding->schedule;
  race.outcome[0] = finding->outcome;
  race.count = 1;
  uint64_t first = finding->schedule.injections[0].place.boundary;
  size_t tried_ones = 0;
  for (unsigned longer = 1; longer < 3 * LENGTH; longer++) { /* boundaries of its handler */
    struct schedule tried = {
        .image = finding->schedule.image,
        .config = finding->schedule.config,
        .count = 3,
        .injections = {injection_at(first - 1, 0, IRQ1), finding->schedule.injections[0],
                       finding->schedule.injections[1]}};
    struct check check;
    tried.injections[1].place.boundary += longer;
    tried.injections[2].place.boundary += longer;
    bool shows = shown(&race, &tried, finding->id, &check) != NULL;
    check_free(&check);
    if (shows) {
      expect_simplest(&race, &tried, finding);
      tried_ones++;
    }
  }
  cr_expect_gt(tried_ones, 0);
  race_fini(&race);
}
