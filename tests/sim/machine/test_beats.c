/* What an exception between two accesses of one instruction leaves behind. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "sim/machine/machine.h"

struct scene {
  struct machine *machine;
  const struct image *image;
  uint32_t loaded, stored, doubled, crossed, bits;
  uint32_t stacked; /* EPSR bits of the last frame */
  uint8_t flags;    /* of the last entry */
  unsigned seen[7]; /* LDM, STM, STRD, STM in IT, STR, STM and LDM of LR: beats tried */
};

static uint32_t address_of(const struct image *image, const char *name) {
  const struct variable *variables = NULL;
  size_t count = image_variables(image, &variables);
  for (size_t i = 0; i < count; i++) {
    if (strcmp(variables[i].name, name) == 0) {
      return variables[i].address;
    }
  }
  cr_assert_fail("no variable %s", name);
  return 0;
}

static uint32_t word(const struct scene *scene, uint32_t address, unsigned index) {
  return (uint32_t)memory_get(&scene->machine->memory, address + 4 * index, 4);
}

/* EPSR's IT and ICI bits of the frame that was pushed last (ARMv7-M B1.4.2). */
static void note_frame(void *owner, const struct event *event) {
  enum { FRAME_XPSR = 28, EPSR_BITS = 0x0600fc00 };
  struct scene *scene = owner;
  struct cpu_registers registers;
  if (event->kind == EVENT_ENTRY) {
    scene->flags = event->flags;
    cpu_get(scene->machine->cpu, &registers);
    scene->stacked =
        (uint32_t)memory_get(&scene->machine->memory, registers.sp + FRAME_XPSR, 4) & EPSR_BITS;
  }
}

/* Takes SysTick here and runs on to the instruction behind the interrupted one. */
static void take(struct scene *scene, uint32_t behind, uint32_t epsr) {
  struct machine *m = scene->machine;
  uint32_t pc = m->state.pc;
  struct run run = {
      .mode = RUN_BRANCH,
      .limit = m->state.boundary + 500,
      .exception = EXCEPTION_SYSTICK,
      .meets = true,
      .meet_pc = behind,
      .meet_depth = m->state.depth,
  };
  m->host.place = NULL;
  m->host.event = note_frame;
  machine_pend(m, EXCEPTION_SYSTICK);
  machine_continue(m, &run);
  m->host.event = NULL;
  cr_assert_eq(run.stop, STOP_DONE, "the interrupted instruction was never finished");
  cr_expect_eq(scene->flags, EVENT_INJECTED | EVENT_AT_BEAT);
  cr_expect_eq(scene->stacked, epsr, "at %08x: %08x is stacked, not %08x", pc, scene->stacked,
               epsr);
}

/* The register with which a multiple goes on, in EPSR.ICI. */
static uint32_t continuation(const struct code *code, unsigned beat) {
  for (unsigned reg = 0; reg < 16; reg++) {
    if ((code->list >> reg & 1U) != 0 && beat-- == 0) {
      return reg << 12;
    }
  }
  return 0;
}

/* Words before the cut were loaded before the handler ran, the others after it. */
static void check_load(struct scene *scene, unsigned beat, bool lr) {
  struct cpu_registers registers;
  cpu_get(scene->machine->cpu, &registers);
  for (unsigned i = 0; i < 4; i++) {
    uint32_t expected = i < beat ? 1 + i : 11 + i;
    uint32_t found = lr && i == 3 ? registers.lr : registers.r[2 + i];
    cr_expect_eq(found, expected, "LDM, beat %u: register %u is %u, not %u", beat, i, found,
                 expected);
  }
  cr_expect_eq(registers.r[0], scene->loaded + 16, "LDM: base is written back");
}

/* A store multiple that continues leaves the handler's words; one that restarts
 * writes all of its own. */
static void check_store(struct scene *scene, unsigned beat, bool restarts) {
  for (unsigned i = 0; i < 4; i++) {
    uint32_t expected = i < beat && !restarts ? 21 + i : 1 + i;
    cr_expect_eq(word(scene, scene->stored, i), expected, "STM, beat %u: word %u is %u, not %u",
                 beat, i, word(scene, scene->stored, i), expected);
  }
}

static void check_base_in_lr(struct scene *scene, unsigned beat) {
  struct cpu_registers registers;
  cpu_get(scene->machine->cpu, &registers);
  check_store(scene, beat, false);
  cr_expect_eq(registers.lr, scene->stored + 16, "STM: LR is %08x, not %08x", registers.lr,
               scene->stored + 16);
}

static void check_double(struct scene *scene) {
  struct cpu_registers registers;
  cpu_get(scene->machine->cpu, &registers);
  cr_expect_eq(word(scene, scene->doubled, 0), 1, "STRD restarts: its first word is its own");
  cr_expect_eq(word(scene, scene->doubled, 1), 2);
  cr_expect_eq(registers.r[0], scene->doubled + 8, "STRD: base is written back once");
}

/* Registers are those of this instruction, not of the one before that had beats. */
static void check_crossing(struct scene *scene) {
  struct cpu_registers registers;
  cpu_get(scene->machine->cpu, &registers);
  cr_expect_eq(registers.r[1], scene->crossed);
  cr_expect_eq(registers.r[6], 7);
  cr_expect_eq(word(scene, scene->crossed, 0), 7 << 16, "unaligned STR restarts");
}

static void at_place(void *owner, enum place_kind kind, unsigned beat) {
  struct scene *scene = owner;
  struct machine *m = scene->machine;
  struct snapshot *snapshot = NULL;
  bool enabled = (m->state.systick.control & SYSTICK_TICKINT) != 0;
  if (kind != PLACE_BEAT || !enabled) {
    return;
  }
  const struct code *code = machine_code(m, m->state.pc);
  uint32_t behind = m->state.pc + code_size(code);
  bool load = (code->flags & CODE_LOAD) != 0;
  bool multiple = (code->flags & CODE_CONTINUES) != 0;
  bool in_block = code->it_state != 0;
  bool base_in_lr = multiple && !load && code->base == 14;
  bool loads_lr = load && (code->list >> 14 & 1U) != 0;
  cr_expect_eq(code->flags & CODE_STACK, 0, "a push is cut");
  snapshot = snapshot_create(m);
  snapshot_save(snapshot, m);
  take(scene, behind,
       in_block   ? 0x800 /* ITSTATE 0x08, the last of its block */
       : multiple ? continuation(code, beat)
                  : 0);
  if (base_in_lr) {
    scene->seen[5]++;
    check_base_in_lr(scene, beat);
  } else if (load) {
    scene->seen[loads_lr ? 6 : 0]++;
    check_load(scene, beat, loads_lr);
  } else if (multiple) {
    scene->seen[in_block ? 3 : 1]++;
    check_store(scene, beat, in_block);
  } else if ((code->flags & CODE_BEATS) == 0) {
    scene->seen[4]++;
    check_crossing(scene);
  } else {
    scene->seen[2]++;
    check_double(scene);
  }
  snapshot_restore(snapshot, m);
  snapshot_destroy(snapshot);
  m->host.place = at_place;
}

/* Alone, so that no handler ran since the STRD ahead of it. */
static void at_crossing(void *owner, enum place_kind kind, unsigned beat) {
  const struct scene *scene = owner;
  const struct code *code = machine_code(scene->machine, scene->machine->state.pc);
  if (kind == PLACE_BEAT && (code->flags & CODE_BEATS) == 0) {
    at_place(owner, kind, beat);
  }
}

static struct scene open_scene(void) {
  struct error error = {""};
  const struct image *image = image_load(SAMPLES "/multiple.elf", NULL, &error);
  cr_assert_not_null(image, "%s", error.message);
  struct machine_config config = machine_config_default(image_core(image));
  struct scene scene = {
      .image = image,
      .loaded = address_of(image, "loaded"),
      .stored = address_of(image, "stored"),
      .doubled = address_of(image, "doubled"),
      .crossed = address_of(image, "crossed"),
      .bits = address_of(image, "bits"),
  };
  scene.machine = machine_create(image, &config, &error);
  cr_assert_not_null(scene.machine, "%s", error.message);
  return scene;
}

static void close_scene(struct scene *scene) {
  machine_destroy(scene->machine);
  image_destroy((struct image *)(uintptr_t)scene->image);
}

/* The runs end before the loop comes back: then SysTick would arrive by itself. */
Test(beats, each_instruction_goes_on_as_the_architecture_says) {
  struct scene scene = open_scene();
  struct run run = {.mode = RUN_SPINE, .limit = 120};
  scene.machine->beats = true;
  scene.machine->host = (struct machine_host){.owner = &scene, .place = at_place};
  machine_continue(scene.machine, &run);
  cr_expect_geq(scene.seen[0], 3, "LDM of four words has three beats");
  cr_expect_geq(scene.seen[1], 3, "STM of four words has three beats");
  cr_expect_geq(scene.seen[2], 1, "STRD has one beat");
  cr_expect_geq(scene.seen[3], 3, "STM in an IT block has three beats");
  cr_expect_geq(scene.seen[4], 1, "an unaligned STR has one beat");
  cr_expect_geq(scene.seen[5], 3, "STM of four words with LR as its base has three beats");
  cr_expect_geq(scene.seen[6], 3, "LDM of three words and LR has three beats");
  close_scene(&scene);
}

Test(beats, an_unaligned_store_keeps_its_registers) {
  struct scene scene = open_scene();
  struct run run = {.mode = RUN_SPINE, .limit = 120};
  scene.machine->beats = true;
  scene.machine->host = (struct machine_host){.owner = &scene, .place = at_crossing};
  machine_continue(scene.machine, &run);
  cr_expect_geq(scene.seen[4], 1);
  close_scene(&scene);
}

Test(beats, probes_leave_no_trace) {
  struct scene bare = open_scene();
  struct scene probed = open_scene();
  struct run run = {.mode = RUN_SPINE, .limit = 120};
  machine_continue(bare.machine, &run);
  probed.machine->beats = true;
  probed.machine->host = (struct machine_host){.owner = &probed, .place = at_place};
  machine_continue(probed.machine, &run);
  cr_expect_eq(machine_state_hash(bare.machine), machine_state_hash(probed.machine));
  close_scene(&bare);
  close_scene(&probed);
}

Test(beats, a_bit_band_alias_changes_one_bit) {
  struct scene scene = open_scene();
  struct cpu_registers registers;
  struct run run = {.mode = RUN_SPINE, .limit = 200};
  machine_continue(scene.machine, &run);
  cr_expect_eq(word(&scene, scene.bits, 0), 8, "bit 3 is %u", word(&scene, scene.bits, 0));
  cpu_get(scene.machine->cpu, &registers);
  close_scene(&scene);
}
