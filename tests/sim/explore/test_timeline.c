/* A position shows the same machine however it was reached, and the run is that of
 * the explorer. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/timeline.h"

static struct image *open_image(const char *name) {
  char path[512];
  struct error error = {""};
  snprintf(path, sizeof path, "%s/%s.elf", FIRMWARE, name);
  struct image *image = image_load(path, NULL, &error);
  cr_assert_not_null(image, "%s", error.message);
  return image;
}

static struct timeline *open_timeline(const struct image *image,
                                      const struct schedule *schedule) {
  struct explorer_options options = explorer_options_default(image);
  struct error error = {""};
  options.max_instructions = UINT64_MAX;
  struct timeline *timeline = timeline_create(image, &options, schedule, &error);
  cr_assert_not_null(timeline, "%s", error.message);
  return timeline;
}

static uint64_t hash_of(struct timeline *timeline) {
  return machine_state_hash(timeline_machine(timeline));
}

static const struct variable *variable(const struct image *image, const char *name) {
  const struct variable *variables = NULL;
  size_t count = image_variables(image, &variables);
  for (size_t i = 0; i < count; i++) {
    if (strcmp(variables[i].name, name) == 0) {
      return &variables[i];
    }
  }
  cr_assert_fail("no variable %s", name);
  return NULL;
}

static uint64_t value_of(struct timeline *timeline, const struct variable *of) {
  return memory_get(&timeline_machine(timeline)->memory, of->address, of->size);
}

/* A check's finding on X, and its schedule. */
static struct schedule torn_schedule(const struct image *image, enum place_kind kind) {
  struct explorer_options options = explorer_options_default(image);
  struct error error = {""};
  struct check check;
  cr_assert(explorer_check(image, &options, &check, &error), "%s", error.message);
  struct schedule schedule = {0};
  for (size_t i = 0; i < check.finding_count; i++) {
    if (check.findings[i].place.kind == kind && schedule.count == 0) {
      schedule = check.findings[i].schedule;
    }
  }
  cr_assert_gt(schedule.count, 0);
  check_free(&check);
  return schedule;
}

Test(timeline, runs_as_the_explorer_does) {
  static const char *const images[] = {"torn_enum-m3-O2",       "wait_for_tick-m0-O2",
                                       "wait_in_section-m3-O2", "irq_pair-m0-O0",
                                       "ldrex_counter-m3-O2",   "systick_mask-m3-O0"};
  enum { BOUND = 9000 };
  for (size_t i = 0; i < sizeof images / sizeof *images; i++) {
    struct image *image = open_image(images[i]);
    struct explorer_options options = explorer_options_default(image);
    struct certificate certificate = {0};
    struct error error = {""};
    options.max_instructions = BOUND;
    options.no_prune = true; /* a closed run goes on */
    cr_assert(explorer_run(image, &options, &certificate, &error));
    struct timeline *timeline = open_timeline(image, NULL);
    timeline_go(timeline, 7000);
    timeline_go(timeline, 123);
    for (unsigned steps = 0; steps < 50; steps++) {
      timeline_step(timeline);
      timeline_step(timeline);
      timeline_step_back(timeline);
    }
    timeline_go(timeline, BOUND);
    cr_assert_eq(certificate.end, END_BOUND, "%s", images[i]);
    cr_expect_eq(hash_of(timeline), certificate.state_hash, "%s", images[i]);
    certificate_free(&certificate);
    timeline_destroy(timeline);
    image_destroy(image);
  }
}

static bool made_by_last_step(struct timeline *timeline, const struct access *access) {
  size_t count = 0;
  const struct event *events = timeline_events(timeline, &count);
  for (size_t i = 0; i < count; i++) {
    const struct event *event = &events[i];
    if (event->boundary == access->boundary && event->kind == access->op &&
        event->address == access->address && event->value == access->value &&
        event->pc == access->pc && context_equal(event->context, access->context)) {
      return true;
    }
  }
  return false;
}

/* Each access of the finding is met on the line where the check saw it. */
static void expect_accesses(const struct image *image, const struct finding *finding) {
  const struct sighting *sighting = &finding->sighting;
  struct timeline *timeline = open_timeline(image, &finding->schedule);
  unsigned met = 0;
  timeline_go(timeline, sighting->access[0].boundary);
  uint64_t last = sighting->access[sighting->accesses - 1].boundary;
  while (timeline_position(timeline) <= last && met < sighting->accesses) {
    timeline_step(timeline);
    while (met < sighting->accesses && made_by_last_step(timeline, &sighting->access[met])) {
      met++;
    }
  }
  char token[SCHEDULE_TEXT];
  schedule_format(&finding->schedule, token);
  cr_expect_eq(met, sighting->accesses, "%s %s", image_path(image), token);
  timeline_destroy(timeline);
}

Test(timeline, shows_what_the_check_saw) {
  static const char *const images[] = {"torn_enum-m0-O0",   "counter64-m3-O2",
                                       "lost_update-m0-O2", "irq_pair-m3-O2",
                                       "static_mut-m3-O0",  "basepri_section_broken-m3-O0",
                                       "irq_pair-m0-O0",    "systick_mask_broken-m0-O2"};
  unsigned kinds = 0;
  for (size_t i = 0; i < sizeof images / sizeof *images; i++) {
    struct image *image = open_image(images[i]);
    struct explorer_options options = explorer_options_default(image);
    struct error error = {""};
    struct check check;
    options.max_instructions = 2000;
    cr_assert(explorer_check(image, &options, &check, &error), "%s", error.message);
    for (size_t k = 0; k < check.finding_count; k++) {
      expect_accesses(image, &check.findings[k]);
      kinds |= 1U << check.findings[k].place.kind;
    }
    check_free(&check);
    image_destroy(image);
  }
  cr_expect_eq(kinds & 3U, 3U, "at boundaries and at beats");
}

Test(timeline, goes_back_the_way_it_came) {
  static const char *const images[] = {"torn_enum-m3-O2", "wait_for_tick-m0-O2",
                                       "irq_pair-m3-O2"};
  enum { STEPS = 600 };
  static uint64_t hashes[STEPS], positions[STEPS];
  for (size_t i = 0; i < sizeof images / sizeof *images; i++) {
    struct image *image = open_image(images[i]);
    struct timeline *timeline = open_timeline(image, NULL);
    for (unsigned k = 0; k < STEPS; k++) {
      hashes[k] = hash_of(timeline);
      positions[k] = timeline_position(timeline);
      timeline_step(timeline);
    }
    for (unsigned k = STEPS; k > 0; k--) {
      struct timeline_stop stop = timeline_step_back(timeline);
      cr_assert_eq(stop.reason, TIMELINE_ARRIVED);
      cr_assert_eq(timeline_position(timeline), positions[k - 1], "%s", images[i]);
      cr_assert_eq(hash_of(timeline), hashes[k - 1], "%s at %u", images[i], k - 1);
    }
    cr_expect_eq(timeline_step_back(timeline).reason, TIMELINE_BEGIN);
    cr_expect_eq(timeline_position(timeline), 0);
    timeline_destroy(timeline);
    image_destroy(image);
  }
}

Test(timeline, stands_between_the_halves_of_a_write) {
  struct image *image = open_image("torn_enum-m3-O2");
  struct schedule schedule = torn_schedule(image, PLACE_BEAT);
  uint64_t place = schedule.injections[0].place.boundary;
  const struct variable *x = variable(image, "X");
  struct timeline *timeline = open_timeline(image, &schedule);
  timeline_go(timeline, place);
  uint32_t pc = timeline_machine(timeline)->state.pc;
  uint64_t before = value_of(timeline, x);
  timeline_step(timeline);
  const struct machine_state *s = &timeline_machine(timeline)->state;
  uint64_t torn = value_of(timeline, x);
  cr_expect_eq(s->pc, pc, "the instruction is not over");
  cr_expect_eq(torn >> 32, before >> 32);
  cr_expect_neq((uint32_t)torn, (uint32_t)before);
  cr_expect_eq(s->context.exception, 0);
  cr_expect_eq(s->exceptions.take, 15);
  timeline_step(timeline); /* the entry is a step of its own */
  cr_expect_eq(s->context.exception, 15);
  cr_expect_eq(s->boundary, place + 2);
  size_t events = 0;
  const struct event *event = timeline_events(timeline, &events);
  cr_assert_eq(events, 1);
  cr_expect_eq(event->kind, EVENT_ENTRY);
  struct context_registers waiting;
  timeline_registers(timeline, 0, &waiting);
  cr_expect_eq(waiting.pc, pc);
  cr_expect_eq(waiting.context.exception, 0);
  cr_expect_eq(value_of(timeline, x), torn);
  timeline_step_back(timeline);
  timeline_step_back(timeline);
  cr_expect_eq(value_of(timeline, x), before);
  timeline_destroy(timeline);
  image_destroy(image);
}

/* The registers of a context that waits are those that it has when it goes on. */
Test(timeline, knows_the_registers_of_who_waits) {
  struct image *image = open_image("irq_pair-m3-O0");
  struct timeline *timeline = open_timeline(image, NULL);
  const struct machine_state *s = &timeline_machine(timeline)->state;
  unsigned nested = 0;
  for (unsigned i = 0; i < 3000; i++) {
    struct context_registers before;
    struct context_registers waiting;
    unsigned depth = s->depth;
    timeline_registers(timeline, depth, &before);
    timeline_step(timeline);
    if (s->depth == depth + 1) {
      nested++;
      timeline_registers(timeline, depth, &waiting);
      cr_assert_arr_eq(waiting.r, before.r, sizeof before.r);
      cr_assert_eq(waiting.sp, before.sp);
      cr_assert_eq(waiting.lr, before.lr);
      cr_assert_eq(waiting.pc, before.pc);
    }
  }
  cr_expect_gt(nested, 2);
  timeline_destroy(timeline);
  image_destroy(image);
}

Test(timeline, stops_at_breakpoints_and_accesses_in_both_directions) {
  struct image *image = open_image("torn_enum-m3-O2");
  struct timeline *timeline = open_timeline(image, NULL);
  const struct variable *x = variable(image, "X");
  const struct function *handler = image_function_named(image, "SysTick_Handler");
  const struct watch watch = {.address = x->address, .size = x->size, .writes = true};
  timeline_set_breakpoint(timeline, handler->low & ~1U, true);
  uint64_t met[4];
  for (unsigned i = 0; i < 4; i++) {
    cr_assert_eq(timeline_continue(timeline).reason, TIMELINE_BREAKPOINT);
    cr_assert_eq(timeline_machine(timeline)->state.pc, handler->low & ~1U);
    met[i] = timeline_position(timeline);
  }
  for (unsigned i = 3; i > 0; i--) {
    cr_assert_eq(timeline_continue_back(timeline).reason, TIMELINE_BREAKPOINT);
    cr_assert_eq(timeline_position(timeline), met[i - 1]);
  }
  cr_expect_eq(timeline_continue_back(timeline).reason, TIMELINE_BEGIN);
  timeline_clear_points(timeline);
  timeline_go(timeline, met[2]);
  cr_assert(timeline_set_watch(timeline, &watch, true));
  struct timeline_stop stop = timeline_continue_back(timeline);
  cr_assert_eq(stop.reason, TIMELINE_WATCH);
  cr_expect_eq(stop.position, timeline_position(timeline));
  uint64_t write = timeline_position(timeline);
  cr_expect_lt(write, met[2]);
  stop = timeline_continue(timeline);
  cr_assert_eq(stop.reason, TIMELINE_WATCH);
  cr_expect_eq(stop.position, write);
  cr_expect_eq(timeline_position(timeline), write + 1);
  const struct watch reads = {.address = x->address, .size = x->size, .reads = true};
  timeline_set_watch(timeline, &watch, false);
  timeline_set_watch(timeline, &reads, true);
  timeline_continue(timeline);
  cr_expect_eq(timeline_machine(timeline)->state.context.exception, 15, "who reads");
  timeline_destroy(timeline);
  image_destroy(image);
}

Test(timeline, does_changes_again) {
  struct image *image = open_image("torn_enum-m3-O2");
  struct timeline *timeline = open_timeline(image, NULL);
  const struct variable *x = variable(image, "X");
  struct schedule schedule;
  timeline_go(timeline, 60);
  cr_expect(timeline_schedule(timeline, 15, &schedule));
  timeline_inject(timeline, 15);
  cr_expect_not(timeline_schedule(timeline, 15, &schedule), "no token says all of this run");
  timeline_step(timeline);
  cr_expect_eq(timeline_machine(timeline)->state.context.exception, 15);
  cr_expect_not(timeline_poke(timeline, image_vectors(image), 4, 0), "flash");
  cr_expect(timeline_poke(timeline, x->address, 4, 0x12345678));
  cr_expect(timeline_set_register(timeline, 4, 99));
  uint64_t hash = hash_of(timeline);
  timeline_go(timeline, 10);
  timeline_go(timeline, 61);
  cr_expect_eq(hash_of(timeline), hash);
  timeline_go(timeline, 60);
  timeline_inject(timeline, 15); /* another future: without the poke */
  timeline_go(timeline, 61);
  cr_expect_neq(hash_of(timeline), hash);
  timeline_destroy(timeline);
  image_destroy(image);
}

/* A look leaves the machine as it is, also where the firmware's read would not. */
Test(timeline, looks_without_a_trace) {
  static const uint32_t SYSTICK_CONTROL = 0xe000e010;
  enum { COUNTFLAG = 1 << 16 };
  struct image *image = open_image("torn_enum-m0-O2");
  struct timeline *timeline = open_timeline(image, NULL);
  struct machine *m = timeline_machine(timeline);
  const struct function *handler = image_function_named(image, "SysTick_Handler");
  timeline_set_breakpoint(timeline, handler->low & ~1U, true);
  timeline_continue(timeline);
  uint32_t first = 0;
  uint32_t second = 0;
  uint64_t hash = hash_of(timeline);
  cr_expect(machine_peek(m, SYSTICK_CONTROL, 4, &first));
  cr_expect(machine_peek(m, SYSTICK_CONTROL, 4, &second));
  cr_expect_eq(first & COUNTFLAG, (uint32_t)COUNTFLAG);
  cr_expect_eq(second, first);
  cr_expect_eq(hash_of(timeline), hash);
  cr_expect_not(machine_peek(m, 0x90000000, 4, &first));
  timeline_destroy(timeline);
  image_destroy(image);
}
