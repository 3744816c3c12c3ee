/* Runs every scenario on the images of its programs and judges what is found
 * both ways: what is expected must be found, and nothing else. Expectations
 * stand in the scenario and on the lines of the source, and must agree. */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/firmware/invariants.h"
#include "tests/firmware/trial.h"

static void run_trial(struct trial *trial, const char *path) {
  struct error error = {{0}};
  struct tally tally = {.rows = NULL};
  trial->image = image_load(path, NULL, &error);
  cr_assert(trial->image != NULL, "%s", error.message);
  cr_expect(image_core(trial->image) == trial->core, "%s: is for another core", trial->name);
  struct explorer_options options = explorer_options_default(trial->image);
  scenario_apply(trial->program, &options);
  tally_attach(&tally, &options);
  cr_assert(explorer_check(trial->image, &options, &trial->check, &error), "%s: %s",
            trial->name, error.message);

  nothing_is_missing(trial, trial->program->expect, trial->program->expect_count, "scenario");
  if (trial->comments != NULL) {
    nothing_is_missing(trial, trial->comments->rows, trial->comments->count, "source");
  }
  nothing_is_unexpected(trial);
  each_place_is_decided_once(&tally, &trial->check.certificate, trial->name);
  options.decided = NULL;
  probes_leave_no_trace(trial->image, &options, &trial->check, trial->name);
  check_repeats(trial->image, &options, &trial->check, trial->name);
  tokens_replay(trial->image, &options, &trial->check, trial->name);

  tally_free(&tally);
  check_free(&trial->check);
  image_destroy(trial->image);
}

static void run_program(const struct scenario_program *program) {
  struct comments comments;
  char path[512];
  const char *slash = strrchr(program->source, '/');
  const char *stem = slash != NULL ? slash + 1 : program->source;
  snprintf(path, sizeof path, "%s/%s", SOURCE_DIR, program->source);
  comments_read(path, &comments);
  for (unsigned core = 0; core < CORE_COUNT; core++) {
    for (unsigned level = 0; level < OPTIMISATION_COUNT; level++) {
      if ((program->cores >> core & 1) == 0 || (program->optimisations >> level & 1) == 0) {
        continue;
      }
      struct trial trial = {.program = program,
                            .comments = program->places == PLACES_BOUNDARIES ? NULL : &comments,
                            .core = (enum core)core,
                            .optimisation = (enum optimisation)level};
      snprintf(trial.name, sizeof trial.name, "%.*s-%s-%s", (int)strcspn(stem, "."), stem,
               core_traits(trial.core)->name, optimisation_name(trial.optimisation));
      snprintf(path, sizeof path, "%s/%s.elf", FIRMWARE_DIR, trial.name);
      run_trial(&trial, path);
    }
  }
  comments_free(&comments);
}

static void run_scenario(const char *name) {
  struct error error = {{0}};
  char path[512];
  snprintf(path, sizeof path, "%s/scenarios/%s.yaml", SOURCE_DIR, name);
  struct scenario *scenario = scenario_load(path, &error);
  cr_assert(scenario != NULL, "%s", error.message);
  cr_expect(strcmp(scenario->name, name) == 0, "%s: is named %s", path, scenario->name);
  for (uint32_t i = 0; i < scenario->program_count; i++) {
    run_program(&scenario->programs[i]);
  }
  scenario_free(scenario);
}

#define SCENARIOS(each)                                                                      \
  each(atomic_flag) each(basepri_section) each(counter64) each(irq_pair) each(ldrex_counter) \
      each(lost_update) each(primask_section) each(static_mut) each(systick_mask)            \
          each(torn_enum) each(wait_for_tick) each(wait_in_section)

#define SCENARIO_TEST(name) \
  Test(scenarios, name) {   \
    run_scenario(#name);    \
  }
SCENARIOS(SCENARIO_TEST)

Test(scenarios, none_is_forgotten) {
#define SCENARIO_NAME(name) "/" #name ".yaml",
  static const char *const names[] = {SCENARIOS(SCENARIO_NAME)};
  glob_t files;
  cr_assert(glob(SOURCE_DIR "/scenarios/*.yaml", 0, NULL, &files) == 0);
  for (size_t i = 0; i < files.gl_pathc; i++) {
    bool known = false;
    for (size_t j = 0; j < sizeof names / sizeof names[0]; j++) {
      known |= strstr(files.gl_pathv[i], names[j]) != NULL;
    }
    cr_expect(known, "%s is not run; add it to SCENARIOS", files.gl_pathv[i]);
  }
  globfree(&files);
}
