/* What lies around the core: the cycle counter, code in RAM, events and sleep,
 * registers that nothing models, late masks. */
#include <criterion/criterion.h>

#include "tests/sim/machine/scene.h"

enum { CYCLES, CODE, SLEEP, SEND_ON_PEND, UNMODELLED };
/* Where IRQ 0 is disabled. */
enum { OPEN = UNMODELLED + 1, ABOVE_BASEPRI, ABOVE_SVCALL };
enum { PRIMASK = ABOVE_SVCALL + 1, FAULTMASK, BASEPRI, SVCALL };
enum { RUNNING, STOPPED, UNTRACED, WRAPPED };

Test(system, cyccnt_counts_instructions_while_it_is_on) {
  struct scene scene;
  scene_open(&scene, "system", CYCLES);
  scene_go_on(&scene);
  cr_expect_eq(scene.run.stop, STOP_BKPT);
  cr_expect_eq(scene_result(&scene, RUNNING), 11);
  cr_expect_eq(scene_result(&scene, STOPPED), 0, "CYCCNTENA is clear");
  cr_expect_eq(scene_result(&scene, UNTRACED), 0, "TRCENA is clear");
  cr_expect_eq(scene_result(&scene, WRAPPED), 1);
  scene_close(&scene);
}

Test(system, code_in_ram_runs_as_it_was_last_written) {
  struct scene scene;
  scene_open(&scene, "system", CODE);
  scene_go_on(&scene);
  for (unsigned i = 0; i < 3; i++) {
    cr_expect_eq(scene_result(&scene, i), i + 1, "call %u gave %u", i, scene_result(&scene, i));
  }
  scene_close(&scene);
}

Test(system, wfe_passes_once_for_an_event) {
  static const uint32_t rows[] = {SLEEP, SEND_ON_PEND};
  for (size_t i = 0; i < 2; i++) {
    struct scene scene;
    scene_open(&scene, "system", rows[i]);
    scene.machine->state.event_register = rows[i] == SEND_ON_PEND;
    scene_go_on(&scene);
    cr_expect_eq(scene_result(&scene, 0), 1, "row %zu: the first passes", i);
    cr_expect_eq(scene_result(&scene, 1), 0, "row %zu: the second sleeps", i);
    cr_expect_eq(scene.run.stop, STOP_SLEEP);
    scene_close(&scene);
  }
}

struct touched {
  uint32_t address;
  uint64_t reads, writes;
};

static struct touched touches_of(const struct scene *scene, uint32_t address) {
  const struct devices *devices = &scene->machine->devices;
  for (size_t i = 0; i < devices->capacity; i++) {
    const struct device_register *slot = &devices->slots[i];
    if (slot->used && slot->address == address) {
      return (struct touched){address, slot->reads, slot->writes};
    }
  }
  return (struct touched){address, 0, 0};
}

/* They are events, and stand among the registers that a report lists. */
Test(system, nothing_unmodelled_is_silent) {
  static const struct touched rows[] = {
      {0xe0042000, 1, 0}, {0xe0000000, 0, 1}, {0xe0001008, 1, 0},
      {0xe000ef90, 1, 0}, {0xe000edfc, 0, 1}, {0xe000ed0c, 0, 1},
  };
  struct scene scene;
  scene_open(&scene, "system", UNMODELLED);
  scene_go_on(&scene);
  cr_expect_eq(scene.run.stop, STOP_BKPT);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct touched touched = touches_of(&scene, rows[i].address);
    cr_expect_eq(touched.reads, rows[i].reads, "%08x", rows[i].address);
    cr_expect_eq(touched.writes, rows[i].writes, "%08x", rows[i].address);
  }
  cr_expect_eq(scene.events[EVENT_DEVICE_READ], 3);
  cr_expect_eq(scene.events[EVENT_DEVICE_WRITE], 3);
  scene_close(&scene);
}

/* Whether IRQ 0 may still come behind the write to NVIC_ICER that disabled it. */
static bool comes_late(uint32_t where) {
  struct scene scene;
  scene_open(&scene, "system", where);
  struct machine_config *config = &scene.machine->config;
  config->arrival_rules[config->arrival_rule_count++] =
      (struct arrival_rule){.exception = EXCEPTION_IRQ0, .most = UINT64_MAX, .late = 100};
  scene_go_on(&scene);
  const struct machine_state *s = &scene.machine->state;
  bool late = late_mask_holds(&s->late, EXCEPTION_IRQ0);
  cr_expect_eq(scene.run.stop, STOP_BKPT, "%u", where);
  cr_expect_eq(exception_bit(s->exceptions.enabled, EXCEPTION_IRQ0), late, "%u", where);
  scene_close(&scene);
  return late;
}

Test(system, what_was_masked_at_the_write_does_not_come_late) {
  static const uint32_t open[] = {OPEN, ABOVE_BASEPRI, ABOVE_SVCALL};
  static const uint32_t masked[] = {PRIMASK, FAULTMASK, BASEPRI, SVCALL};
  for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
    cr_expect(comes_late(open[i]), "%u", open[i]);
  }
  for (size_t i = 0; i < sizeof masked / sizeof *masked; i++) {
    cr_expect_not(comes_late(masked[i]), "%u", masked[i]);
  }
}
