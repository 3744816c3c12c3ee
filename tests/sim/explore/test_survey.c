/* What the run says of images of which little is known: RAM, functions, data. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/ram.h"
#include "sim/explore/survey.h"
#include "tests/sim/board/board_sample.h"

enum { BOUND = 2000 };

static struct explorer_options options_of(const struct image *image) {
  struct explorer_options options = explorer_options_default(image);
  options.max_instructions = BOUND;
  return options;
}

/* ldr r0, [pc, #8]; str r0, [r0]; ldr r1, [r0]; b .; the address. */
static struct image *toucher(uint32_t address) {
  const uint16_t code[] = {0x4802,
                           0x6000,
                           0x6801,
                           0xe7fe,
                           0xbf00,
                           0xbf00,
                           (uint16_t)address,
                           (uint16_t)(address >> 16)};
  return sample_image(code, sizeof code / sizeof *code, 6);
}

Test(survey, ram_is_grown_as_far_as_it_is_used) {
  static const struct {
    uint32_t address;
    uint32_t known, base, size; /* known 0: not grown */
    unsigned blocks;
  } ROWS[] = {
      {0x20000100, 0, 0, 0, 0},
      {0x20010000, 0x10000, 0x20000000, 0x20000, 0},
      {0x2001fffc, 0x10000, 0x20000000, 0x20000, 0},
      {0x20034568, 0x10000, 0x20000000, 0x40000, 0},
      {0x2007fffc, 0x10000, 0x20000000, 0x80000, 0},
      {0x20080000, 0, 0, 0, 1},
      {0x30000000, 0, 0, 0, 1},
      {0x3ffffffc, 0, 0, 0, 1},
      {0x60000000, 0, 0, 0, 0}, /* not SRAM */
  };
  for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
    struct image *image = toucher(ROWS[i].address);
    struct explorer_options options = options_of(image);
    struct error error = {""};
    cr_assert(ram_grow(image, &options, &error), "%s", error.message);
    const struct machine_config *config = &options.machine;
    cr_expect_eq(config->ram_known, ROWS[i].known, "0x%08x", ROWS[i].address);
    cr_expect_eq(config->ram_base, ROWS[i].base, "0x%08x", ROWS[i].address);
    cr_expect_eq(config->ram_size, ROWS[i].size, "0x%08x", ROWS[i].address);
    cr_expect_eq(config->ram_block_count, ROWS[i].blocks, "0x%08x", ROWS[i].address);
    struct machine *machine = machine_create(image, config, &error);
    cr_assert_not_null(machine, "%s", error.message);
    bool sram = ROWS[i].address < 0x40000000;
    cr_expect_eq(memory_host(&machine->memory, ROWS[i].address, 4) != NULL, sram);
    machine_destroy(machine);
    image_destroy(image);
  }
}

/* The map is part of the configuration: tokens of another are refused. */
Test(survey, grown_ram_counts_in_tokens) {
  struct image *image = toucher(0x20034568);
  struct image *near = toucher(0x20010000);
  struct explorer_options fixed = options_of(image);
  struct explorer_options grown = fixed;
  struct explorer_options other = fixed;
  struct error error = {""};
  cr_assert(ram_grow(image, &grown, &error) && ram_grow(near, &other, &error));
  uint16_t prints[] = {machine_config_fingerprint(&fixed.machine),
                       machine_config_fingerprint(&grown.machine),
                       machine_config_fingerprint(&other.machine)};
  cr_expect(prints[0] != prints[1] && prints[1] != prints[2] && prints[0] != prints[2]);
  image_destroy(near);
  image_destroy(image);
}

/* A call, the vectors' handler; what is never called is part of what stands above. */
Test(survey, functions_begin_where_calls_go) {
  const uint16_t code[] = {
      0xf000, 0xf803, /* 0x100: bl 0x10a */
      0xe7fe,         /* 0x104: b . */
      0x4770,         /* 0x106: bx lr (all handlers) */
      0x4770,         /* 0x108: bx lr, never called */
      0x4770,         /* 0x10a: bx lr */
  };
  struct image *image = sample_image(code, sizeof code / sizeof *code, 6);
  struct explorer_options options = options_of(image);
  struct discovery found;
  struct error error = {""};
  cr_expect(!image_has_debug(image));
  cr_expect_null(image_function_at(image, 0x10a));
  cr_assert(survey_run(image, &options, &found, &error), "%s", error.message);
  cr_assert_eq(found.function_count, 3);
  cr_expect(found.functions[0] == 0x100 && found.functions[1] == 0x106 &&
            found.functions[2] == 0x10a);
  image_learn(image, &found);
  survey_free(&found);
  const struct function *called = image_function_at(image, 0x10a);
  cr_assert_not_null(called);
  cr_expect_str_eq(called->name, "sub_0000010a");
  cr_expect(called->from_run);
  cr_expect_eq(image_function_at(image, 0x108), image_function_at(image, 0x106));
  cr_expect_eq(image_function_named(image, "sub_00000100"), image_function_at(image, 0x104));
  image_destroy(image);
}
