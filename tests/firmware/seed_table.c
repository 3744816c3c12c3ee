/* seed_table [--update] [FILE]: checks every program of the guide to no_std
 * concurrency, in C and in Rust, for each core and at each level, and lays what
 * is found beside what is expected.
 *
 * Without FILE the table goes to stdout. With it, it is compared with the one
 * that stands there between the two marks, and with --update put there. Exit
 * code 1 if any row is wrong or the file says something else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/scenario.h"
#include "tests/firmware/builds.h"

static const char BEGIN[] = "<!-- begin: seed_table -->\n";
static const char END[] = "<!-- end: seed_table -->\n";

/* What the guide says of an example. A source named _broken or _fixed is its
 * twin, of which the contrary holds. */
static const struct example {
  const char *name;
  bool sound;
  const char *scenarios[4]; /* without .yaml */
} EXAMPLES[] = {
    {"systick", true, {"rust/systick"}},
    {"static_mut", false, {"static_mut", "rust/static_mut"}},
    {"volatile_enum", false, {"torn_enum", "rust/volatile_enum"}},
    {"atomic", true, {"atomic_flag", "rust/atomic"}},
    {"state", true, {"handler_state", "rust/state"}},
    {"state, nested as on Cortex-R", false, {"handler_nested"}},
    {"state, static local", false, {"static_local"}},
    {"cs_disable", true, {"primask_section", "rust/cs_disable"}},
    {"cs_mask", true, {"systick_mask", "rust/cs_mask"}},
    {"coop", true, {"equal_priorities", "rust/coop"}},
    {"cs_prio", true, {"basepri_section", "rust/cs_prio"}},
    {"cs_prio, priorities swapped", false, {"priority_swap"}},
    {"init", true, {"run_time_init", "rust/init"}},
    {"atomics, LDREX and STREX", true, {"ldrex_counter"}},
    {"mutex", true, {"rust/mutex"}},
    {"channel", true, {"channel", "rust/channel"}},
    {"mc_mutex, each core alone", true, {"rust/mc_mutex"}},
    {"mc_mask, each core alone", true, {"rust/mc_mask"}},
    {"mc_spin, each core alone", true, {"rust/mc_spin"}},
    {"a lock that a handler waits for", false, {"deadlock"}},
};
enum { EXAMPLE_COUNT = sizeof EXAMPLES / sizeof EXAMPLES[0] };
enum { SCENARIOS_MOST = sizeof EXAMPLES[0].scenarios / sizeof EXAMPLES[0].scenarios[0] };

/* Builds of one program of which the same is expected and found. */
struct row {
  uint32_t cores, levels; /* masks */
  uint32_t expected, got; /* masks of 1 << enum finding_kind */
  bool right;
};
enum { ROWS = CORE_COUNT * OPTIMISATION_COUNT };

struct table {
  FILE *out;
  unsigned rows, wrong;
};

static bool is_expected(const struct scenario_program *program, const struct image *image,
                        const struct check *check, const struct finding *finding,
                        enum core core, enum optimisation level) {
  for (uint32_t i = 0; i < program->expect_count; i++) {
    if (expectation_applies(&program->expect[i], core, level) &&
        expectation_met(&program->expect[i], image, check, finding)) {
      return true;
    }
  }
  return false;
}

static bool is_found(const struct expectation *expectation, const struct image *image,
                     const struct check *check) {
  for (size_t i = 0; i < check->finding_count; i++) {
    if (expectation_met(expectation, image, check, &check->findings[i])) {
      return true;
    }
  }
  return false;
}

static struct row judge(const struct scenario_program *program, const struct image *image,
                        const struct check *check, enum core core, enum optimisation level) {
  struct row row = {.cores = 1U << core, .levels = 1U << level, .right = true};
  for (uint32_t i = 0; i < program->expect_count; i++) {
    if (expectation_applies(&program->expect[i], core, level)) {
      row.expected |= 1U << program->expect[i].kind;
      row.right &= is_found(&program->expect[i], image, check);
    }
  }
  for (size_t i = 0; i < check->finding_count; i++) {
    enum finding_kind kind = check->findings[i].sighting.kind;
    if (finding_traits(kind)->severity > SEVERITY_NOTE) {
      row.got |= 1U << kind;
      row.right &= is_expected(program, image, check, &check->findings[i], core, level);
    }
  }
  return row;
}

static struct row run_build(const struct scenario_program *program, enum core core,
                            enum optimisation level) {
  char path[BUILD_PATH];
  struct error error = {{0}};
  struct check check = {.findings = NULL};
  build_path(program, core, level, path);
  struct image *image = image_load(path, NULL, &error);
  if (image != NULL) {
    struct explorer_options options = explorer_options_default(image);
    if (scenario_apply(program, image, &options, &error) &&
        explorer_check(image, &options, &check, &error)) {
      struct row row = judge(program, image, &check, core, level);
      check_free(&check);
      image_destroy(image);
      return row;
    }
  }
  fprintf(stderr, "seed_table: %s\n", error.message);
  exit(2);
}

/* Adds to a row that says the same and spans the same levels, or begins one. */
static size_t add(struct row *rows, size_t count, const struct row *row) {
  for (size_t i = 0; i < count; i++) {
    struct row *known = &rows[i];
    bool same = known->expected == row->expected && known->got == row->got &&
                known->right == row->right;
    if (same && (known->cores == row->cores || known->levels == row->levels)) {
      known->cores |= row->cores;
      known->levels |= row->levels;
      return count;
    }
  }
  rows[count] = *row;
  return count + 1;
}

static size_t merge(struct row *rows, size_t count) {
  struct row merged[ROWS];
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    kept = add(merged, kept, &rows[i]);
  }
  memcpy(rows, merged, kept * sizeof rows[0]);
  return kept;
}

static void print_kinds(FILE *out, uint32_t kinds) {
  const char *separator = "";
  for (unsigned i = 0; i < FINDING_KIND_COUNT; i++) {
    if ((kinds >> i & 1) != 0) {
      fprintf(out, "%s%s", separator, finding_traits((enum finding_kind)i)->name);
      separator = ", ";
    }
  }
  fputs(kinds == 0 ? "clean" : "", out);
}

static void print_row(struct table *table, const char *head, const struct row *row) {
  const char *separator = "";
  fputs(head, table->out);
  for (unsigned i = 0; i < CORE_COUNT; i++) {
    if ((row->cores >> i & 1) != 0) {
      fprintf(table->out, "%s%s", separator, core_traits((enum core)i)->name);
      separator = ", ";
    }
  }
  separator = " | ";
  for (unsigned i = 0; i < OPTIMISATION_COUNT; i++) {
    if ((row->levels >> i & 1) != 0) {
      fprintf(table->out, "%s%s", separator, optimisation_name((enum optimisation)i));
      separator = ", ";
    }
  }
  fputs(" | ", table->out);
  print_kinds(table->out, row->expected);
  fputs(" | ", table->out);
  print_kinds(table->out, row->got);
  fprintf(table->out, " | %s |\n", row->right ? "yes" : "**no**");
  table->rows++;
  table->wrong += !row->right;
}

static bool is_twin(const char *source) {
  return strstr(source, "_broken") != NULL || strstr(source, "_fixed") != NULL;
}

static void run_program(struct table *table, const struct example *example,
                        const struct scenario_program *program) {
  struct row rows[ROWS];
  size_t count = 0;
  char head[BUILD_PATH];
  for (unsigned core = 0; core < CORE_COUNT; core++) {
    for (unsigned level = 0; level < OPTIMISATION_COUNT; level++) {
      if (build_exists(program, core, level)) {
        rows[count++] = run_build(program, core, level);
      }
    }
  }
  bool sound = example->sound != is_twin(program->source);
  snprintf(head, sizeof head, "| %s | %s | `%s`%s | %s | ", example->name,
           build_is_rust(program) ? "Rust" : "C", strrchr(program->source, '/') + 1,
           program->places == PLACES_BOUNDARIES ? ", boundaries only" : "",
           sound ? "sound" : "unsound");
  count = merge(rows, merge(rows, count)); /* first by levels, then by cores */
  for (size_t i = 0; i < count; i++) {
    print_row(table, head, &rows[i]);
  }
}

static void run_example(struct table *table, const struct example *example) {
  for (unsigned i = 0; i < SCENARIOS_MOST && example->scenarios[i] != NULL; i++) {
    struct error error = {{0}};
    char path[BUILD_PATH];
    snprintf(path, sizeof path, "%s/scenarios/%s.yaml", SOURCE_DIR, example->scenarios[i]);
    struct scenario *scenario = scenario_load(path, &error);
    if (scenario == NULL) {
      fprintf(stderr, "seed_table: %s\n", error.message);
      exit(2);
    }
    for (uint32_t j = 0; j < scenario->program_count; j++) {
      run_program(table, example, &scenario->programs[j]);
    }
    scenario_free(scenario);
  }
}

/* All of a file; NULL if it cannot be read. Caller frees. */
static char *read_all(const char *path) {
  char *text = NULL;
  size_t size = 0;
  FILE *file = fopen(path, "r");
  if (file != NULL) {
    ssize_t length = getdelim(&text, &size, '\0', file);
    fclose(file);
    if (length < 0) {
      free(text);
      return NULL;
    }
  }
  return text;
}

static bool write_around(const char *path, const char *text, const char *begin,
                         const char *table, const char *end) {
  FILE *file = fopen(path, "w");
  if (file == NULL) {
    return false;
  }
  fwrite(text, 1, (size_t)(begin - text), file);
  fputs(table, file);
  fputs(end, file);
  return fclose(file) == 0;
}

/* Compares the table in the file, or replaces it. */
static bool settle(const char *path, const char *table, bool update) {
  char *text = read_all(path);
  char *begin = text != NULL ? strstr(text, BEGIN) : NULL;
  char *end = begin != NULL ? strstr(begin, END) : NULL;
  bool good = false;
  if (end == NULL) {
    fprintf(stderr, "seed_table: %s: no marks to put a table between\n", path);
  } else {
    begin += sizeof BEGIN - 1;
    size_t length = (size_t)(end - begin);
    good = length == strlen(table) && memcmp(begin, table, length) == 0;
    if (!good && update) {
      good = write_around(path, text, begin, table, end);
    } else if (!good) {
      fprintf(stderr, "seed_table: %s says something else; seed_table --update %s\n%s", path,
              path, table);
    }
  }
  free(text);
  return good;
}

int main(int argc, char **argv) {
  bool update = argc > 1 && strcmp(argv[1], "--update") == 0;
  const char *path = argc > 1 + update ? argv[1 + update] : NULL;
  char *text = NULL;
  size_t size = 0;
  struct table table = {.out = open_memstream(&text, &size)};
  fputs(
      "| example | language | program | it is | cores | levels | expected | got | right |\n"
      "|---|---|---|---|---|---|---|---|---|\n",
      table.out);
  for (unsigned i = 0; i < EXAMPLE_COUNT; i++) {
    run_example(&table, &EXAMPLES[i]);
  }
  fclose(table.out);
  bool good = true;
  if (path != NULL) {
    good = settle(path, text, update);
  } else {
    fputs(text, stdout);
  }
  fprintf(stderr, "seed_table: %u rows, %u wrong\n", table.rows, table.wrong);
  free(text);
  return good && table.wrong == 0 ? 0 : 1;
}
