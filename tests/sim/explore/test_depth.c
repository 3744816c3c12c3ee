/* What a second interrupt costs, and how far into the run it is tried. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "sim/explore/explorer.h"

enum { INSTRUCTIONS = 2000 };

static struct certificate check(const char *name, uint64_t instructions, uint64_t deep,
                                size_t *findings) {
  char path[512];
  struct error error = {""};
  snprintf(path, sizeof path, "%s/%s.elf", FIRMWARE, name);
  struct image *image = image_load(path, NULL, &error);
  cr_assert_not_null(image, "%s", error.message);
  struct explorer_options options = explorer_options_default(image);
  struct check check;
  options.depth = 2;
  options.max_instructions = instructions;
  options.deep_instructions = deep;
  cr_assert(explorer_check(image, &options, &check, &error), "%s", error.message);
  struct certificate certificate = check.certificate;
  *findings = check.finding_count;
  check_free(&check);
  image_destroy(image);
  return certificate;
}

/* Runs behind an injection come to states that are followed already, though words differ
 * that nobody reads, though SysTick's counter does, and though FP registers are in use. Each
 * of them followed to its horizon by itself is more than a thousand places for each
 * instruction. */
Test(depth, runs_come_together) {
  static const char *const images[] = {"snapshot_fixed-m3-O2", "two_stores-m3-O2",
                                       "register_group-m3-O2", "systick_mask_broken-m3-O2",
                                       "torn_double-m4f-O2"};
  for (size_t i = 0; i < sizeof images / sizeof *images; i++) {
    size_t findings = 0;
    const struct certificate c = check(images[i], INSTRUCTIONS, INSTRUCTIONS, &findings);
    cr_expect_gt(c.depths[1].places, 0, "%s", images[i]);
    cr_expect_lt(c.depths[1].places, 100 * c.instructions, "%s", images[i]);
  }
}

Test(depth, others_follow_only_so_far) {
  size_t findings = 0;
  const struct certificate all =
      check("primask_section_broken-m3-O2", INSTRUCTIONS, INSTRUCTIONS, &findings);
  size_t all_findings = findings;
  const struct certificate part =
      check("primask_section_broken-m3-O2", INSTRUCTIONS, INSTRUCTIONS / 4, &findings);
  cr_expect_eq(part.deep_instructions, INSTRUCTIONS / 4);
  cr_expect_eq(part.depths[0].places, all.depths[0].places);
  cr_expect_arr_eq(part.depths[0].decided, all.depths[0].decided, sizeof all.depths[0].decided);
  cr_expect_gt(part.depths[1].places, 0);
  cr_expect_lt(part.depths[1].places, all.depths[1].places / 2);
  cr_expect_eq(findings, all_findings, "what one interrupt shows is found anywhere");
}
