#include "session/surroundings.h"

#include <dlfcn.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { INPUT_STEP = 4096 };

/* The shared library that this code is part of; false in a program of its own. */
static bool library_path(char path[PATH_MAX]) {
  Dl_info info;
  return dladdr((void *)TORNWORD_CHIPS_DIRECTORY, &info) != 0 && info.dli_fname != NULL &&
         strstr(info.dli_fname, ".so") != NULL && realpath(info.dli_fname, path) != NULL;
}

/* "DIRECTORY/../share/tornword/chips" of the directory that this program, or this
 * library, lies in; NULL if there is none: it was not installed. */
static const char *installed_chips(struct texts *texts) {
  char path[PATH_MAX] = "";
  bool is_library = library_path(path);
  if (!is_library && realpath("/proc/self/exe", path) == NULL) {
    return NULL;
  }
  const char *chips =
      texts_print(texts, "%s/%s", dirname(path),
                  is_library ? TORNWORD_CHIPS_FROM_LIB : TORNWORD_CHIPS_FROM_BIN);
  return access(chips, R_OK | X_OK) == 0 ? chips : NULL;
}

const char *surroundings_chips(struct texts *texts) {
  const char *named = getenv("TORNWORD_CHIPS");
  if (named != NULL && named[0] != '\0') {
    return named;
  }
  const char *installed = installed_chips(texts);
  return installed != NULL ? installed : TORNWORD_CHIPS_DIRECTORY;
}

static bool read_input(struct surroundings *s, const char *path, struct error *error) {
  FILE *stream = fopen(path, "rb");
  if (stream == NULL) {
    return error_set(error, "--input: %s: cannot be read: %s", path, strerror(errno));
  }
  size_t got = 0;
  do {
    s->input = reallocate(s->input, s->input_size + INPUT_STEP, 1);
    got = fread(s->input + s->input_size, 1, INPUT_STEP, stream);
    s->input_size += got;
  } while (got > 0);
  bool read = ferror(stream) == 0;
  fclose(stream);
  return read || error_set(error, "--input: %s: cannot be read: %s", path, strerror(errno));
}

const char *surroundings_path(const struct options *options, const char *named,
                              struct texts *texts) {
  const char *slash = options->scenario != NULL ? strrchr(options->scenario, '/') : NULL;
  if (named == NULL || named[0] == '/' || slash == NULL) {
    return named;
  }
  return texts_print(texts, "%.*s/%s", (int)(slash - options->scenario), options->scenario,
                     named);
}

/* What is to be read, wherever it was said. */
struct sources {
  const char *svd, *chip, *config, *registers, *input; /* NULL: nothing */
  const char *scenario;
  size_t program; /* of the scenario's list */
};

static bool read_chip(struct board *board, const char *name, struct error *error) {
  struct texts texts = {0};
  bool read = board_read_chip(board, name, surroundings_chips(&texts), error);
  texts_free(&texts);
  return read;
}

static bool read_files(struct surroundings *s, const struct sources *from,
                       struct error *error) {
  if (from->svd != NULL && !board_read_svd(s->board, from->svd, error)) {
    return false;
  }
  if (from->chip != NULL && !read_chip(s->board, from->chip, error)) {
    return false;
  }
  if (from->config != NULL && !board_read(s->board, from->config, error)) {
    return false;
  }
  if (from->scenario != NULL &&
      !board_read_program(s->board, from->scenario, from->program, error)) {
    return false;
  }
  struct error inner = {""};
  if (from->registers != NULL && !board_add_inputs(s->board, from->registers, &inner)) {
    return error_set(error, "--input-registers: %s", inner.message);
  }
  return from->input == NULL || read_input(s, from->input, error);
}

static void say_notes(const struct board *board, const struct options *options) {
  struct texts texts = {0};
  for (size_t i = 0; i < board->note_count && options->note != NULL; i++) {
    options->note(options->note_argument, texts_clean(&texts, board->notes[i]));
  }
  texts_free(&texts);
}

/* The command line wins over the scenario. */
static struct sources sources_of(const struct options *options, const struct scenario *scenario,
                                 const struct scenario_program *program, struct texts *texts) {
  struct sources from = {.svd = NULL};
  if (program != NULL) {
    from.scenario = options->scenario;
    from.program = (size_t)(program - scenario->programs);
    from.chip = program->chip;
    from.config = surroundings_path(options, program->config, texts);
    from.input = surroundings_path(options, program->input, texts);
  }
  const bool *given = options->given;
  from.svd = given[OPTION_SVD] ? options->svd : NULL;
  from.chip = given[OPTION_CHIP] ? options->chip : from.chip;
  from.config = given[OPTION_CONFIG] ? options->config : from.config;
  from.registers = given[OPTION_INPUT_REGISTERS] ? options->input_registers : NULL;
  from.input = given[OPTION_INPUT] ? options->input : from.input;
  return from;
}

bool surroundings_open(struct surroundings *s, const struct options *options,
                       const struct scenario *scenario, const struct scenario_program *program,
                       struct error *error) {
  struct texts texts = {0};
  const struct sources from = sources_of(options, scenario, program, &texts);
  *s = (struct surroundings){0};
  bool read = true;
  if (from.svd != NULL || from.chip != NULL || from.config != NULL || from.registers != NULL ||
      from.input != NULL || from.scenario != NULL) {
    s->board = board_create();
    read = read_files(s, &from, error);
  }
  texts_free(&texts);
  if (!read) {
    surroundings_close(s);
    return false;
  }
  if (s->board != NULL) {
    board_finish(s->board, s->input, s->input_size);
    say_notes(s->board, options);
  }
  return true;
}

void surroundings_close(struct surroundings *s) {
  board_destroy(s->board);
  free(s->input);
  *s = (struct surroundings){0};
}
