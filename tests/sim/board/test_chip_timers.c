/* Each chip's timer: its interrupt comes by itself, under the chip's name, and what
 * its handler tears is found in a firmware without names. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/board/board.h"
#include "sim/explore/explorer.h"
#include "sim/explore/survey.h"

enum { BOUND = 22000 }; /* the timers come every 15,000 to 20,000 instructions */

static void check_chip(const char *chip, const char *name, unsigned irq) {
  char path[512];
  struct error error = {""};
  struct board *board = board_create();
  cr_assert(board_read_chip(board, chip, CHIPS, &error), "%s", error.message);
  board_finish(board, NULL, 0);
  struct image_options image_options = {.has_base = false};
  snprintf(path, sizeof path, FOLDER "/%s.hex", chip);
  board_image_options(board, path, &image_options);
  struct image *image = image_load(path, &image_options, &error);
  cr_assert_not_null(image, "%s", error.message);
  struct explorer_options options = explorer_options_default(image);
  cr_assert(board_apply(board, image, &options.machine, &error), "%s", error.message);
  options.max_instructions = BOUND;
  struct discovery found;
  cr_assert(survey_run(image, &options, &found, &error), "%s", error.message);
  image_learn(image, &found);
  survey_free(&found);
  struct check check;
  cr_assert(explorer_check(image, &options, &check, &error), "%s: %s", chip, error.message);

  const struct certificate *c = &check.certificate;
  cr_expect_geq(c->natural, 1, "%s: the timer came %llu times", chip,
                (unsigned long long)c->natural);
  cr_expect_eq(c->given, 0, "%s", chip);
  bool taken = false;
  for (size_t i = 0; i < c->interrupt_count; i++) {
    taken |= c->interrupts[i].exception == 16 + irq && c->interrupts[i].taken > 1000;
  }
  cr_expect(taken, "%s: IRQ %u", chip, irq);
  char *text = image_exception_name(image, 16 + irq);
  char wanted[64];
  snprintf(wanted, sizeof wanted, "IRQ %u (%s)", irq, name);
  cr_expect_str_eq(text, wanted);
  free(text);
  cr_assert_gt(check.finding_count, 0, "%s", chip);
  cr_expect_eq(check.findings[0].sighting.kind, FINDING_TORN_WRITE, "%s", chip);
  check_free(&check);
  image_destroy(image);
  board_destroy(board);
}

#define CHIP_TEST(test, chip, name, irq) \
  Test(chip_timers, test) {              \
    check_chip(chip, name, irq);         \
  }
CHIP_TEST(lm3s6965, "lm3s6965", "TIMER0A", 19)
CHIP_TEST(mps2_an385, "mps2-an385", "TIMER0", 8)
CHIP_TEST(mps2_an386, "mps2-an386", "TIMER0", 8)
CHIP_TEST(stm32f1, "stm32f1", "TIM2", 28)
CHIP_TEST(stm32f4, "stm32f4", "TIM2", 28)
CHIP_TEST(lpc1756, "lpc1756", "TIMER0", 1)
CHIP_TEST(efm32hg, "efm32hg", "TIMER0", 2)
