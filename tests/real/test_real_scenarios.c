/* scenarios/real, run by their files alone: what is found must be what they expect.
 * Where an image is not installed, its scenario is skipped with a message. */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "session/session.h"
#include "tests/firmware/trial.h"

#define UBERTOOTH "/usr/src/ubertooth-firmware-source.tar.gz"
#define UBERTOOTH_HEADER "/usr/include/ubertooth/ubertooth_interface.h"
#define BUILT FOLDER "/scenario/ubertooth-firmware-source/bluetooth_rxtx"

static void need(const char *file, const char *package) {
  if (access(file, R_OK) != 0) {
    cr_skip_test("%s is absent: install %s", file, package);
  }
}

/* `image` NULL: the one that the scenario names. */
static void run(const char *name, const char *image) {
  char path[512];
  struct error error = {""};
  struct options options = options_default();
  snprintf(path, sizeof path, SOURCE_DIR "/scenarios/real/%s.yaml", name);
  cr_assert(options_set(&options, OPTION_SCENARIO, path, &error), "%s", error.message);
  options.image = image;
  setenv("TORNWORD_CHIPS", SOURCE_DIR "/chips", 1);
  struct session session;
  cr_assert(session_open(&session, &options, &error), "%s", error.message);
  cr_assert(session_survey(&session, true, &error), "%s", error.message);
  struct scenario *scenario = scenario_load(path, &error);
  cr_assert_not_null(scenario, "%s", error.message);
  cr_expect_str_eq(scenario->name, name);
  struct trial trial = {.program = scenario_program_for(scenario, session.path),
                        .core = image_core(session.image),
                        .image = session.image};
  snprintf(trial.name, sizeof trial.name, "%s", name);
  cr_assert_not_null(trial.program);
  cr_assert(explorer_check(session.image, &session.explorer, &trial.check, &error), "%s: %s",
            name, error.message);
  nothing_is_missing(&trial, trial.program->expect, trial.program->expect_count, "scenario");
  nothing_is_unexpected(&trial);
  cr_expect_gt(trial.check.certificate.decided[DECISION_PROBED], 1000);
  check_free(&trial.check);
  scenario_free(scenario);
  session_close(&session);
}

Test(real_scenarios, micropython, .timeout = 600) {
  need("/usr/share/firmware-microbit-micropython/firmware.hex",
       "firmware-microbit-micropython");
  run("micropython", NULL);
}

Test(real_scenarios, toboot, .timeout = 600) {
  need("/usr/lib/firmware-tomu/toboot.elf", "firmware-tomu");
  run("toboot", NULL);
}

/* Its image is built from the package's source. */
Test(real_scenarios, ubertooth, .timeout = 600) {
  need(UBERTOOTH, "ubertooth-firmware-source");
  need(UBERTOOTH_HEADER, "libubertooth-dev");
  cr_assert_eq(
      system("mkdir -p " FOLDER "/scenario && cd " FOLDER "/scenario && tar xf " UBERTOOTH
             " && make -s -C " BUILT " >make.log 2>&1"),
      0, "see " FOLDER "/scenario/make.log");
  run("ubertooth", BUILT "/bluetooth_rxtx.elf");
  run("ubertooth_rx", BUILT "/bluetooth_rxtx.elf");
}

Test(real_scenarios, none_is_forgotten) {
  static const char *const names[] = {"/micropython.yaml", "/toboot.yaml", "/ubertooth.yaml",
                                      "/ubertooth_rx.yaml"};
  glob_t files;
  cr_assert_eq(glob(SOURCE_DIR "/scenarios/real/*.yaml", 0, NULL, &files), 0);
  cr_expect_eq(files.gl_pathc, sizeof names / sizeof *names);
  for (size_t i = 0; i < files.gl_pathc; i++) {
    cr_expect_not_null(strstr(files.gl_pathv[i], names[i]), "%s is not run", files.gl_pathv[i]);
  }
  globfree(&files);
}
