#include "session/session.h"

#include <stdio.h>
#include <unistd.h>

#include "report/output.h"
#include "sim/explore/claims.h"
#include "sim/explore/ram.h"
#include "sim/explore/scenario.h"
#include "sim/explore/survey.h"
#include "sim/machine/decode.h"

/* The program that speaks of IMAGE; without one the only one that names its own. */
static const struct scenario_program *choose(struct session *session,
                                             const struct scenario *scenario,
                                             struct error *error) {
  const struct options *options = session->options;
  const struct scenario_program *program = NULL;
  if (options->image != NULL) {
    program = scenario_program_for(scenario, options->image);
    if (program == NULL) {
      error_set(error, "--scenario: %s has no program for %s; add one with image: %s",
                options->scenario, options->image, options->image);
    }
    return program;
  }
  program = scenario_image_program(scenario);
  if (program == NULL) {
    error_set(error,
              "no IMAGE given, and %s does not name just one with image: add the firmware's "
              "file",
              options->scenario);
    return NULL;
  }
  const char *path = surroundings_path(options, program->image, &session->texts);
  session->path = texts_print(&session->texts, "%s", path); /* outlives the scenario */
  return program;
}

/* What the scenario says of this image. True with NULL without a scenario. */
static bool read_scenario(struct session *session, struct scenario **scenario,
                          const struct scenario_program **program, struct error *error) {
  if (!session->options->given[OPTION_SCENARIO]) {
    return true;
  }
  *scenario = scenario_load(session->options->scenario, error);
  *program = *scenario != NULL ? choose(session, *scenario, error) : NULL;
  return *program != NULL;
}

static struct image *load(struct session *session, const struct scenario_program *program,
                          struct error *error) {
  const struct options *options = session->options;
  const struct board *board = session->surroundings.board;
  struct image_options image_options = {
      .has_core = options->given[OPTION_CORE],
      .core = options->core,
      .has_vtor = options->given[OPTION_VTOR],
      .vtor = options->vtor,
      .has_base = options->given[OPTION_BASE],
      .base = options->base,
      .symbols = options->given[OPTION_SYMBOLS] ? options->symbols : NULL,
  };
  if (!image_options.has_core && program != NULL && program->image != NULL &&
      program->cores != 0) {
    image_options.has_core = true;
    image_options.core = (enum core)__builtin_ctz(program->cores);
  }
  if (program != NULL && program->base != NULL && !image_options.has_base) {
    image_options.has_base = true;
    image_options.base = *program->base;
  }
  if (program != NULL && image_options.symbols == NULL) {
    image_options.symbols = surroundings_path(options, program->symbols, &session->texts);
  }
  if (board != NULL) {
    board_image_options(board, session->path, &image_options);
  }
  return image_load(session->path, &image_options, error);
}

/* The options laid over what the image, the board and the scenario say. */
static bool configure(struct session *session, const struct scenario_program *program,
                      struct error *error) {
  struct explorer_options *explorer = &session->explorer;
  *explorer = explorer_options_default(session->image);
  struct board *board = session->surroundings.board;
  if (board != NULL && !board_apply(board, session->image, &explorer->machine, error)) {
    return false;
  }
  if (program != NULL && !scenario_apply(program, session->image, explorer, error)) {
    return false;
  }
  options_apply(session->options, explorer);
  return true;
}

bool session_open(struct session *session, const struct options *options, struct error *error) {
  *session = (struct session){.options = options, .path = options->image};
  struct scenario *scenario = NULL;
  const struct scenario_program *program = NULL;
  bool opened = waivers_open(&session->waivers, options->suppressions, options->baseline,
                             &session->texts, error) &&
                read_scenario(session, &scenario, &program, error) &&
                surroundings_open(&session->surroundings, options, scenario, program, error);
  if (opened) {
    session->image = load(session, program, error);
    opened = session->image != NULL && configure(session, program, error);
  }
  scenario_free(scenario);
  if (!opened) {
    session_close(session);
    return false;
  }
  session->decoder = decoder_create();
  return true;
}

static void note(const struct session *session, const char *text) {
  if (session->options->note != NULL) {
    session->options->note(session->options->note_argument, text);
  }
}

static void say_ram(struct session *session) {
  enum { KIB = 1024 };
  const struct machine_config *config = &session->explorer.machine;
  if (config->ram_known != 0) {
    note(session,
         texts_print(&session->texts,
                     "the run uses RAM up to 0x%08x, where %u KiB at 0x%08x were known; grown "
                     "to %u KiB (--chip or --config says how much there is, --ram fixed keeps "
                     "it)",
                     config->ram_base + config->ram_size - 1, config->ram_known / KIB,
                     config->ram_base, config->ram_size / KIB));
  }
  for (unsigned i = 0; i < config->ram_block_count; i++) {
    note(session,
         texts_print(&session->texts,
                     "the run uses RAM at 0x%08x, where none was known; added %u KiB (--chip "
                     "or --config says what there is, --ram fixed leaves it out)",
                     config->ram_blocks[i], CONFIG_RAM_BLOCK / KIB));
  }
}

bool session_survey(struct session *session, bool names, struct error *error) {
  struct explorer_options *explorer = &session->explorer;
  bool unknown =
      image_format(session->image) != FORMAT_IS_ELF && explorer->machine.memory_count == 0;
  if (unknown && session->options->ram_grows) {
    if (!ram_grow(session->image, explorer, error)) {
      return false;
    }
    say_ram(session);
  }
  struct discovery discovery;
  if (names && !image_has_debug(session->image)) {
    if (!survey_run(session->image, explorer, &discovery, error)) {
      return false;
    }
    image_learn(session->image, &discovery);
    survey_free(&discovery);
  }
  return session_claim(session, error);
}

bool session_claim(struct session *session, struct error *error) {
  const struct board *board = session->surroundings.board;
  if (board == NULL || board->claim_count == 0) {
    return true;
  }
  session->claims = claims_create(session->image, &session->explorer.machine, board->claims,
                                  board->claim_count, error);
  session->explorer.claims = session->claims;
  return session->claims != NULL;
}

void session_close(struct session *session) {
  if (session->decoder != NULL) {
    decoder_destroy(session->decoder);
  }
  claims_destroy(session->claims);
  image_destroy(session->image);
  surroundings_close(&session->surroundings);
  waivers_close(&session->waivers);
  texts_free(&session->texts);
}

struct report session_report(struct session *session, const struct check *check) {
  const struct options *options = session->options;
  return (struct report){
      .image = session->image,
      .check = check,
      .explorer = &session->explorer,
      .severity = options->severity,
      .waivers = session->waivers.waived != NULL ? &session->waivers : NULL,
      .shape = options_shape(options, &session->texts),
      .color = options->output == NULL ? options_wants_color(options, STDOUT_FILENO)
                                       : options->color == COLOR_ALWAYS,
      .quiet = options->given[OPTION_QUIET],
      .decoder = session->decoder,
      .texts = &session->texts,
      .source_root = options->source_root,
      .map = session->map,
  };
}

bool session_write(struct session *session, const struct check *check, struct error *error) {
  struct output output;
  if (!output_open(&output, session->options->output, error)) {
    return false;
  }
  const struct report report = session_report(session, check);
  if (!report_write(output.stream, &report, session->options->format)) {
    output_discard(&output);
    return error_set(error, "cannot write the report");
  }
  return output_close(&output, error);
}
