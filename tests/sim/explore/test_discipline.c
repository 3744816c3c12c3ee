/* Arrival discipline: each part of a rule, on the spine and on what is put on it. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "sim/explore/explorer.h"
#include "sim/machine/exception.h"
#include "sim/machine/machine.h"

enum { IRQ0 = EXCEPTION_IRQ0, BOUND = 2000, START = 0x40005000 };

struct trial {
  struct image *image;
  struct explorer_options options;
  struct check check;
};

static struct trial begin(const char *name) {
  struct trial trial = {.image = NULL};
  char path[512];
  struct error error = {""};
  snprintf(path, sizeof path, "%s/%s.elf", FIRMWARE, name);
  trial.image = image_load(path, NULL, &error);
  cr_assert_not_null(trial.image, "%s", error.message);
  trial.options = explorer_options_default(trial.image);
  trial.options.max_instructions = BOUND;
  return trial;
}

static struct arrival_rule *rule_for(struct trial *trial, uint16_t exception) {
  struct machine_config *config = &trial->options.machine;
  struct arrival_rule *rule = &config->arrival_rules[config->arrival_rule_count++];
  *rule = (struct arrival_rule){.exception = exception, .most = UINT64_MAX};
  return rule;
}

static void run(struct trial *trial) {
  struct error error = {""};
  check_free(&trial->check);
  cr_assert(explorer_check(trial->image, &trial->options, &trial->check, &error), "%s",
            error.message);
}

static void end(struct trial *trial) {
  check_free(&trial->check);
  image_destroy(trial->image);
}

static uint64_t decided(const struct trial *trial, enum decision decision) {
  return trial->check.certificate.decided[decision];
}

static const struct interrupt_account *account_of(const struct trial *trial, unsigned e) {
  for (size_t i = 0; i < trial->check.certificate.interrupt_count; i++) {
    if (trial->check.certificate.interrupts[i].exception == e) {
      return &trial->check.certificate.interrupts[i];
    }
  }
  return NULL;
}

static uint64_t pairs(const struct trial *trial) {
  uint64_t sum = 0;
  for (unsigned i = 0; i < DECISION_COUNT; i++) {
    sum += decided(trial, (enum decision)i);
  }
  return sum;
}

Test(discipline, without_a_rule_nothing_is_withheld) {
  struct trial trial = begin("transfer_fixed-m3-O2");
  run(&trial);
  cr_expect_eq(decided(&trial, DECISION_WITHHELD), 0);
  cr_expect_gt(trial.check.finding_count, 0);
  end(&trial);
}

Test(discipline, a_request_lets_it_come_once) {
  struct trial trial = begin("transfer_fixed-m3-O2");
  rule_for(&trial, IRQ0)->request =
      (struct arrival_word){.address = START, .lanes = UINT32_MAX, .bits = 1};
  run(&trial);
  cr_expect_gt(decided(&trial, DECISION_WITHHELD), 0);
  cr_expect_gt(decided(&trial, DECISION_PROBED), 0);
  cr_expect_eq(pairs(&trial), trial.check.certificate.places);
  cr_expect_eq(trial.check.finding_count, 0);
  end(&trial);
}

Test(discipline, a_request_that_is_never_made) {
  struct trial trial = begin("transfer_fixed-m3-O2");
  rule_for(&trial, IRQ0)->request =
      (struct arrival_word){.address = START, .lanes = UINT32_MAX, .bits = 2};
  run(&trial);
  const struct interrupt_account *account = account_of(&trial, IRQ0);
  cr_assert_not_null(account);
  cr_expect_eq(account->taken, 0);
  cr_assert_not_null(account->reason_never);
  cr_expect(strstr(account->reason_never, "request") != NULL, "%s", account->reason_never);
  cr_expect_eq(trial.check.certificate.natural, 0, "waiting makes nothing come");
  end(&trial);
}

Test(discipline, none_at_all) {
  struct trial trial = begin("torn_enum-m3-O2");
  rule_for(&trial, EXCEPTION_SYSTICK)->most = 0;
  run(&trial);
  cr_expect_eq(trial.check.finding_count, 0);
  cr_expect_eq(decided(&trial, DECISION_PROBED), 0);
  cr_expect_gt(decided(&trial, DECISION_WITHHELD), 0);
  end(&trial);
}

Test(discipline, a_gap_keeps_it_away_from_the_one_before) {
  enum { GAP = 400 };
  struct trial trial = begin("torn_enum-m3-O2");
  rule_for(&trial, EXCEPTION_SYSTICK)->gap = GAP;
  run(&trial);
  cr_expect_gt(decided(&trial, DECISION_WITHHELD), 0);
  cr_expect_gt(decided(&trial, DECISION_PROBED), 0);
  cr_expect_gt(trial.check.finding_count, 0);
  for (size_t i = 0; i < trial.check.finding_count; i++) {
    uint64_t since = trial.check.findings[i].since;
    cr_expect(since == 0 || since >= GAP, "%s: %d", trial.check.findings[i].id, (int)since);
  }
  end(&trial);
}

Test(discipline, a_period_brings_it_by_itself) {
  enum { PERIOD = 100 };
  struct trial trial = begin("irq_pair-m3-O2");
  trial.options.no_prune = true; /* to the bound, closed or not */
  rule_for(&trial, IRQ0)->period = PERIOD;
  run(&trial);
  uint64_t instructions = trial.check.certificate.instructions;
  uint64_t natural = trial.check.certificate.natural;
  cr_expect_gt(instructions, 10 * PERIOD);
  cr_expect_leq(natural, instructions / PERIOD + 1);
  cr_expect_geq(natural + 2, instructions / PERIOD, "%d in %d", (int)natural,
                (int)instructions);
  end(&trial);
}

/* primask_section.c writes COUNTER only where SysTick is masked; the lower half is
 * odd there and behind it every other time. */
Test(discipline, what_came_while_masked_lands_where_the_mask_opens) {
  struct trial trial = begin("primask_section-m3-O2");
  const struct variable *variables = NULL;
  size_t count = image_variables(trial.image, &variables);
  uint32_t address = 0;
  for (size_t i = 0; i < count; i++) {
    address = strcmp(variables[i].name, "COUNTER") == 0 ? variables[i].address : address;
  }
  cr_assert_neq(address, 0);
  trial.options.max_instructions = 300;
  rule_for(&trial, EXCEPTION_SYSTICK)->condition =
      (struct arrival_word){.address = address, .lanes = UINT32_MAX, .bits = 1};
  trial.options.audit = true;
  run(&trial);
  cr_expect_gt(decided(&trial, DECISION_WITHHELD), 0);
  cr_expect_gt(decided(&trial, DECISION_MASKED), 0);
  cr_expect_gt(decided(&trial, DECISION_PROBED), 0);
  cr_expect(trial.check.certificate.audited);
  end(&trial);
}

Test(discipline, any_number_of_processes_says_the_same) {
  for (unsigned depth = 1; depth <= 2; depth++) {
    struct trial trial = begin("transfer-m0-O0");
    trial.options.depth = depth;
    trial.options.horizon = 100;
    rule_for(&trial, IRQ0)->request =
        (struct arrival_word){.address = START, .lanes = UINT32_MAX, .bits = 1};
    run(&trial);
    uint64_t alone[DECISION_COUNT];
    memcpy(alone, trial.check.certificate.decided, sizeof alone);
    size_t findings = trial.check.finding_count;
    trial.options.jobs = 3;
    run(&trial);
    cr_expect_arr_eq(alone, trial.check.certificate.decided, sizeof alone);
    cr_expect_eq(findings, trial.check.finding_count);
    cr_expect_gt(findings, 0);
    end(&trial);
  }
}

Test(discipline, pruned_equals_audited) {
  static const char *const names[] = {"transfer-m3-O0", "transfer_fixed-m0-O2"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    for (unsigned depth = 1; depth <= 2; depth++) {
      struct trial trial = begin(names[i]);
      trial.options.depth = depth;
      trial.options.horizon = 60;
      trial.options.max_instructions = 150;
      trial.options.audit = true;
      rule_for(&trial, IRQ0)->request =
          (struct arrival_word){.address = START, .lanes = UINT32_MAX, .bits = 1};
      run(&trial);
      cr_expect(trial.check.certificate.audited);
      end(&trial);
    }
  }
}

/* Places in `take` where IRQ0 is not disabled; by pc, from `low` on. */
struct open_places {
  uint32_t low;
  uint64_t pcs;
};

static void note_open(void *argument, const struct place *place, unsigned exception,
                      unsigned decision) {
  struct open_places *open = argument;
  uint32_t index = (place->pc - open->low) / 2;
  if (exception == IRQ0 && decision != DECISION_DISABLED && index < 64) {
    open->pcs |= UINT64_C(1) << index;
  }
}

static unsigned open_in_take(const char *name, uint32_t late) {
  struct trial trial = begin(name);
  struct source_frame frame = {0};
  struct open_places open = {.low = 0};
  const struct function *main_function = image_function_named(trial.image, "main");
  for (uint32_t pc = 0; open.low == 0 && pc < main_function->low; pc += 2) {
    bool take = image_line_at(trial.image, pc, &frame) && frame.function != NULL &&
                strcmp(frame.function, "take") == 0;
    open.low = take ? pc : 0;
  }
  cr_assert_neq(open.low, 0, "main lies behind take");
  rule_for(&trial, IRQ0)->late = late;
  trial.options.decided = note_open;
  trial.options.decided_argument = &open;
  trial.options.max_instructions = 150;
  const struct function *take = image_function_at(trial.image, open.low);
  uint32_t count = (take->high - take->low) / 2;
  run(&trial);
  end(&trial);
  return (unsigned)__builtin_popcountll(open.pcs & ((UINT64_C(1) << count) - 1));
}

Test(discipline, a_late_mask_lets_it_come_behind_the_write) {
  static const char racy[] = "disabled_line-m3-O2", fixed[] = "disabled_line_fixed-m3-O2";
  unsigned open = open_in_take(racy, 0);
  cr_expect_gt(open, 0);
  cr_expect_eq(open_in_take(racy, 1), open + 1);
  cr_expect_eq(open_in_take(racy, 2), open + 2);
  cr_expect_eq(open_in_take(racy, 16), open + 4, "the write to NVIC_ISER0 ends it");
  open = open_in_take(fixed, 0);
  cr_expect_eq(open_in_take(fixed, 16), open + 2, "ahead of DSB and of ISB");
}

Test(discipline, tokens_know_the_rules) {
  struct trial trial = begin("transfer-m3-O2");
  uint16_t without = machine_config_fingerprint(&trial.options.machine);
  rule_for(&trial, IRQ0)->gap = 5;
  uint16_t with = machine_config_fingerprint(&trial.options.machine);
  cr_expect_neq(without, with);
  trial.options.machine.arrival_rules[0].late = 2;
  cr_expect_neq(with, machine_config_fingerprint(&trial.options.machine));
  end(&trial);
}
