/* What a scenario says that does not fit its image. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/explore/scenario.h"

/* A scenario with these lines in its program, laid over transfer-m3-O2. */
static void expect_refused(const char *section, const char *entry, const char *message) {
  char image_path[512];
  snprintf(image_path, sizeof image_path, "%s/transfer-m3-O2.elf", FIRMWARE);
  char path[] = "/tmp/program-XXXXXX";
  int descriptor = mkstemp(path);
  FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "w");
  cr_assert_not_null(file);
  fprintf(file, "name: a\nversion: 1\nprograms:\n  - %s:\n      - %s\n    expect: []\n",
          section, entry);
  fclose(file);
  struct error error = {""};
  struct image *image = image_load(image_path, NULL, &error);
  cr_assert_not_null(image, "%s", error.message);
  struct explorer_options options = explorer_options_default(image);
  struct scenario *scenario = scenario_load(path, &error);
  cr_assert_not_null(scenario, "%s: %s", entry, error.message);
  cr_expect_not(scenario_apply(&scenario->programs[0], image, &options, &error), "%s", entry);
  cr_expect(strncmp(error.message, path, strlen(path)) == 0, "%s", error.message);
  cr_expect(strstr(error.message, message) != NULL, "%s: %s", entry, error.message);
  scenario_free(scenario);
  unlink(path);
  image_destroy(image);
}

Test(scenario_apply, what_does_not_fit_is_refused_with_its_place) {
  static const char *const rows[][3] = {
      {"arrivals", "{interrupt: IRQ0, after-write: {variable: JBO}}",
       ":5:51: the image has no variable 'JBO'; did you mean 'JOB'?"},
      {"arrivals", "{interrupt: IRQ0, after-write: {variable: JOB}}",
       ":5:51: does not lie in one word"},
      {"arrivals", "{interrupt: IRQ0, every: 100, gap: 5}",
       ":5:27: a periodic interrupt has no gap"},
      {"arrivals", "{interrupt: SysTick, every: 100}",
       ":5:30: SysTick comes by its own counter"},
      {"arrivals", "{interrupt: IRQ0, every: 0}", ":5:27: every is a number of instructions"},
      {"arrivals", "{interrupt: IRQ0, jitter: 5}", "give both"},
      {"arrivals", "{interrupt: SysTick, late-mask: 1}", "late-mask is of what NVIC_ICER"},
      {"arrivals", "{interrupt: IRQ0, late-mask: 0}", "instructions, 1 to 16"},
      {"arrivals", "{interrupt: IRQ0, late-mask: 17}", "instructions, 1 to 16"},
      {"arrivals", "{interrupt: IRQ0, after-write: {address: 0x40005001}}",
       ":5:41: the address of a word"},
      {"arrivals", "{interrupt: IRQ0, only-while: {bits: 1}}",
       "name either a variable or an address"},
      {"arrivals", "{interrupt: IRQ0, only-while: {address: 0x40005000, bits: 0}}",
       ":5:61: bits 0"},
      {"arrivals", "{interrupt: IRQ0, after-write: {address: 0x40005000, value: 1}}",
       "give bits"},
      {"arrivals", "{interrupt: IRQ0}\n      - {interrupt: IRQ0}",
       "speaks twice of one interrupt"},
      {"regions", "{function: mian}",
       ":5:20: the image has no function 'mian'; did you mean 'main'?"},
      {"regions", "{from: transfer.c:24}", "name either a function, or both from and to"},
      {"regions", "{from: transfer.c:24, to: transfer.c}", "is no line; write it as main.c:12"},
      {"regions", "{from: transfer.c:1, to: transfer.c:24}", "no instruction of the image"},
      {"regions", "{function: main, from: a.c:1, to: a.c:2}", "name either"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    expect_refused(rows[i][0], rows[i][1], rows[i][2]);
  }
}
