/* Registers that a handler does not restore, where it does not come at once: the branch goes
 * on though no detector suspects anything. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "sim/explore/explorer.h"

/* Probes that showed a fault, by the kind of their place. */
struct faults {
  unsigned at[PLACE_KIND_COUNT];
};

static void note_fault(void *argument, const struct place *place, unsigned exception,
                       enum finding_kind kind) {
  struct faults *faults = argument;
  (void)exception;
  faults->at[place->kind] += kind == FINDING_FAULT;
}

static struct faults faults_of(const char *sample) {
  struct faults faults = {{0}};
  struct check check;
  char path[512];
  struct error error = {""};
  snprintf(path, sizeof path, "%s/%s.elf", SAMPLES, sample);
  struct image *image = image_load(path, NULL, &error);
  cr_assert_not_null(image, "%s", error.message);
  struct explorer_options options = explorer_options_default(image);
  options.max_instructions = 800;
  options.showed = note_fault;
  options.showed_argument = &faults;
  cr_assert(explorer_check(image, &options, &check, &error), "%s", error.message);
  check_free(&check);
  image_destroy(image);
  return faults;
}

Test(lost, registers_where_a_mask_opens) {
  struct faults faults = faults_of("lost_late");
  cr_expect_gt(faults.at[PLACE_BOUNDARY], 0, "pended ahead of the read of NVIC_ISPR0");
}

Test(lost, registers_behind_a_tail_chained_handler) {
  struct faults faults = faults_of("lost_return");
  cr_expect_gt(faults.at[PLACE_BOUNDARY], 0);
  cr_expect_gt(faults.at[PLACE_RETURN], 0);
}
