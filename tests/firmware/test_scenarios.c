/* Runs every scenario on the images of its programs and judges what is found
 * both ways: what is expected must be found, and nothing else. Expectations
 * stand in the scenario and on the lines of the source, and must agree. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/board/board.h"
#include "sim/explore/claims.h"
#include "tests/firmware/builds.h"
#include "tests/firmware/invariants.h"
#include "tests/firmware/trial.h"

/* The program that a trial is of, where it stands. */
struct origin {
  const char *scenario; /* path */
  uint32_t index;
};

/* The bytes of the file that a program names, next to its scenario. */
struct input {
  uint8_t bytes[64];
  size_t size; /* 0: it names none */
};
static struct input read_input(const struct origin *origin, const char *name) {
  struct input input = {.size = 0};
  if (name != NULL) {
    const char *slash = strrchr(origin->scenario, '/');
    char path[BUILD_PATH];
    cr_assert(slash != NULL);
    snprintf(path, sizeof path, "%.*s/%s", (int)(slash - origin->scenario), origin->scenario,
             name);
    FILE *stream = fopen(path, "rb");
    cr_assert(stream != NULL, "%s", path);
    input.size = fread(input.bytes, 1, sizeof input.bytes, stream);
    fclose(stream);
  }
  return input;
}

/* Registers, invariants and groups of the program. */
static struct board *read_board(const struct origin *origin, const struct input *input) {
  struct error error = {{0}};
  struct board *board = board_create();
  cr_assert(board_read_program(board, origin->scenario, origin->index, &error), "%s",
            error.message);
  board_finish(board, input->size > 0 ? input->bytes : NULL, input->size);
  return board;
}

static void run_trial(struct trial *trial, const struct origin *origin, const char *path) {
  struct error error = {{0}};
  struct tally tally = {.rows = NULL};
  struct input input = read_input(origin, trial->program->input);
  struct board *board = read_board(origin, &input);
  trial->image = image_load(path, NULL, &error);
  cr_assert(trial->image != NULL, "%s", error.message);
  cr_expect(image_core(trial->image) == trial->core, "%s: is for another core", trial->name);
  struct explorer_options options = explorer_options_default(trial->image);
  cr_assert(board_apply(board, trial->image, &options.machine, &error), "%s", error.message);
  cr_assert(scenario_apply(trial->program, trial->image, &options, &error), "%s: %s",
            trial->name, error.message);
  struct claims *claims =
      claims_create(trial->image, &options.machine, board->claims, board->claim_count, &error);
  cr_assert(claims != NULL, "%s", error.message);
  options.claims = claims;
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
  claims_destroy(claims);
  image_destroy(trial->image);
  board_destroy(board);
}

static void run_program(const struct scenario_program *program, const struct origin *origin) {
  struct comments comments;
  char path[BUILD_PATH];
  snprintf(path, sizeof path, "%s/%s", SOURCE_DIR, program->source);
  comments_read(path, &comments);
  for (unsigned core = 0; core < CORE_COUNT; core++) {
    for (unsigned level = 0; level < OPTIMISATION_COUNT; level++) {
      if (!build_exists(program, core, level)) {
        continue;
      }
      struct trial trial = {.program = program,
                            .comments = comments_apply(program) ? &comments : NULL,
                            .core = core,
                            .optimisation = level};
      build_name(program, core, level, trial.name);
      build_path(program, core, level, path);
      run_trial(&trial, origin, path);
    }
  }
  comments_free(&comments);
}

static void run_scenario(const char *path) {
  struct error error = {{0}};
  struct scenario *scenario = scenario_load(path, &error);
  cr_assert(scenario != NULL, "%s", error.message);
  size_t length = strlen(scenario->name);
  const char *name = strrchr(path, '/') + 1;
  cr_expect(strncmp(name, scenario->name, length) == 0 && strcmp(name + length, ".yaml") == 0,
            "%s: is named %s", path, scenario->name);
  for (uint32_t i = 0; i < scenario->program_count; i++) {
    run_program(&scenario->programs[i], &(struct origin){path, i});
  }
  scenario_free(scenario);
}

/* The folders of scenarios whose images the demo build makes. */
static const char *const FOLDERS[] = {"scenarios", "scenarios/rust", "scenarios/races",
                                      "scenarios/sound"};

struct scenario_path {
  char text[512];
};

static void free_paths(struct criterion_test_params *list) {
  cr_free(list->params);
}

/* Each file is a test, so that none is forgotten. Criterion hands the list to
 * other processes: it must be its own memory. */
ParameterizedTestParameters(scenarios, each) {
  glob_t files = {.gl_pathc = 0};
  for (size_t i = 0; i < sizeof FOLDERS / sizeof FOLDERS[0]; i++) {
    char pattern[512];
    snprintf(pattern, sizeof pattern, "%s/%s/*.yaml", SOURCE_DIR, FOLDERS[i]);
    cr_assert(glob(pattern, i == 0 ? 0 : GLOB_APPEND, NULL, &files) == 0, "%s", pattern);
  }
  struct scenario_path *paths = cr_calloc(files.gl_pathc, sizeof *paths);
  for (size_t i = 0; i < files.gl_pathc; i++) {
    snprintf(paths[i].text, sizeof paths[i].text, "%s", files.gl_pathv[i]);
  }
  size_t count = files.gl_pathc;
  globfree(&files);
  return cr_make_param_array(struct scenario_path, paths, count, free_paths);
}

ParameterizedTest(struct scenario_path *path, scenarios, each) {
  if (!RUST_DEMOS && strstr(path->text, "/scenarios/rust/") != NULL) {
    cr_skip_test("%s: needs rustc and rust-src", path->text);
  }
  run_scenario(path->text);
}
