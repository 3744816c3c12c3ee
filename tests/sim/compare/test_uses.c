/* Accesses counted in code that does not run, and two builds compared by them. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "sim/compare/comparison.h"

struct build {
  struct image *image;
  struct decoder *decoder;
  struct uses uses;
};

static void open_build(struct build *build, const char *core, const char *level) {
  char path[512];
  struct error error = {""};
  snprintf(path, sizeof path, "%s/uses-%s-%s.elf", SAMPLES, core, level);
  build->image = image_load(path, NULL, &error);
  cr_assert_not_null(build->image, "%s", error.message);
  build->decoder = decoder_create();
  uses_of(build->image, build->decoder, &build->uses);
}

static void close_build(struct build *build) {
  uses_free(&build->uses);
  decoder_destroy(build->decoder);
  image_destroy(build->image);
}

static const struct use *find(const struct build *build, const char *leaf,
                              const char *function) {
  static const struct use none = {0};
  for (size_t i = 0; i < build->uses.count; i++) {
    const struct use *use = &build->uses.list[i];
    if (strcmp(use->leaf, leaf) == 0 && strcmp(use->function, function) == 0) {
      return use;
    }
  }
  return &none;
}

static bool is_handed(const struct build *build, const char *name) {
  const struct variable *variables = NULL;
  size_t count = image_variables(build->image, &variables);
  for (size_t i = 0; i < count; i++) {
    if (strcmp(variables[i].name, name) == 0) {
      return build->uses.handed[i];
    }
  }
  cr_assert_fail("no variable %s", name);
  return false;
}

enum { THREAD = 1, TICK = 2, ANYWAY = 99 };

static void check_build(const char *core, const char *level) {
  /* volatile accesses: the same number whatever the compiler does */
  static const struct {
    const char *leaf, *function;
    unsigned loads, in_loops, stores, contexts;
  } rows[] = {
      {"plain", "in_loop", 1, 1, 0, THREAD},
      {"array[]", "in_loop", 0, 0, 1, THREAD},
      {"members.low", "by_members", 0, 0, 1, THREAD},
      {"members.high", "by_members", 0, 0, 1, THREAD},
      {"counted", "helper", ANYWAY, 0, ANYWAY, THREAD | TICK},
      {"plain", "choose", 1, 0, 1, THREAD},
      {"array[]", "choose", 1, 0, 0, THREAD},
      {"members.low", "choose", 1, 0, 0, THREAD},
      {"members.high", "choose", 1, 0, 0, THREAD},
      {"counted", "choose", 1, 0, 0, THREAD},
      {"only_here", "takes_none", 0, 0, 1, THREAD},
      {"target", "takes", 0, 0, 0, 0},
  };
  struct build build;
  open_build(&build, core, level);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct use *use = find(&build, rows[i].leaf, rows[i].function);
    if (rows[i].loads == ANYWAY) { /* inlined once, or twice */
      cr_expect(use->loads.instructions >= 1 && use->stores.instructions >= 1);
    } else {
      cr_expect_eq(use->loads.instructions, rows[i].loads, "%s-%s: %s in %s: %u loads", core,
                   level, rows[i].leaf, rows[i].function, use->loads.instructions);
      cr_expect_eq(use->loads.in_loops, rows[i].in_loops, "%s-%s: %s in %s: %u in loops", core,
                   level, rows[i].leaf, rows[i].function, use->loads.in_loops);
      cr_expect_eq(use->stores.instructions, rows[i].stores, "%s-%s: %s in %s: %u stores", core,
                   level, rows[i].leaf, rows[i].function, use->stores.instructions);
    }
    cr_expect_eq(use->contexts, rows[i].contexts, "%s-%s: %s in %s: contexts %llx", core, level,
                 rows[i].leaf, rows[i].function, (unsigned long long)use->contexts);
  }
  cr_expect(is_handed(&build, "kept"), "%s-%s: a pointer in data", core, level);
  cr_expect(is_handed(&build, "target"), "%s-%s: an argument", core, level);
  cr_expect(!is_handed(&build, "plain") && !is_handed(&build, "members"), "%s-%s", core, level);
  cr_expect(!is_handed(&build, "only_here"), "%s-%s: the callee takes none", core, level);
  close_build(&build);
}

Test(uses, are_counted_in_all_builds) {
  check_build("m3", "O0");
  check_build("m3", "O2");
  check_build("m0", "O0");
  check_build("m0", "O2");
}

static const struct variable_pair *pair_of(const struct comparison *comparison,
                                           const char *name) {
  for (size_t i = 0; i < comparison->variable_count; i++) {
    if (strcmp(comparison->variables[i].before->name, name) == 0) {
      return &comparison->variables[i];
    }
  }
  cr_assert_fail("no variable %s", name);
  return NULL;
}

static void check_comparison(const char *core) {
  struct build before, after;
  struct comparison comparison;
  struct error error = {""};
  open_build(&before, core, "O0");
  open_build(&after, core, "O2");
  cr_assert(comparison_of(&before.uses, &after.uses, &comparison, &error), "%s", error.message);
  const struct variable_pair *waited = pair_of(&comparison, "waited");
  cr_expect_eq(waited->changes, CHANGE_LOOP_LOADS, "%s: changes %x", core, waited->changes);
  cr_expect(waited->shared && comparison_counts(waited));
  cr_expect_neq(find(&after, "waited", "Reset_Handler")->waits, 0);
  const struct variable_pair *forgotten = pair_of(&comparison, "forgotten");
  cr_expect_eq(forgotten->changes, CHANGE_STORAGE);
  cr_expect(forgotten->after == NULL && forgotten->described && comparison_counts(forgotten));
  static const char *const same[] = {"plain", "array",   "members", "wide",     "target",
                                     "kept",  "pointer", "counted", "only_here"};
  for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
    const struct variable_pair *pair = pair_of(&comparison, same[i]);
    cr_expect_eq(pair->changes, 0, "%s: %s: changes %x", core, same[i], pair->changes);
    cr_expect(!comparison_counts(pair));
  }
  cr_expect_eq(comparison.variable_count, 2 + sizeof same / sizeof *same);
  cr_expect_eq(comparison.added, 0);
  comparison_free(&comparison);
  close_build(&before);
  close_build(&after);
}

Test(comparison, names_what_the_optimiser_dropped) {
  check_comparison("m3");
  check_comparison("m0");
}

Test(comparison, of_a_build_with_itself_is_empty) {
  struct build build;
  struct comparison comparison;
  struct error error = {""};
  open_build(&build, "m3", "O2");
  cr_assert(comparison_of(&build.uses, &build.uses, &comparison, &error), "%s", error.message);
  for (size_t i = 0; i < comparison.variable_count; i++) {
    cr_expect_eq(comparison.variables[i].changes, 0);
  }
  comparison_free(&comparison);
  close_build(&build);
}
