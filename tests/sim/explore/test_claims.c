/* Claims of a scenario: what they are made into, and what is refused. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/claims.h"

static struct image *load(const char *name) {
  struct error error = {{0}};
  char path[256];
  snprintf(path, sizeof path, "%s/%s", FIRMWARE, name);
  struct image *image = image_load(path, NULL, &error);
  cr_assert(image != NULL, "%s", error.message);
  return image;
}

static struct claim invariant(const char *text) {
  return (struct claim){CLAIM_INVARIANT, 0, text, "s.yaml", 7, 20};
}

Test(claims, what_is_wrong_is_said_with_its_place) {
  static const struct {
    const char *text, *message;
  } rows[] = {
      {"stock + lend == 8",
       "s.yaml:7:28: lend is no variable of the image; did you mean 'lent'?"},
      {"stock +", "s.yaml:7:27: the expression ends where a value is missing"},
      {"stock + * 2", "s.yaml:7:28: a value is missing: a number, a variable or ("},
      {"stock = 8", "s.yaml:7:26: = assigns nothing here; compare with =="},
      {"(stock == 8", "s.yaml:7:31: a ) is missing"},
      {"stock lent",
       "s.yaml:7:26: an operator is missing, or one that is not known stands here"},
      {"stock < 8.5", "s.yaml:7:28: a number is decimal, 0x... or 0..., of at most 64 bits"},
      {"stock < 0x10000000000000000",
       "s.yaml:7:28: a number is decimal, 0x... or 0..., of at most 64 bits"},
      {"limit(stock) < 3", "s.yaml:7:20: limit is no variable of the image"},
      {"stock(1)", "s.yaml:7:25: functions cannot be called here"},
      {"stock[lent] < 3", "s.yaml:7:25: an index is a number here, such as stock[0]"},
      {"stock.size < 3", "s.yaml:7:20: stock.size is no variable of the image"},
      {"1 < 2", "s.yaml:7:20: the expression names no variable"},
      {"", "s.yaml:7:20: the expression ends where a value is missing"},
      {"((((((((((((((((((stock))))))))))))))))))", "s.yaml:7:36: nested too deeply"},
      {"!!!!!!!!!!!!!!!!!!stock", "s.yaml:7:36: nested too deeply"},
  };
  struct image *image = load("broken_invariant-m3-O2.elf");
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct error error = {{0}};
    struct claim claim = invariant(rows[i].text);
    cr_expect_null(claims_create(image, NULL, &claim, 1, &error), "%s", rows[i].text);
    cr_expect_str_eq(error.message, rows[i].message, "%s: %s", rows[i].text, error.message);
  }
  image_destroy(image);
}

/* The values of stock and lent, in the order in which the text names them. */
static bool holds(const struct image *image, const char *text, uint64_t one, uint64_t other) {
  struct error error = {{0}};
  struct claim claim = invariant(text);
  struct claims *claims = claims_create(image, NULL, &claim, 1, &error);
  cr_assert(claims != NULL, "%s", error.message);
  const uint64_t values[] = {one, other};
  bool result = invariant_holds(&claims->invariants[0], values, true);
  claims_destroy(claims);
  return result;
}

Test(claims, operators_bind_as_in_c) {
  static const struct {
    const char *text;
    uint64_t stock, lent;
    bool holds;
  } rows[] = {
      {"stock + lent == 8", 3, 5, true},
      {"stock + lent == 8", 3, 4, false},
      {"stock - lent <= 8", 2, 0xfffffffe, true}, /* unsigned, as they are declared */
      {"stock - lent > 8", 2, 3, true},
      {"stock + lent * 2 == 8", 2, 3, true},
      {"(stock + lent) * 2 == 10", 2, 3, true},
      {"stock || lent && 0", 1, 0, true},
      {"stock | lent == 3", 0, 3, true},
      {"stock & 1 == 1", 2, 0, false},
      {"!stock == lent", 0, 1, true},
      {"-stock == 0xffffffff", 1, 0, true},
      {"~ stock & 0x0f", 15, 0, false},
      {"stock << 1 >> lent == 4", 8, 2, true},
      {"10 - stock - lent == 5", 3, 2, true},
      {"stock % 4 == lent", 7, 3, true},
      {"stock != lent", 7, 7, false},
      {"stock >= 010U", 8, 0, true},
      {"!asleep || stock == 1", 8, 0, false}, /* these are asked at a sleep */
      {"asleep && stock == 8", 8, 0, true},
  };
  struct image *image = load("broken_invariant-m3-O2.elf");
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    cr_expect(holds(image, rows[i].text, rows[i].stock, rows[i].lent) == rows[i].holds, "%s",
              rows[i].text);
  }
  image_destroy(image);
}

Test(claims, a_bit_field_is_named_as_a_member) {
  struct error error = {{0}};
  struct image *image = load("bit_fields-m3-O2.elf");
  cr_expect(holds(image, "bits.mode == 5 && bits.state == 0xa", 0xa5, 0));
  cr_expect(!holds(image, "bits.mode == 5 && bits.state == 0xa", 0xa4, 0));
  cr_expect(!holds(image, "bits.mode == 5 && bits.state == 0xa", 0x95, 0));
  cr_expect(holds(image, "bits.mode - bits.state < 0", 0xa5, 0),
            "each fits an int, and is one");
  struct claim claim = invariant("bits.mood < 5");
  cr_expect_null(claims_create(image, NULL, &claim, 1, &error));
  cr_expect(strstr(error.message, "bits.mood is no variable of the image") != NULL, "%s",
            error.message);
  image_destroy(image);
}

Test(claims, an_element_is_named_by_its_index) {
  struct error error = {{0}};
  struct image *image = load("static_local-m3-O0.elf");
  cr_expect(holds(image, "shown[1] < 5 && shown[0] == 7", 4, 7));
  cr_expect(!holds(image, "shown[1] < 5 && shown[0] == 7", 5, 7));
  cr_expect(!holds(image, "shown[1] < 5 && shown[0] == 7", 4, 8));
  struct claim claim = invariant("shown[2] < 5");
  cr_expect_null(claims_create(image, NULL, &claim, 1, &error));
  cr_expect(strstr(error.message, "shown[2] is no variable of the image") != NULL, "%s",
            error.message);
  image_destroy(image);
}

Test(claims, groups_are_of_whole_variables_or_members) {
  struct error error = {{0}};
  struct image *image = load("snapshot-m3-O2.elf");
  const struct claim good[] = {{CLAIM_MEMBER, 1, "point", "s.yaml", 3, 5},
                               {CLAIM_INVARIANT, 0, "point.x >= 0", "s.yaml", 4, 5}};
  struct claims *claims = claims_create(image, NULL, good, 2, &error);
  cr_assert(claims != NULL, "%s", error.message);
  const uint32_t leaf = claims->leaves[0];
  cr_expect(claims->slot_count == 1 && claims->uses[0] == 1 && claims->slot_of[leaf] == 1);
  cr_expect(claims->group_of[leaf] == 1 && claims->group_of[leaf + 1] == 1);
  claims_destroy(claims);

  static const struct {
    struct claim claims[2];
    const char *message;
  } rows[] = {
      {{{CLAIM_MEMBER, 1, "point.x", "s.yaml", 3, 5},
        {CLAIM_MEMBER, 2, "point", "s.yaml", 4, 6}},
       "s.yaml:4:6: point is in two groups; make them one"},
      {{{CLAIM_MEMBER, 1, "point.z", "s.yaml", 3, 5}},
       "s.yaml:3:5: point.z is no variable of the image and no register that has a "
       "description; "
       "did you mean 'point.x'?"},
      {{{CLAIM_MEMBER, 1, "point.x + 1", "s.yaml", 3, 5}},
       "s.yaml:3:12: a member of a group is the name of a variable, such as clock.ticks, or of "
       "a "
       "register, or its address, such as 0x40000024"},
      {{{CLAIM_INVARIANT, 0, "point == 0", "s.yaml", 3, 5}},
       "s.yaml:3:5: point has members; name one of them, such as point.x"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    size_t count = rows[i].claims[1].text != NULL ? 2 : 1;
    cr_expect_null(claims_create(image, NULL, rows[i].claims, count, &error));
    cr_expect_str_eq(error.message, rows[i].message, "%s", error.message);
  }
  image_destroy(image);
}

/* An RTC with names, one of which a variable of the image has, too. */
static struct machine_config with_registers(void) {
  static const struct register_model models[] = {{.address = 0x40002818, .name = "RTC.CNTH"},
                                                 {.address = 0x4000281c, .name = "RTC.CNTL"},
                                                 {.address = 0x40002820, .name = "point"}};
  static const struct register_set set = {.models = models, .model_count = 3};
  static const struct memory_part parts[] = {
      {.base = 0x10000000, .size = 0x1000, .writable = true},
      {.base = 0x2009c000, .size = 0x1000, .device = true}};
  struct machine_config config = machine_config_default(CORE_M3);
  config.registers = &set;
  config.memory = parts;
  config.memory_count = 2;
  return config;
}

Test(claims, registers_of_groups_are_named_or_addresses) {
  struct error error = {{0}};
  struct image *image = load("snapshot-m3-O2.elf");
  const struct machine_config config = with_registers();
  const struct claim good[] = {{CLAIM_MEMBER, 1, "RTC.CNTH", "s.yaml", 3, 5},
                               {CLAIM_MEMBER, 1, "0x4000281e", "s.yaml", 3, 6},
                               {CLAIM_MEMBER, 1, "0x4000281c", "s.yaml", 3, 7},
                               {CLAIM_MEMBER, 1, "RTC.CNTL", "s.yaml", 3, 8},
                               {CLAIM_MEMBER, 2, "0x2009c001", "s.yaml", 3, 9},
                               {CLAIM_MEMBER, 2, "point.x", "s.yaml", 3, 10}};
  static const struct claim_register made[] = {
      {0x40002818, 4, 1}, {0x4000281e, 2, 1}, {0x4000281c, 2, 1}, {0x2009c001, 3, 2}};
  struct claims *claims = claims_create(image, &config, good, 6, &error);
  cr_assert(claims != NULL, "%s", error.message);
  cr_assert_eq(claims->register_count, 4, "a word that is named twice is one");
  for (uint32_t i = 0; i < claims->register_count; i++) {
    cr_expect_eq(claims->registers[i].address, made[i].address);
    cr_expect_eq(claims->registers[i].size, made[i].size, "%u", i);
    cr_expect_eq(claims->registers[i].group, made[i].group);
  }
  claims_destroy(claims);
  image_destroy(image);
}

Test(claims, wrong_registers_of_groups_are_refused) {
  static const struct {
    const char *first, *second, *message;
  } rows[] = {
      {"RTC.CNTX", NULL,
       "s.yaml:3:5: RTC.CNTX is no variable of the image and no register that has a "
       "description; did you mean 'RTC.CNTH'?"},
      {"point", NULL,
       "s.yaml:3:5: point is a variable and a register; give the register's address"},
      {"0x20000000", NULL,
       "s.yaml:3:5: 0x20000000 is no register; name the variable that is there"},
      {"0x10000010", NULL,
       "s.yaml:3:5: 0x10000010 is no register; name the variable that is there"},
      {"0xe000e018", NULL,
       "s.yaml:3:5: 0xe000e018 is the processor's own; name a peripheral's register"},
      {"0x40002818", "RTC.CNTH", "s.yaml:4:6: 0x40002818 is in two groups; make them one"},
      {"0x4000281g", NULL,
       "s.yaml:3:5: a member of a group is the name of a variable, such as clock.ticks, or of "
       "a "
       "register, or its address, such as 0x40000024"},
      {"0x140002818", NULL,
       "s.yaml:3:5: a member of a group is the name of a variable, such as clock.ticks, or of "
       "a "
       "register, or its address, such as 0x40000024"},
  };
  struct image *image = load("snapshot-m3-O2.elf");
  const struct machine_config config = with_registers();
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct error error = {{0}};
    const struct claim claims[] = {{CLAIM_MEMBER, 1, rows[i].first, "s.yaml", 3, 5},
                                   {CLAIM_MEMBER, 2, rows[i].second, "s.yaml", 4, 6}};
    cr_expect_null(
        claims_create(image, &config, claims, rows[i].second != NULL ? 2 : 1, &error));
    cr_expect_str_eq(error.message, rows[i].message, "%s: %s", rows[i].first, error.message);
  }
  image_destroy(image);
}
