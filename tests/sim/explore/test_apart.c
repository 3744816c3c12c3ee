/* Branches that pass in silence what the spine does too: what they show is what branches
 * show that hear all of it. */
#include <criterion/criterion.h>

#include "sim/explore/explorer.h"

static struct check check_apart(bool every) {
  struct check check;
  struct error error = {""};
  struct image *image = image_load(SAMPLES "/apart.elf", NULL, &error);
  cr_assert_not_null(image, "%s", error.message);
  struct explorer_options options = explorer_options_default(image);
  options.max_instructions = 4000;
  options.no_prune = every;
  cr_assert(explorer_check(image, &options, &check, &error), "%s", error.message);
  image_destroy(image);
  return check;
}

Test(apart, shows_what_all_places_show) {
  struct check pruned = check_apart(false);
  struct check every = check_apart(true);
  cr_expect_lt(100 * pruned.certificate.branches, every.certificate.branches);
  cr_expect_gt(pruned.certificate.branches, 0);
  cr_assert_eq(pruned.finding_count, every.finding_count);
  unsigned fetched = 0;
  for (size_t i = 0; i < every.finding_count; i++) {
    cr_expect_str_eq(pruned.findings[i].id, every.findings[i].id);
    fetched += pruned.findings[i].sighting.kind == FINDING_DOUBLE_FETCH;
  }
  cr_expect_eq(fetched, 1);
  check_free(&pruned);
  check_free(&every);
}
