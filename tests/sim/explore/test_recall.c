/* Recalled probes: a check is the same as one that runs every probe. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/explorer.h"

static struct image *load(void) {
  struct error error = {""};
  struct image *image = image_load(SAMPLES "/recalled.elf", NULL, &error);
  cr_assert_not_null(image, "%s", error.message);
  return image;
}

static struct check check_recalled(const struct image *image, bool recalls, bool every) {
  struct check check;
  struct error error = {""};
  struct explorer_options options = explorer_options_default(image);
  options.max_instructions = 3000;
  options.no_prune = every;
  options.recalls = recalls;
  cr_assert(explorer_check(image, &options, &check, &error), "%s", error.message);
  return check;
}

static void compare(const struct check *one, const struct check *other) {
  cr_assert_eq(one->finding_count, other->finding_count);
  for (size_t i = 0; i < one->finding_count; i++) {
    cr_expect_str_eq(one->findings[i].id, other->findings[i].id);
    cr_expect_eq(one->findings[i].occurrences, other->findings[i].occurrences);
    cr_expect_eq(one->findings[i].place.boundary, other->findings[i].place.boundary);
  }
}

/* Whether something was found of the variable. */
static bool is_found(const struct image *image, const struct check *check, const char *name,
                     enum finding_kind kind) {
  bool found = false;
  for (size_t i = 0; i < check->finding_count; i++) {
    const struct sighting *sighting = &check->findings[i].sighting;
    char *leaf = image_leaf_name(image, &check->leaves, sighting->leaf);
    found = found || (sighting->kind == kind && strcmp(leaf, name) == 0);
    free(leaf);
  }
  return found;
}

Test(recall, changes_nothing) {
  struct image *image = load();
  for (unsigned every = 0; every < 2; every++) {
    struct check run = check_recalled(image, false, every != 0);
    struct check recalled = check_recalled(image, true, every != 0);
    cr_expect_eq(run.certificate.recalled, 0);
    cr_expect_gt(recalled.certificate.recalled, every != 0 ? 100 : 0);
    compare(&run, &recalled);
    cr_expect(is_found(image, &run, "by_index[1]", FINDING_LOST_UPDATE));
    cr_expect(is_found(image, &run, "by_spilled[1]", FINDING_LOST_UPDATE));
    cr_expect(is_found(image, &run, "by_pointer", FINDING_LOST_UPDATE));
    cr_expect(is_found(image, &run, "by_call", FINDING_LOST_UPDATE));
    cr_expect(is_found(image, &run, "target", FINDING_FAULT));
    check_free(&run);
    check_free(&recalled);
  }
  image_destroy(image);
}
