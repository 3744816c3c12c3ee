/* The reader of scenario files: what it understands and what it refuses. */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/explore/scenario.h"
#include "tests/firmware/comments.h"

static const char HEAD[] = "name: a\nversion: 1\nprograms:\n";

/* Writes HEAD and body to a file, loads it, and removes it again. */
static struct scenario *load(const char *head, const char *body, struct error *error) {
  char path[] = "/tmp/scenario-XXXXXX";
  int descriptor = mkstemp(path);
  FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "w");
  cr_assert(file != NULL);
  fputs(head, file);
  fputs(body, file);
  fclose(file);
  struct scenario *scenario = scenario_load(path, error);
  size_t length = strlen(path);
  if (strncmp(error->message, path, length) == 0) { /* the name differs each time */
    memmove(error->message, error->message + length, strlen(error->message + length) + 1);
  }
  unlink(path);
  return scenario;
}

Test(scenario_file, every_key_is_understood) {
  struct error error = {{0}};
  struct scenario *scenario =
      load("name: board\nversion: 1\nsummary: All keys.\nprograms:\n",
           "  - image: build/app.elf\n"
           "    cores: [m4f]\n"
           "    priority-bits: 4\n"
           "    interrupts: [SysTick, IRQ5, 20]\n"
           "    places: boundaries\n"
           "    max-instructions: 0x1000\n"
           "    horizon: 200\n"
           "    expect:\n"
           "      - {kind: torn-write, variable: X, function: main, line: 7, value: "
           "0xffffffffffffffff, place: beat, cores: [m0, m3], optimisations: [O2]}\n"
           "  - {source: firmware/a/b.c, cores: [m0], optimisations: [O0, O2], expect: []}\n",
           &error);
  cr_assert(scenario != NULL, "%s", error.message);
  const struct scenario_program *program = scenario->programs;
  const struct expectation *expectation = program->expect;
  cr_expect(scenario->program_count == 2 && scenario->version == 1);
  cr_expect(strcmp(scenario->name, "board") == 0 &&
            strcmp(scenario->summary, "All keys.") == 0);
  cr_expect(strcmp(program->image, "build/app.elf") == 0 && program->source == NULL);
  cr_expect(program->cores == 1u << CORE_M4F && *program->priority_bits == 4);
  cr_expect(program->interrupt_count == 3 && program->interrupts[0] == 15 &&
            program->interrupts[1] == 21 && program->interrupts[2] == 20);
  cr_expect(program->places == PLACES_BOUNDARIES);
  cr_expect(*program->max_instructions == 0x1000 && *program->horizon == 200);
  cr_expect(program->expect_count == 1 && expectation->kind == FINDING_TORN_WRITE);
  cr_expect(*expectation->line == 7 && *expectation->value == UINT64_MAX);
  cr_expect(*expectation->place == PLACE_BEAT);
  cr_expect(expectation->cores == (1u << CORE_M0 | 1u << CORE_M3));
  cr_expect(expectation_applies(expectation, CORE_M3, OPTIMISATION_O2));
  cr_expect(!expectation_applies(expectation, CORE_M3, OPTIMISATION_O0));
  cr_expect(!expectation_applies(expectation, CORE_M4, OPTIMISATION_O2));
  cr_expect(program[1].expect_count == 0 && program[1].max_instructions == NULL);

  cr_expect(scenario_program_for(scenario, "elsewhere/app.elf") == program);
  cr_expect(scenario_program_for(scenario, "build/b-m0-O2.elf") == program + 1);
  cr_expect(scenario_program_for(scenario, "b_fixed-m0-O2.elf") == NULL);
  scenario_free(scenario);
}

Test(scenario_file, what_is_wrong_is_said_with_its_place) {
  static const struct {
    const char *head, *body, *message;
  } rows[] = {
      {"", "", ": holds no scenario; it begins with name, version and programs"},
      {"", "\x80\x81",
       ": libyaml: invalid leading UTF-8 octet; a scenario is YAML as in scenarios/"},
      {HEAD, "  - source: x\n    expct: []\n",
       ":5:5: unexpected key: expct; did you mean 'expect'?"},
      {HEAD, "  - {expect: [{kind: torn-writ}]}\n",
       ":4:22: invalid ENUM value: torn-writ; did you mean 'torn-write'?"},
      {HEAD, "  - {expect: [{kid: torn-write}]}\n",
       ":4:16: unexpected key: kid; did you mean 'kind'?"},
      {HEAD, "  - {cores: [m9x9], expect: []}\n",
       ":4:13: unknown flag: m9x9; it can be m0, m0+, m3, m4, m4f, m7"},
      {HEAD, "  - {interrupts: [Systik], expect: []}\n",
       ":4:19: invalid ENUM value: Systik; did you mean 'SysTick'?"},
      {HEAD, "  - {interrupts: [7], expect: []}\n", NULL},
      {HEAD, "  - {priority-bits: 9, expect: []}\n", NULL},
      {HEAD, "  - {max-instructions: 0, expect: []}\n",
       ": program 1 has max-instructions 0; give at least 1"},
      {HEAD, "  - {max-instructions: 99999999999, expect: []}\n",
       ":4:24: invalid UINT value: '99999999999'"},
      {HEAD, "  - {max-instructions: -1, expect: []}\n", NULL},
      {HEAD, "  - {horizon: soon, expect: []}\n", ":4:15: invalid uint64_t value: 'soon'"},
      {HEAD, "  - {arrivals: [{interrupt: IRQO}], expect: []}\n",
       ":4:29: invalid ENUM value: IRQO; did you mean 'IRQ0'?"},
      {HEAD, "  - {arrivals: [{interrupt: IRQ0, gup: 1}], expect: []}\n",
       ":4:35: unexpected key: gup; did you mean 'gap'?"},
      {HEAD, "  - {arrivals: [{interrupt: IRQ0, only-while: {adress: 1}}], expect: []}\n",
       ":4:48: unexpected key: adress; did you mean 'address'?"},
      {HEAD, "  - {arrivals: [{gap: 1}], expect: []}\n", NULL},
      {HEAD, "  - {regions: [{functoin: a}], expect: []}\n",
       ":4:17: unexpected key: functoin; did you mean 'function'?"},
      {HEAD, "  - {expect: 3}\n", NULL},
      {HEAD, "  - {image: a}\n", NULL},
      {HEAD, "  - {image: a, source: b, expect: []}\n",
       ": program 1 has both image and source; give one of them"},
      {HEAD, "  - {source: b, expect: []}\n", NULL},
      {HEAD, "  - {image: b, cores: [m0, m3], expect: []}\n",
       ": program 1 lists several cores; an image has one"},
      {HEAD, "  - {expect: []}\n  - {expect: []}\n", NULL},
      {"name: a\nversion: 2\n", "programs: []\n", ":2:10: invalid ENUM value: 2; it can be 1"},
      {"name: a\nversion: 1\n", "programs: []\n", NULL},
      {"version: 1\n", "programs: [{expect: []}]\n", NULL},
      {"name: a\nname: b\nversion: 1\n", "programs: [{expect: []}]\n", NULL},
      {"name: a\nversion: [1\n", "", NULL},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct error error = {{0}};
    struct scenario *scenario = load(rows[i].head, rows[i].body, &error);
    cr_expect(scenario == NULL && error.message[0] != '\0', "row %zu is not refused", i);
    cr_expect(rows[i].message == NULL || strcmp(error.message, rows[i].message) == 0,
              "row %zu: %s", i, error.message);
    scenario_free(scenario);
  }
}

Test(scenario_file, missing_file_is_refused) {
  struct error error = {{0}};
  cr_expect(scenario_load("/nowhere/a.yaml", &error) == NULL);
  cr_expect(
      strcmp(error.message, "/nowhere/a.yaml: cannot be read: No such file or directory") == 0,
      "%s", error.message);
}

Test(scenario_file, all_of_the_repository_load) {
  glob_t files;
  cr_assert(glob(SOURCE_DIR "/scenarios/*.yaml", 0, NULL, &files) == 0);
  for (size_t i = 0; i < files.gl_pathc; i++) {
    struct error error = {{0}};
    struct scenario *scenario = scenario_load(files.gl_pathv[i], &error);
    cr_expect(scenario != NULL, "%s", error.message);
    scenario_free(scenario);
  }
  globfree(&files);
}

static bool same_subject(const struct expectation *a, const struct expectation *b) {
  bool named = a->variable != NULL && b->variable != NULL;
  return a->kind == b->kind && (named ? strcmp(a->variable, b->variable) == 0
                                      : a->variable == NULL && b->variable == NULL);
}

/* Each row of `rows` that applies has one of the same kind and variable in `others`. */
static void covered(const struct expectation *rows, size_t count,
                    const struct expectation *others, size_t other_count, unsigned core,
                    unsigned level, const char *source, const char *where) {
  for (size_t i = 0; i < count; i++) {
    bool found = !expectation_applies(&rows[i], (enum core)core, (enum optimisation)level);
    for (size_t j = 0; j < other_count && !found; j++) {
      found = expectation_applies(&others[j], (enum core)core, (enum optimisation)level) &&
              same_subject(&rows[i], &others[j]);
    }
    cr_expect(found, "%s, %s %s: %s of %s is not in the %s", source,
              core_traits((enum core)core)->name, optimisation_name((enum optimisation)level),
              finding_traits(rows[i].kind)->name, rows[i].variable, where);
  }
}

static void source_agrees(const struct scenario_program *program) {
  struct comments comments;
  char path[512];
  snprintf(path, sizeof path, "%s/%s", SOURCE_DIR, program->source);
  comments_read(path, &comments);
  for (unsigned core = 0; core < CORE_COUNT; core++) {
    for (unsigned level = 0; level < OPTIMISATION_COUNT; level++) {
      if ((program->cores >> core & 1) != 0 && (program->optimisations >> level & 1) != 0) {
        covered(comments.rows, comments.count, program->expect, program->expect_count, core,
                level, program->source, "scenario");
        covered(program->expect, program->expect_count, comments.rows, comments.count, core,
                level, program->source, "source");
      }
    }
  }
  comments_free(&comments);
}

Test(scenario_file, sources_state_what_scenarios_expect) {
  glob_t files;
  cr_assert(glob(SOURCE_DIR "/scenarios/*.yaml", 0, NULL, &files) == 0);
  for (size_t i = 0; i < files.gl_pathc; i++) {
    struct error error = {{0}};
    struct scenario *scenario = scenario_load(files.gl_pathv[i], &error);
    cr_assert(scenario != NULL, "%s", error.message);
    for (uint32_t j = 0; j < scenario->program_count; j++) {
      const struct scenario_program *program = &scenario->programs[j];
      if (program->source != NULL && comments_apply(program)) {
        source_agrees(program);
      }
    }
    scenario_free(scenario);
  }
  globfree(&files);
}
