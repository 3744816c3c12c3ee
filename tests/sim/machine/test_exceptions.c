/* Exceptions where qemu-system-arm has no answer, or another one than Arm's text. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "sim/machine/machine.h"

enum { LOCKUP, IGNORED, VECTORS, NESTED, ZERO, INVALID, LATE };
enum { ENTRIES, FRAME_PC, FRAME_IPSR, LINK, CFSR, HFSR, ORDER, LOADED, RESULTS };
enum { IRQ0 = EXCEPTION_IRQ0, IRQ1 = EXCEPTION_IRQ0 + 1 };

struct scene {
  struct machine *machine;
  struct image *image;
  struct run run;
  unsigned lockups, entries; /* events */
  unsigned at_zero;          /* instructions executed at addresses 0 and 2 */
  unsigned late;             /* to be pended while the first exception is entered */
};

static uint32_t *variable(const struct scene *scene, const char *name) {
  const struct variable *variables = NULL;
  size_t count = image_variables(scene->image, &variables);
  for (size_t i = 0; i < count; i++) {
    if (strcmp(variables[i].name, name) == 0) {
      return (uint32_t *)(void *)memory_host(&scene->machine->memory, variables[i].address, 4);
    }
  }
  cr_assert_fail("no variable %s", name);
  return NULL;
}

static uint32_t result(const struct scene *scene, unsigned which) {
  return variable(scene, "results")[which];
}

static void on_event(void *owner, const struct event *event) {
  struct scene *scene = owner;
  scene->lockups += event->kind == EVENT_LOCKUP;
  scene->entries += event->kind == EVENT_ENTRY;
}

static void on_place(void *owner, enum place_kind kind, unsigned beat) {
  struct scene *scene = owner;
  (void)beat;
  if (kind == PLACE_ENTRY && scene->late != 0) {
    machine_pend(scene->machine, scene->late);
    scene->late = 0;
  }
}

static void on_instruction(void *owner) {
  struct scene *scene = owner;
  scene->at_zero += scene->machine->state.pc < 4;
}

static void go_on(struct scene *scene) {
  scene->run = (struct run){.mode = RUN_SPINE, .limit = scene->machine->state.boundary + 5000};
  machine_continue(scene->machine, &scene->run);
}

/* Up to main, where `choice` is read. */
static void open_scene(struct scene *scene, uint32_t choice) {
  struct error error = {""};
  *scene = (struct scene){.image = image_load(SAMPLES "/exceptions.elf", NULL, &error)};
  cr_assert_not_null(scene->image, "%s", error.message);
  struct machine_config config = machine_config_default(image_core(scene->image));
  config.bkpt = BKPT_STOP;
  config.ram_base = 0x20000000;
  config.ram_size = 0x10000;
  scene->machine = machine_create(scene->image, &config, &error);
  cr_assert_not_null(scene->machine, "%s", error.message);
  scene->run = (struct run){.mode = RUN_BRANCH,
                            .limit = 5000,
                            .meets = true,
                            .meet_pc = image_function_named(scene->image, "main")->low};
  machine_continue(scene->machine, &scene->run);
  cr_assert_eq(scene->run.stop, STOP_DONE, "main was not reached");
  memcpy(variable(scene, "choice"), &choice, sizeof choice);
  scene->machine->host = (struct machine_host){
      .owner = scene, .event = on_event, .place = on_place, .instruction = on_instruction};
}

static void close_scene(struct scene *scene) {
  machine_destroy(scene->machine);
  image_destroy(scene->image);
}

Test(exceptions, a_fault_in_hardfault_locks_up_and_stays_so) {
  struct scene scene;
  open_scene(&scene, LOCKUP);
  go_on(&scene);
  cr_expect_eq(scene.run.stop, STOP_LOCKUP);
  cr_expect_eq(scene.machine->state.context.exception, EXCEPTION_HARDFAULT);
  uint64_t boundary = scene.machine->state.boundary;
  go_on(&scene);
  cr_expect_eq(scene.run.stop, STOP_LOCKUP);
  cr_expect_eq(scene.machine->state.boundary, boundary, "nothing executes");
  cr_expect_eq(scene.lockups, 1);
  cr_expect_eq(result(&scene, ENTRIES), 1);
  close_scene(&scene);
}

Test(exceptions, nmi_leaves_a_lockup_and_returns_to_it) {
  struct scene scene;
  open_scene(&scene, LOCKUP);
  go_on(&scene);
  machine_pend(scene.machine, EXCEPTION_NMI);
  go_on(&scene);
  cr_expect_eq(scene.run.stop, STOP_LOCKUP, "its handler changed nothing");
  cr_expect_eq(result(&scene, FRAME_PC), 0xfffffffe, "B1.5.15: the lockup address");
  cr_expect_eq(result(&scene, FRAME_IPSR), EXCEPTION_HARDFAULT);
  cr_expect_eq(result(&scene, LINK), 0xfffffff1);
  cr_expect_eq(scene.machine->state.context.exception, EXCEPTION_HARDFAULT);
  memcpy(variable(&scene, "repairs"), &(uint32_t){1}, 4);
  machine_pend(scene.machine, EXCEPTION_NMI);
  go_on(&scene);
  cr_expect_eq(scene.run.stop, STOP_BKPT, "its handler led elsewhere");
  cr_expect_eq(scene.machine->state.context.exception, EXCEPTION_HARDFAULT);
  close_scene(&scene);
}

Test(exceptions, bus_faults_are_ignored_where_bfhfnmign_says_so) {
  struct scene scene;
  open_scene(&scene, IGNORED);
  go_on(&scene);
  cr_expect_eq(scene.run.stop, STOP_BKPT);
  cr_expect_eq(result(&scene, LOADED), 1, "the code behind the accesses ran");
  cr_expect_eq(result(&scene, ENTRIES), 0);
  cr_expect_eq(result(&scene, CFSR), 0x8200, "PRECISERR and BFARVALID are told");
  close_scene(&scene);
}

Test(exceptions, a_vector_that_cannot_be_read_is_a_hardfault) {
  struct scene scene;
  open_scene(&scene, VECTORS);
  go_on(&scene);
  cr_expect_eq(scene.run.stop, STOP_BKPT);
  cr_expect_eq(result(&scene, ENTRIES), 1);
  cr_expect_eq(result(&scene, HFSR), 2, "VECTTBL");
  cr_expect_eq(result(&scene, CFSR), 0);
  cr_expect_eq(scene.machine->state.context.exception, EXCEPTION_HARDFAULT);
  close_scene(&scene);
}

Test(exceptions, nesting_without_end_is_a_lockup) {
  struct scene scene;
  open_scene(&scene, NESTED);
  go_on(&scene);
  cr_expect_eq(scene.run.stop, STOP_LOCKUP);
  cr_expect_eq(scene.machine->state.depth, NESTING);
  cr_expect_eq(result(&scene, ENTRIES), NESTING);
  close_scene(&scene);
}

Test(exceptions, code_at_address_zero_runs) {
  struct scene scene;
  open_scene(&scene, ZERO);
  go_on(&scene);
  cr_expect_geq(scene.at_zero, 2, "%u instructions at 0 and 2", scene.at_zero);
  close_scene(&scene);
  open_scene(&scene, INVALID);
  go_on(&scene);
  cr_expect_eq(scene.at_zero, 0, "T is clear: nothing executes");
  cr_expect_eq(result(&scene, CFSR), 1U << 17, "INVSTATE");
  close_scene(&scene);
}

Test(exceptions, an_arrival_during_an_entry_is_taken_first_if_more_urgent) {
  static const struct {
    unsigned late;
    uint32_t order;
  } rows[] = {
      {0, IRQ0}, {IRQ1, IRQ1 << 8 | IRQ0}, {EXCEPTION_PENDSV, IRQ0 << 8 | EXCEPTION_PENDSV}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct scene scene;
    open_scene(&scene, LATE);
    scene.machine->state.exceptions.priority[EXCEPTION_PENDSV] = 0xc0;
    scene.late = rows[i].late;
    go_on(&scene);
    cr_expect_eq(result(&scene, ORDER), rows[i].order, "row %zu: order %x", i,
                 result(&scene, ORDER));
    close_scene(&scene);
  }
}

Test(exceptions, a_level_that_stays_high_pends_again) {
  struct scene scene;
  open_scene(&scene, LATE);
  machine_set_line(scene.machine, IRQ0, true);
  go_on(&scene);
  cr_expect_geq(scene.entries, 10, "entered %u times", scene.entries);
  machine_set_line(scene.machine, IRQ0, false);
  scene.entries = 0;
  go_on(&scene);
  cr_expect_leq(scene.entries, 1, "what was pending is taken once");
  cr_expect_eq(scene.run.stop, STOP_BKPT);
  close_scene(&scene);
}
