#include "sim/explore/scenario.h"

#include <stdlib.h>
#include <string.h>

const char *optimisation_name(enum optimisation optimisation) {
  static const char *const names[OPTIMISATION_COUNT] = {"O0", "O2"};
  return names[optimisation];
}

static const char *file_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash != NULL ? slash + 1 : path;
}

/* b-m3-O2.elf is built from a/b.c. */
static bool built_from(const char *image, const char *source) {
  const char *name = file_name(source);
  size_t stem = strcspn(name, ".");
  return strncmp(file_name(image), name, stem) == 0 && file_name(image)[stem] == '-';
}

const struct scenario_program *scenario_program_for(const struct scenario *scenario,
                                                    const char *image_path) {
  for (uint32_t i = 0; i < scenario->program_count; i++) {
    const struct scenario_program *program = &scenario->programs[i];
    if (program->image != NULL
            ? strcmp(file_name(program->image), file_name(image_path)) == 0
            : program->source == NULL || built_from(image_path, program->source)) {
      return program;
    }
  }
  return NULL;
}

const struct scenario_program *scenario_image_program(const struct scenario *scenario) {
  const struct scenario_program *found = NULL;
  for (uint32_t i = 0; i < scenario->program_count; i++) {
    const struct scenario_program *program = &scenario->programs[i];
    if (program->image != NULL && found != NULL) {
      return NULL;
    }
    found = program->image != NULL ? program : found;
  }
  return found;
}

bool scenario_apply(const struct scenario_program *program, const struct image *image,
                    struct explorer_options *options, struct error *error) {
  if (program->priority_bits != NULL) {
    options->machine.priority_bits = *program->priority_bits;
  }
  if (program->max_instructions != NULL) {
    options->max_instructions = options->deep_instructions = *program->max_instructions;
  }
  if (program->horizon != NULL) {
    options->horizon = *program->horizon;
  }
  if (program->depth != NULL) {
    options->depth = *program->depth;
  }
  if (program->places != PLACES_UNSAID) {
    options->beats = program->places == PLACES_ALL;
  }
  if (program->interrupt_count > 0) {
    memcpy(options->interrupts, program->interrupts,
           program->interrupt_count * sizeof program->interrupts[0]);
    options->interrupt_count = program->interrupt_count;
  }
  return scenario_apply_arrivals(program, image, &options->machine, error) &&
         scenario_apply_regions(program, image, &options->machine, error);
}

bool expectation_applies(const struct expectation *expectation, enum core core,
                         enum optimisation optimisation) {
  return (expectation->cores == 0 || (expectation->cores >> core & 1) != 0) &&
         (expectation->optimisations == 0 ||
          (expectation->optimisations >> optimisation & 1) != 0);
}

static bool variable_matches(const char *variable, const struct image *image,
                             const struct check *check, uint32_t leaf) {
  if (leaf == LEAF_NONE) {
    return false;
  }
  char *name = image_leaf_name(image, &check->leaves, leaf);
  char *key = image_leaf_key(image, &check->leaves, leaf);
  bool matches = strcmp(variable, name) == 0 || strcmp(variable, key) == 0;
  free(name);
  free(key);
  return matches;
}

bool expectation_met(const struct expectation *expectation, const struct image *image,
                     const struct check *check, const struct finding *finding) {
  const struct sighting *sighting = &finding->sighting;
  struct source_frame frame = {0};
  finding_line(finding, image, sighting->victim, &frame);
  return sighting->kind == expectation->kind &&
         (expectation->place == NULL || *expectation->place == finding->place.kind) &&
         (expectation->interrupts == NULL ||
          *expectation->interrupts == finding->schedule.count) &&
         (expectation->value == NULL || *expectation->value == sighting->value) &&
         (expectation->line == NULL || *expectation->line == frame.line) &&
         (expectation->function == NULL ||
          (frame.function != NULL && strcmp(expectation->function, frame.function) == 0)) &&
         (expectation->variable == NULL ||
          variable_matches(expectation->variable, image, check, sighting->leaf));
}
