/* The demos without a name: what is found must be what is found with names, as far
 * as it does not follow from types. */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/explore/explorer.h"
#include "sim/explore/survey.h"

enum { BOUND = 1000 };

struct result {
  struct image *image;
  struct check check;
};

static struct result check_of(const char *path) {
  struct result result = {0};
  struct error error = {""};
  result.image = image_load(path, NULL, &error);
  cr_assert_not_null(result.image, "%s", error.message);
  struct explorer_options options = explorer_options_default(result.image);
  options.max_instructions = BOUND;
  if (!image_has_debug(result.image)) {
    struct discovery found;
    cr_assert(survey_run(result.image, &options, &found, &error), "%s", error.message);
    image_learn(result.image, &found);
    survey_free(&found);
  }
  cr_assert(explorer_check(result.image, &options, &result.check, &error), "%s: %s", path,
            error.message);
  return result;
}

static void result_free(struct result *result) {
  check_free(&result->check);
  image_destroy(result->image);
}

/* Torn data and lost updates of it; registers have no types to lose. */
static bool is_compared(const struct finding *finding) {
  enum finding_kind kind = finding->sighting.kind;
  if (finding->sighting.leaf == LEAF_NONE) {
    return false;
  }
  return kind == FINDING_TORN_WRITE || kind == FINDING_TORN_READ || kind == FINDING_LOST_UPDATE;
}

static bool is_same(const struct result *a, const struct finding *of_a, const struct result *b,
                    const struct finding *of_b) {
  const struct sighting *s = &of_a->sighting;
  const struct sighting *t = &of_b->sighting;
  struct leaf one = leaf_get(&a->check.leaves, s->leaf);
  struct leaf two = leaf_get(&b->check.leaves, t->leaf);
  return s->kind == t->kind && one.address == two.address && one.size == two.size &&
         s->value == t->value && of_a->outcome == of_b->outcome &&
         s->access[s->victim].pc == t->access[t->victim].pc &&
         s->access[s->intruder].pc == t->access[t->intruder].pc;
}

/* Each finding of `a` is one of `b`; returns how many there are. */
static size_t are_in(const struct result *a, const struct result *b, const char *what) {
  size_t count = 0;
  for (size_t i = 0; i < a->check.finding_count; i++) {
    const struct finding *finding = &a->check.findings[i];
    bool found = !is_compared(finding);
    count += is_compared(finding);
    for (size_t k = 0; k < b->check.finding_count; k++) {
      const struct finding *other = &b->check.findings[k];
      found = found || (is_compared(other) && is_same(a, finding, b, other));
    }
    cr_expect(found, "%s: %s", what, finding_traits(finding->sighting.kind)->name);
  }
  return count;
}

static void strip(const char *from, const char *to) {
  char command[1024];
  snprintf(command, sizeof command, "%s --strip-all %s %s", OBJCOPY, from, to);
  cr_assert_eq(system(command), 0, "%s", command);
}

/* Two neighbours that are always used together look like one doubleword without
 * types (docs/images.md): what is found there is found of both at once. */
static bool looks_wider(const char *path) {
  return strstr(path, "/split_section-") != NULL;
}

Test(stripped, demos_tear_without_names, .timeout = 300) {
  glob_t files;
  size_t found = 0;
  if (OBJCOPY[0] != '/') {
    cr_skip_test("arm-none-eabi-objcopy is absent");
  }
  cr_assert_eq(glob(FIRMWARE_DIR "/*-m[03]-O2.elf", 0, NULL, &files), 0);
  for (size_t i = 0; i < files.gl_pathc; i++) {
    const char *path = files.gl_pathv[i];
    if (looks_wider(path)) {
      continue;
    }
    strip(path, FOLDER "/stripped.elf");
    struct result named = check_of(path);
    struct result bare = check_of(FOLDER "/stripped.elf");
    found += are_in(&named, &bare, path);
    are_in(&bare, &named, path);
    result_free(&named);
    result_free(&bare);
  }
  cr_expect_gt(found, 15, "%zu", found);
  globfree(&files);
}

Test(stripped, names_are_addresses) {
  if (OBJCOPY[0] != '/') {
    cr_skip_test("arm-none-eabi-objcopy is absent");
  }
  strip(FIRMWARE_DIR "/torn_enum-m0-O2.elf", FOLDER "/torn_enum.elf");
  struct result bare = check_of(FOLDER "/torn_enum.elf");
  cr_assert_gt(bare.check.finding_count, 0);
  const struct sighting *sighting = &bare.check.findings[0].sighting;
  char *name = image_leaf_name(bare.image, &bare.check.leaves, sighting->leaf);
  cr_expect_str_eq(name, "0x20000000");
  cr_expect_str_eq(image_leaf_type(bare.image, &bare.check.leaves, sighting->leaf),
                   "doubleword of memory");
  const struct function *function =
      image_function_at(bare.image, sighting->access[sighting->victim].pc);
  cr_assert_not_null(function);
  cr_expect(function->from_run);
  free(name);
  result_free(&bare);
}
