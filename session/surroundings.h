/* What --chip, --config, --svd and --input (and a scenario) say about the world
 * around the core, read into one board. */
#ifndef TORNWORD_SESSION_SURROUNDINGS_H
#define TORNWORD_SESSION_SURROUNDINGS_H

#include "session/options.h"
#include "sim/board/board.h"
#include "sim/explore/scenario.h"

struct surroundings {
  struct board *board; /* NULL: nothing was said */
  uint8_t *input;      /* of --input */
  size_t input_size;
};

/* A file that the scenario names: relative to the scenario. NULL stays NULL. */
const char *surroundings_path(const struct options *options, const char *named,
                              struct texts *texts);

/* The folder of chip files: TORNWORD_CHIPS, else the one installed beside this
 * program or shared library, else that of the source tree. */
const char *surroundings_chips(struct texts *texts);

/* What could not be understood is noted (options). On failure nothing is left
 * open. `program` is one of the scenario's; both may be NULL. */
bool surroundings_open(struct surroundings *surroundings, const struct options *options,
                       const struct scenario *scenario, const struct scenario_program *program,
                       struct error *error);
void surroundings_close(struct surroundings *surroundings);

#endif
