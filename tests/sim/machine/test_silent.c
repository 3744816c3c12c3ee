/* Silent runs: what they tell, and where they are over. */
#include <criterion/criterion.h>

#include "tests/sim/machine/scene.h"

enum { WAITS, COUNTS, COUNTS_IN_A_REGISTER, READS_A_DEVICE, STOPS };
enum { FARTHEST = 400 };

static struct run run_from_main(struct scene *scene, uint32_t choice, bool silent) {
  scene_open(scene, "silent", choice);
  struct run run = {
      .mode = RUN_BRANCH,
      .limit = scene->machine->state.boundary + FARTHEST,
      .silent = silent,
  };
  machine_continue(scene->machine, &run);
  return run;
}

static uint64_t left(const struct scene *scene, const struct run *run) {
  return run->limit - scene->machine->state.boundary;
}

Test(silent, is_over_where_a_loop_changes_nothing) {
  struct scene scene;
  struct run run = run_from_main(&scene, WAITS, true);
  cr_expect_eq(run.stop, STOP_LIMIT);
  cr_expect_gt(left(&scene, &run), FARTHEST - 60);
  scene_close(&scene);
}

Test(silent, others_go_on) {
  struct scene scene;
  struct run run = run_from_main(&scene, WAITS, false);
  cr_expect_eq(left(&scene, &run), 0);
  scene_close(&scene);
}

Test(silent, goes_on_where_something_changes) {
  static const uint32_t choices[] = {COUNTS, COUNTS_IN_A_REGISTER, READS_A_DEVICE};
  for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
    struct scene scene;
    struct run run = run_from_main(&scene, choices[i], true);
    cr_expect_eq(left(&scene, &run), 0, "choice %u", choices[i]);
    scene_close(&scene);
  }
}

Test(silent, tells_no_accesses_and_undoes_them) {
  struct scene scene;
  scene_open(&scene, "silent", COUNTS);
  struct machine *m = scene.machine;
  struct snapshot *before = snapshot_create(m);
  struct run run = {.mode = RUN_BRANCH, .limit = m->state.boundary + FARTHEST, .silent = true};
  snapshot_save(before, m);
  machine_continue(m, &run);
  cr_expect_eq(scene.events[EVENT_READ] + scene.events[EVENT_WRITE], 0);
  cr_expect_gt(*scene_variable(&scene, "counter"), 10);
  snapshot_restore(before, m);
  cr_expect_eq(*scene_variable(&scene, "counter"), 0);
  snapshot_destroy(before);
  scene_close(&scene);
}

Test(silent, breakpoints_are_told_again_and_again) {
  struct scene scene;
  scene_open(&scene, "silent", STOPS);
  scene.machine->config.bkpt = BKPT_CONTINUE;
  struct run run = {
      .mode = RUN_BRANCH, .limit = scene.machine->state.boundary + FARTHEST, .silent = true};
  machine_continue(scene.machine, &run);
  cr_expect_geq(scene.events[EVENT_BKPT], 3);
  scene_close(&scene);
}
