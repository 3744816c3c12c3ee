/* Exceptions where qemu-system-arm has no answer, or another one than Arm's text. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/sim/machine/scene.h"

enum { LOCKUP, IGNORED, VECTORS, NESTED, ZERO, INVALID, LATE, COUNTED, OTHER_RAM, REFUSED };
enum { ENTRIES, FRAME_PC, FRAME_IPSR, LINK, CFSR, HFSR, ORDER, LOADED, RESULTS };
enum { IRQ0 = EXCEPTION_IRQ0, IRQ1 = EXCEPTION_IRQ0 + 1, IRQ15 = EXCEPTION_IRQ0 + 15 };

static unsigned late;    /* to be pended while the first exception is entered */
static unsigned at_zero; /* instructions executed at addresses 0 and 2 */

static void on_place(void *owner, enum place_kind kind, unsigned beat) {
  struct scene *scene = owner;
  (void)beat;
  if (kind == PLACE_ENTRY && late != 0) {
    machine_pend(scene->machine, late);
    late = 0;
  }
}

static void on_instruction(void *owner) {
  const struct scene *scene = owner;
  at_zero += scene->machine->state.pc < 4;
}

static void open_scene(struct scene *scene, uint32_t choice) {
  scene_open(scene, "exceptions", choice);
  scene->machine->host.place = on_place;
  scene->machine->host.instruction = on_instruction;
  at_zero = late = 0;
}

Test(exceptions, a_fault_in_hardfault_locks_up_and_stays_so) {
  struct scene scene;
  open_scene(&scene, LOCKUP);
  scene_go_on(&scene);
  cr_expect_eq(scene.run.stop, STOP_LOCKUP);
  cr_expect_eq(scene.machine->state.context.exception, EXCEPTION_HARDFAULT);
  uint64_t boundary = scene.machine->state.boundary;
  scene_go_on(&scene);
  cr_expect_eq(scene.run.stop, STOP_LOCKUP);
  cr_expect_eq(scene.machine->state.boundary, boundary, "nothing executes");
  cr_expect_eq(scene.events[EVENT_LOCKUP], 1);
  cr_expect_eq(scene_result(&scene, ENTRIES), 1);
  scene_close(&scene);
}

Test(exceptions, nmi_leaves_a_lockup_and_returns_to_it) {
  struct scene scene;
  open_scene(&scene, LOCKUP);
  scene_go_on(&scene);
  machine_pend(scene.machine, EXCEPTION_NMI);
  scene_go_on(&scene);
  cr_expect_eq(scene.run.stop, STOP_LOCKUP, "its handler changed nothing");
  cr_expect_eq(scene_result(&scene, FRAME_PC), 0xfffffffe, "B1.5.15: the lockup address");
  cr_expect_eq(scene_result(&scene, FRAME_IPSR), EXCEPTION_HARDFAULT);
  cr_expect_eq(scene_result(&scene, LINK), 0xfffffff1);
  cr_expect_eq(scene.machine->state.context.exception, EXCEPTION_HARDFAULT);
  memcpy(scene_variable(&scene, "repairs"), &(uint32_t){1}, 4);
  machine_pend(scene.machine, EXCEPTION_NMI);
  scene_go_on(&scene);
  cr_expect_eq(scene.run.stop, STOP_BKPT, "its handler led elsewhere");
  cr_expect_eq(scene.machine->state.context.exception, EXCEPTION_HARDFAULT);
  scene_close(&scene);
}

Test(exceptions, bus_faults_are_ignored_where_bfhfnmign_says_so) {
  struct scene scene;
  open_scene(&scene, IGNORED);
  scene_go_on(&scene);
  cr_expect_eq(scene.run.stop, STOP_BKPT);
  cr_expect_eq(scene_result(&scene, LOADED), 1, "the code behind the accesses ran");
  cr_expect_eq(scene_result(&scene, ENTRIES), 0);
  cr_expect_eq(scene_result(&scene, CFSR), 0x8200, "PRECISERR and BFARVALID are told");
  scene_close(&scene);
}

Test(exceptions, bus_faults_count_elsewhere) {
  struct scene scene;
  open_scene(&scene, COUNTED);
  scene_go_on(&scene);
  cr_expect_eq(scene.run.stop, STOP_BKPT);
  cr_expect_eq(scene_result(&scene, ENTRIES), 1);
  cr_expect_eq(scene_result(&scene, HFSR), 1U << 30, "FORCED");
  scene_close(&scene);
  open_scene(&scene, REFUSED);
  scene_go_on(&scene);
  cr_expect_eq(scene.run.stop, STOP_LOCKUP);
  cr_expect_eq(scene_result(&scene, ENTRIES), 0);
  scene_close(&scene);
}

Test(exceptions, frames_may_lie_in_any_ram) {
  struct scene scene;
  open_scene(&scene, OTHER_RAM);
  scene_go_on(&scene);
  cr_expect_eq(scene.run.stop, STOP_BKPT);
  cr_expect_eq(scene_result(&scene, ORDER), IRQ0);
  cr_expect_eq(scene_result(&scene, CFSR), 0);
  scene_close(&scene);
}

/* Kind, flags, who, and whom it preempted or who goes on. */
struct step {
  uint8_t kind, flags;
  uint16_t exception, other;
};
enum { STEPS = 8 };
static struct step steps[STEPS];
static unsigned step_count;

static void note_step(void *owner, const struct event *event) {
  (void)owner;
  bool told = event->kind == EVENT_ENTRY || event->kind == EVENT_RETURN;
  if (told && step_count < STEPS) {
    steps[step_count++] = (struct step){event->kind, event->flags, event->context.exception,
                                        event->other.exception};
  }
}

static void check_steps(const struct step *expected, unsigned count) {
  cr_expect_eq(step_count, count, "%u steps", step_count);
  for (unsigned i = 0; i < count; i++) {
    cr_expect_arr_eq(&steps[i], &expected[i], sizeof steps[i], "step %u: %u %u %u %u", i,
                     steps[i].kind, steps[i].flags, steps[i].exception, steps[i].other);
  }
}

Test(exceptions, entries_and_returns_are_told) {
  static const struct step chained[] = {{EVENT_ENTRY, 0, IRQ0, 0},
                                        {EVENT_RETURN, EVENT_TAIL, IRQ0, 0},
                                        {EVENT_ENTRY, EVENT_TAIL, EXCEPTION_PENDSV, 0},
                                        {EVENT_RETURN, 0, EXCEPTION_PENDSV, 0}};
  struct scene scene;
  open_scene(&scene, LATE);
  scene.machine->state.exceptions.priority[EXCEPTION_PENDSV] = 0xc0;
  scene.machine->host.event = note_step;
  late = EXCEPTION_PENDSV;
  step_count = 0;
  scene_go_on(&scene);
  check_steps(chained, 4);
  scene_close(&scene);
}

/* A probe is over when what was injected is neither pending nor active and priority
 * is back where it was: before the registers are popped. One that its handler leaves
 * pending goes on, here to the program's end. */
Test(exceptions, probes_end_with_their_exception) {
  static const struct {
    uint16_t waited_for;
    uint8_t base_depth;
    bool leaves_pending;
    enum machine_stop stop;
    unsigned steps;
  } rows[] = {
      {IRQ0, 0, false, STOP_DONE, 2}, {0, 0, false, STOP_DONE, 2},
      {IRQ0, 0, true, STOP_BKPT, 4},  {IRQ0, 1, false, STOP_DONE, 2},
      {0, 0, true, STOP_DONE, 2},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct scene scene;
    open_scene(&scene, LATE);
    struct machine *m = scene.machine;
    m->host = (struct machine_host){.event = note_step};
    exception_set(m->state.exceptions.enabled, IRQ0);
    step_count = 0;
    uint32_t pc = m->state.pc;
    scene.run = (struct run){.mode = RUN_PROBE,
                             .limit = m->state.boundary + 60,
                             .exception = rows[i].waited_for,
                             .base_depth = rows[i].base_depth};
    machine_pend(m, IRQ0);
    memcpy(scene_variable(&scene, "masks"), &(uint32_t){rows[i].leaves_pending}, 4);
    machine_continue(m, &scene.run);
    cr_expect_eq(scene.run.stop, rows[i].stop, "row %zu: stop %d", i, scene.run.stop);
    cr_expect_eq(step_count, rows[i].steps, "row %zu: %u steps", i, step_count);
    cr_expect_eq(steps[0].flags, rows[i].waited_for == IRQ0 ? EVENT_INJECTED : 0, "row %zu", i);
    if (scene.run.stop == STOP_DONE) {
      cr_expect_eq(m->state.pc, pc);
      cr_expect_eq(m->state.action, ACTION_RESUME);
      machine_settle(m);
      cr_expect_eq(m->state.action, ACTION_NONE);
    }
    scene_close(&scene);
  }
}

/* A tick that comes by itself while PRIMASK holds IRQ0 back. */
Test(exceptions, only_while_a_probe_waits_do_others_come) {
  enum { HELD = 3, LIMIT = 8 };
  for (unsigned natural = 0; natural < 2; natural++) {
    struct scene scene;
    open_scene(&scene, LATE);
    struct machine *m = scene.machine;
    struct exceptions *x = &m->state.exceptions;
    m->host = (struct machine_host){.owner = NULL};
    exception_set(x->enabled, IRQ0);
    x->priority[EXCEPTION_SYSTICK] = 0x80;
    m->state.systick.control = SYSTICK_ENABLE | SYSTICK_TICKINT;
    m->state.systick.reload = 100;
    m->state.next_arrival = m->state.time + HELD;
    x->primask = 1;
    scene.run = (struct run){.mode = RUN_PROBE,
                             .limit = m->state.boundary + LIMIT,
                             .natural = natural == 1,
                             .hashes = natural == 1,
                             .exception = IRQ0};
    exceptions_update(x);
    machine_inject(m, IRQ0);
    machine_continue(m, &scene.run);
    cr_expect_eq(scene.run.stop, STOP_LIMIT);
    cr_expect(!scene.run.taken.happened);
    cr_expect_eq(exception_bit(x->pending, EXCEPTION_SYSTICK), natural);
    x->primask = 0;
    exceptions_update(x);
    scene.run.limit += LIMIT;
    machine_continue(m, &scene.run);
    cr_expect(scene.run.taken.happened && !scene.run.natural);
    cr_expect_eq(scene.run.taken.late, natural);
    cr_expect_eq(exception_bit(scene.run.taken.pending, EXCEPTION_SYSTICK), natural);
    scene_close(&scene);
  }
}

/* Whether the main stack is below its limit, behind the return. */
Test(exceptions, a_return_leaves_the_stack_where_it_was) {
  static const int rows[][2] = {{-16, 0}, {0, 0}, {4, 1}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct scene scene;
    open_scene(&scene, LATE);
    struct machine *m = scene.machine;
    struct cpu_registers registers;
    exception_set(m->state.exceptions.enabled, IRQ0);
    cpu_get(m->cpu, &registers);
    m->stack_limit = registers.sp + (uint32_t)rows[i][0];
    machine_pend(m, IRQ0);
    scene.run =
        (struct run){.mode = RUN_PROBE, .limit = m->state.boundary + 60, .exception = IRQ0};
    machine_continue(m, &scene.run);
    cr_expect_eq(scene.run.stop, STOP_DONE);
    cr_expect_eq(scene.events[EVENT_STACK_LOW], 1);
    cr_expect_eq(m->state.stack_below, rows[i][1], "row %zu", i);
    scene_close(&scene);
  }
}

Test(exceptions, a_vector_that_cannot_be_read_is_a_hardfault) {
  struct scene scene;
  open_scene(&scene, VECTORS);
  scene_go_on(&scene);
  cr_expect_eq(scene.run.stop, STOP_BKPT);
  cr_expect_eq(scene_result(&scene, ENTRIES), 1);
  cr_expect_eq(scene_result(&scene, ORDER), IRQ15, "the last vector can be read");
  cr_expect_eq(scene_result(&scene, HFSR), 2, "VECTTBL");
  cr_expect_eq(scene_result(&scene, CFSR), 0);
  cr_expect_eq(scene.machine->state.context.exception, EXCEPTION_HARDFAULT);
  scene_close(&scene);
}

Test(exceptions, nesting_without_end_is_a_lockup) {
  struct scene scene;
  open_scene(&scene, NESTED);
  scene_go_on(&scene);
  cr_expect_eq(scene.run.stop, STOP_LOCKUP);
  cr_expect_eq(scene.machine->state.depth, NESTING);
  cr_expect_eq(scene_result(&scene, ENTRIES), NESTING);
  scene_close(&scene);
}

Test(exceptions, code_at_address_zero_runs) {
  struct scene scene;
  open_scene(&scene, ZERO);
  scene_go_on(&scene);
  cr_expect_geq(at_zero, 2, "%u instructions at 0 and 2", at_zero);
  scene_close(&scene);
  open_scene(&scene, INVALID);
  scene_go_on(&scene);
  cr_expect_eq(at_zero, 0, "T is clear: nothing executes");
  cr_expect_eq(scene_result(&scene, CFSR), 1U << 17, "INVSTATE");
  scene_close(&scene);
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
    late = rows[i].late;
    scene_go_on(&scene);
    cr_expect_eq(scene_result(&scene, ORDER), rows[i].order, "row %zu: order %x", i,
                 scene_result(&scene, ORDER));
    scene_close(&scene);
  }
}

Test(exceptions, a_level_that_stays_high_pends_again) {
  struct scene scene;
  open_scene(&scene, LATE);
  machine_set_line(scene.machine, IRQ0, true);
  scene_go_on(&scene);
  cr_expect_geq(scene.events[EVENT_ENTRY], 10, "entered %u times", scene.events[EVENT_ENTRY]);
  machine_set_line(scene.machine, IRQ0, false);
  scene.events[EVENT_ENTRY] = 0;
  scene_go_on(&scene);
  cr_expect_leq(scene.events[EVENT_ENTRY], 1, "what was pending is taken once");
  cr_expect_eq(scene.run.stop, STOP_BKPT);
  scene_close(&scene);
}
