/* However the work is divided, and however often it is done, it says the same. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/explorer.h"

static const char *const IMAGES[] = {"torn_enum-m3-O2", "primask_section_broken-m0-O0",
                                     "basepri_section_broken-m3-O2", "irq_pair-m3-O0"};
enum { IMAGE_COUNT = sizeof IMAGES / sizeof *IMAGES };

static struct image *open_image(const char *name) {
  char path[512];
  struct error error = {""};
  snprintf(path, sizeof path, "%s/%s.elf", FIRMWARE, name);
  struct image *image = image_load(path, NULL, &error);
  cr_assert_not_null(image, "%s", error.message);
  return image;
}

static struct check run_deep(const struct image *image, unsigned jobs, bool audit,
                             uint64_t bound, unsigned depth) {
  struct explorer_options options = explorer_options_default(image);
  struct error error = {""};
  struct check check;
  options.jobs = jobs;
  options.audit = audit;
  options.max_instructions = bound;
  options.depth = depth;
  options.horizon = depth > 1 ? 100 : options.horizon;
  cr_assert(explorer_check(image, &options, &check, &error), "%s", error.message);
  return check;
}

static struct check run(const struct image *image, unsigned jobs, bool audit, uint64_t bound) {
  return run_deep(image, jobs, audit, bound, 1);
}

static void expect_same(const struct check *a, const struct check *b, const char *name,
                        unsigned jobs) {
  cr_expect_eq(a->certificate.places, b->certificate.places, "%s -j%u", name, jobs);
  cr_expect_arr_eq(a->certificate.decided, b->certificate.decided,
                   sizeof a->certificate.decided, "%s -j%u: decisions differ", name, jobs);
  cr_expect_eq(a->certificate.branches, b->certificate.branches, "%s -j%u", name, jobs);
  cr_expect_eq(a->certificate.state_hash, b->certificate.state_hash, "%s -j%u", name, jobs);
  cr_assert_eq(a->finding_count, b->finding_count, "%s -j%u", name, jobs);
  for (size_t i = 0; i < a->finding_count; i++) {
    char one[SCHEDULE_TEXT];
    char two[SCHEDULE_TEXT];
    schedule_format(&a->findings[i].schedule, one);
    schedule_format(&b->findings[i].schedule, two);
    cr_expect_str_eq(a->findings[i].id, b->findings[i].id, "%s -j%u", name, jobs);
    cr_expect_str_eq(one, two, "%s -j%u", name, jobs);
    cr_expect_eq(a->findings[i].occurrences, b->findings[i].occurrences, "%s -j%u", name, jobs);
    cr_expect_eq(a->findings[i].outcome, b->findings[i].outcome, "%s -j%u", name, jobs);
  }
}

Test(workers, any_number_finds_the_same) {
  static const unsigned jobs[] = {2, 3, 7};
  for (unsigned i = 0; i < IMAGE_COUNT; i++) {
    struct image *image = open_image(IMAGES[i]);
    struct check alone = run(image, 1, false, 3000);
    for (size_t k = 0; k < sizeof jobs / sizeof *jobs; k++) {
      struct check shared = run(image, jobs[k], false, 3000);
      expect_same(&alone, &shared, IMAGES[i], jobs[k]);
      check_free(&shared);
    }
    check_free(&alone);
    image_destroy(image);
  }
}

Test(audit, agrees_with_the_pruned_check) {
  for (unsigned i = 0; i < IMAGE_COUNT; i++) {
    struct image *image = open_image(IMAGES[i]);
    struct check check = run(image, 1, true, 250);
    cr_expect(check.certificate.audited);
    cr_expect_gt(check.certificate.decided[DECISION_EQUIVALENT] +
                     check.certificate.decided[DECISION_PROBED],
                 0, "%s: nothing was decided", IMAGES[i]);
    check_free(&check);
    image_destroy(image);
  }
}

Test(pruning, finds_what_every_probe_finds) {
  for (unsigned i = 0; i < IMAGE_COUNT; i++) {
    struct image *image = open_image(IMAGES[i]);
    struct explorer_options options = explorer_options_default(image);
    struct check pruned;
    struct check every;
    options.max_instructions = 2000;
    cr_assert(explorer_check(image, &options, &pruned, NULL));
    options.no_prune = true;
    cr_assert(explorer_check(image, &options, &every, NULL));
    cr_expect_eq(every.certificate.decided[DECISION_EQUIVALENT], 0);
    cr_expect_geq(every.finding_count, pruned.finding_count, "%s", IMAGES[i]);
    for (size_t k = 0; k < pruned.finding_count; k++) {
      cr_expect_str_eq(pruned.findings[k].id, every.findings[k].id, "%s", IMAGES[i]);
    }
    check_free(&pruned);
    check_free(&every);
    image_destroy(image);
  }
}

static void count_decision(void *argument, const struct place *place, unsigned exception,
                           unsigned decision) {
  uint64_t *decisions = argument;
  (void)place;
  (void)exception;
  decisions[decision]++;
}

/* Whoever listens is told of each place; else those of calm stretches are counted
 * together (calm.c). One process has all chunks, of two each has every other one. */
Test(pruning, counts_calm_places_as_if_each_were_asked) {
  static const char *const images[] = {"long_work-m3-O2", "torn_enum-m3-O2", "irq_pair-m3-O0"};
  for (size_t i = 0; i < sizeof images / sizeof *images; i++) {
    struct image *image = open_image(images[i]);
    struct explorer_options options = explorer_options_default(image);
    uint64_t decisions[DECISION_COUNT] = {0};
    struct check asked;
    options.max_instructions = 6000;
    options.decided = count_decision;
    options.decided_argument = decisions;
    cr_assert(explorer_check(image, &options, &asked, NULL));
    cr_expect_arr_eq(decisions, asked.certificate.decided, sizeof decisions, "%s", images[i]);
    for (unsigned jobs = 1; jobs <= 2; jobs++) {
      struct check calm = run(image, jobs, false, 6000);
      expect_same(&asked, &calm, images[i], jobs);
      cr_expect_eq(asked.certificate.boundaries, calm.certificate.boundaries);
      cr_expect_arr_eq(asked.certificate.depths, calm.certificate.depths,
                       sizeof calm.certificate.depths);
      check_free(&calm);
    }
    check_free(&asked);
    image_destroy(image);
  }
}

Test(workers, any_number_finds_the_same_with_two_interrupts) {
  for (unsigned i = 0; i < IMAGE_COUNT; i++) {
    struct image *image = open_image(IMAGES[i]);
    struct check alone = run_deep(image, 1, false, 5000, 2);
    struct check shared = run_deep(image, 3, false, 5000, 2);
    cr_expect_gt(alone.certificate.depths[1].places, 0, "%s: nothing was followed", IMAGES[i]);
    expect_same(&alone, &shared, IMAGES[i], 3);
    cr_expect_arr_eq(alone.certificate.depths, shared.certificate.depths,
                     sizeof alone.certificate.depths, "%s: depths differ", IMAGES[i]);
    check_free(&shared);
    check_free(&alone);
    image_destroy(image);
  }
}

/* A second interrupt takes nothing away: each finding of depth 1 is one of depth 2,
 * with one injection. */
Test(depth, keeps_what_one_interrupt_shows) {
  for (unsigned i = 0; i < IMAGE_COUNT; i++) {
    struct image *image = open_image(IMAGES[i]);
    struct check one = run_deep(image, 1, false, 1000, 1);
    struct check two = run_deep(image, 1, false, 1000, 2);
    cr_expect_arr_eq(one.certificate.depths, two.certificate.depths,
                     sizeof one.certificate.depths[0], "%s: the spine differs", IMAGES[i]);
    for (size_t k = 0; k < one.finding_count; k++) {
      bool kept = false;
      for (size_t n = 0; n < two.finding_count; n++) {
        bool same = strcmp(one.findings[k].id, two.findings[n].id) == 0;
        kept = kept || (same && two.findings[n].schedule.count == 1 &&
                        one.findings[k].occurrences == two.findings[n].occurrences);
      }
      cr_expect(kept, "%s: %s is lost at depth 2", IMAGES[i], one.findings[k].id);
    }
    check_free(&one);
    check_free(&two);
    image_destroy(image);
  }
}

Test(depth, audit_agrees_with_two_interrupts) {
  static const char *const images[] = {"armed_reader-m3-O2", "armed_reader-m0-O2",
                                       "irq_pair-m3-O2"};
  for (unsigned i = 0; i < sizeof images / sizeof *images; i++) {
    struct image *image = open_image(images[i]);
    struct check check = run_deep(image, 1, true, 150, 2);
    cr_expect(check.certificate.audited, "%s", images[i]);
    cr_expect_gt(check.certificate.depths[1].places, 0, "%s: nothing was followed", images[i]);
    check_free(&check);
    image_destroy(image);
  }
}
