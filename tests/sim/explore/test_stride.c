/* Strides: a run with them is the run without, and who listens misses nothing. */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdlib.h>

#include "sim/explore/explorer.h"
#include "sim/machine/machine.h"

enum { INSTRUCTIONS = 4200, CHECKED = 2200, PLACES = 2 * INSTRUCTIONS };

/* What may not change behind the listener's back. */
struct seen {
  bool asked;
  uint32_t changes;
  uint64_t bus_accesses, code_changes, time;
};

struct listener {
  struct machine *machine;
  bool strides;
  uint64_t told; /* hash of all events */
  struct seen seen[PLACES];
  uint64_t state;
  enum machine_stop stop;
};

static void mix(uint64_t *hash, uint64_t value) {
  *hash = (*hash ^ value) * 0x9e3779b97f4a7c15U;
  *hash ^= *hash >> 29;
}

static void on_event(void *owner, const struct event *event) {
  struct listener *listener = owner;
  const uint64_t values[] = {event->kind,  event->pc,      event->context.serial,
                             event->beat,  event->leaf,    event->boundary,
                             event->value, event->address, event->old};
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    mix(&listener->told, values[i]);
  }
}

static void on_place(void *owner, enum place_kind kind, unsigned beat) {
  struct listener *listener = owner;
  struct machine *m = listener->machine;
  const struct machine_state *s = &m->state;
  if (kind == PLACE_BOUNDARY && s->boundary < PLACES) {
    listener->seen[s->boundary] = (struct seen){.asked = true,
                                                .changes = s->exceptions.changes,
                                                .bus_accesses = s->bus_accesses,
                                                .code_changes = m->code_changes,
                                                .time = s->time};
  }
  if (kind == PLACE_BOUNDARY && listener->strides) {
    machine_stride(m, s->boundary + 40, 0);
  }
  (void)beat;
}

static void run(const struct image *image, struct listener *listener) {
  const struct explorer_options options = explorer_options_default(image);
  struct error error = {""};
  struct run run = {.mode = RUN_SPINE, .limit = INSTRUCTIONS};
  struct machine *m = machine_create(image, &options.machine, &error);
  cr_assert_not_null(m, "%s", error.message);
  listener->machine = m;
  m->host = (struct machine_host){.owner = listener, .event = on_event, .place = on_place};
  machine_continue(m, &run);
  listener->stop = run.stop;
  listener->state = machine_state_hash(m) ^ m->state.time ^ m->state.boundary << 20;
  machine_destroy(m);
}

/* At a place that was passed all is as it was when the listener was asked last. */
static uint64_t compare(const struct listener *full, const struct listener *strided,
                        const char *name) {
  const struct seen *last = &full->seen[0];
  uint64_t passed = 0;
  cr_expect_eq(full->stop, strided->stop, "%s", name);
  cr_expect_eq(full->state, strided->state, "%s", name);
  cr_expect_eq(full->told, strided->told, "%s", name);
  for (unsigned i = 0; i < PLACES; i++) {
    const struct seen *seen = &full->seen[i];
    if (strided->seen[i].asked || !seen->asked) {
      last = seen->asked ? seen : last;
      continue;
    }
    passed++;
    cr_expect_eq(seen->changes, last->changes, "%s, boundary %u", name, i);
    cr_expect_eq(seen->bus_accesses, last->bus_accesses, "%s, boundary %u", name, i);
    cr_expect_eq(seen->code_changes, last->code_changes, "%s, boundary %u", name, i);
    cr_expect_eq(seen->time - last->time, (uint64_t)(seen - last), "%s, boundary %u", name, i);
  }
  return passed;
}

static struct image *load(const char *path) {
  struct error error = {""};
  struct image *image = image_load(path, NULL, &error);
  cr_assert_not_null(image, "%s", error.message);
  return image;
}

static glob_t demos(void) {
  glob_t paths;
  cr_assert_eq(glob(FIRMWARE "/*-m3-O2.elf", 0, NULL, &paths), 0);
  return paths;
}

Test(stride, is_the_same_run, .timeout = 300) {
  glob_t paths = demos();
  uint64_t passed = 0;
  for (size_t i = 0; i < paths.gl_pathc; i++) {
    struct image *image = load(paths.gl_pathv[i]);
    struct listener *listeners = calloc(2, sizeof *listeners);
    listeners[1].strides = true;
    run(image, &listeners[0]);
    run(image, &listeners[1]);
    passed += compare(&listeners[0], &listeners[1], paths.gl_pathv[i]);
    free(listeners);
    image_destroy(image);
  }
  cr_expect_gt(passed, 100 * paths.gl_pathc, "most places of most runs are nothing special");
  globfree(&paths);
}

static void on_decision(void *argument, const struct place *place, unsigned exception,
                        enum decision decision) {
  uint64_t *count = argument;
  (void)place;
  (void)exception;
  (void)decision;
  ++*count;
}

/* Who wants to hear of each decision has each place looked at: the check is the same. */
Test(stride, is_the_same_check, .timeout = 300) {
  glob_t paths = demos();
  for (size_t i = 0; i < paths.gl_pathc; i++) {
    struct image *image = load(paths.gl_pathv[i]);
    struct explorer_options options = explorer_options_default(image);
    struct error error = {""};
    struct check with, without;
    uint64_t decided = 0;
    options.max_instructions = CHECKED;
    options.jobs = 1;
    cr_assert(explorer_check(image, &options, &with, &error), "%s", error.message);
    options.decided = on_decision;
    options.decided_argument = &decided;
    cr_assert(explorer_check(image, &options, &without, &error), "%s", error.message);
    const char *name = paths.gl_pathv[i];
    cr_expect_eq(decided, certificate_pairs(&without.certificate), "%s", name);
    cr_expect_eq(with.certificate.places, without.certificate.places, "%s", name);
    cr_expect_arr_eq(with.certificate.decided, without.certificate.decided,
                     sizeof with.certificate.decided, "%s", name);
    cr_expect_eq(with.certificate.branches, without.certificate.branches, "%s", name);
    cr_expect_eq(with.finding_count, without.finding_count, "%s", name);
    for (size_t k = 0; k < with.finding_count && k < without.finding_count; k++) {
      const struct finding *one = &with.findings[k];
      const struct finding *other = &without.findings[k];
      cr_expect_eq(one->place.boundary, other->place.boundary, "%s, finding %zu", name, k);
      cr_expect_eq(one->occurrences, other->occurrences, "%s, finding %zu", name, k);
    }
    check_free(&with);
    check_free(&without);
    image_destroy(image);
  }
  globfree(&paths);
}
