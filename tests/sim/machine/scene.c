#include "tests/sim/machine/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

uint32_t *scene_variable(const struct scene *scene, const char *name) {
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

uint32_t scene_result(const struct scene *scene, unsigned which) {
  return scene_variable(scene, "results")[which];
}

static void on_event(void *owner, const struct event *event) {
  struct scene *scene = owner;
  scene->events[event->kind]++;
}

void scene_go_on(struct scene *scene) {
  scene->run = (struct run){.mode = RUN_SPINE, .limit = scene->machine->state.boundary + 5000};
  machine_continue(scene->machine, &scene->run);
}

void scene_open(struct scene *scene, const char *sample, uint32_t choice) {
  struct error error = {""};
  char path[512];
  snprintf(path, sizeof path, "%s/%s.elf", SAMPLES, sample);
  *scene = (struct scene){.image = image_load(path, NULL, &error)};
  cr_assert_not_null(scene->image, "%s", error.message);
  struct machine_config config = machine_config_default(image_core(scene->image));
  config.bkpt = BKPT_STOP;
  config.ram_base = 0x20000000;
  config.ram_size = 0x10000;
  config.ram_blocks[0] = 0x10000000;
  config.ram_block_count = 1;
  scene->machine = machine_create(scene->image, &config, &error);
  cr_assert_not_null(scene->machine, "%s", error.message);
  scene->run = (struct run){.mode = RUN_BRANCH,
                            .limit = 5000,
                            .meets = true,
                            .meet_pc = image_function_named(scene->image, "main")->low};
  machine_continue(scene->machine, &scene->run);
  cr_assert_eq(scene->run.stop, STOP_DONE, "main was not reached");
  memcpy(scene_variable(scene, "choice"), &choice, sizeof choice);
  scene->machine->host = (struct machine_host){.owner = scene, .event = on_event};
}

void scene_close(struct scene *scene) {
  machine_destroy(scene->machine);
  image_destroy(scene->image);
}
