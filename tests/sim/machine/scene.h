/* A sample program on a machine: run up to its main, where it reads `choice`, and on
 * from there to its breakpoint. What it leaves is in its `results`. */
#ifndef TORNWORD_TESTS_SIM_MACHINE_SCENE_H
#define TORNWORD_TESTS_SIM_MACHINE_SCENE_H

#include "sim/machine/machine.h"

enum { EVENT_KINDS = 32 };

struct scene {
  struct machine *machine;
  struct image *image;
  struct run run;
  unsigned events[EVENT_KINDS]; /* how many of each kind since main */
};

/* `sample`: an image of this folder's samples, without .elf. */
void scene_open(struct scene *scene, const char *sample, uint32_t choice);
/* At most 5000 instructions further. */
void scene_go_on(struct scene *scene);
void scene_close(struct scene *scene);

/* A variable's bytes in RAM. */
uint32_t *scene_variable(const struct scene *scene, const char *name);
uint32_t scene_result(const struct scene *scene, unsigned which);

#endif
