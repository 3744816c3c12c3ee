#include "cli/surroundings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUT_STEP = 4096 };

const char *surroundings_chips(void) {
  const char *named = getenv("TORNWORD_CHIPS");
  return named != NULL && named[0] != '\0' ? named : TORNWORD_CHIPS_DIRECTORY;
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
  const char *svd, *chip, *config, *input; /* NULL: nothing */
};

static bool read_files(struct surroundings *s, const struct sources *from,
                       struct error *error) {
  if (from->svd != NULL && !board_read_svd(s->board, from->svd, error)) {
    return false;
  }
  if (from->chip != NULL &&
      !board_read_chip(s->board, from->chip, surroundings_chips(), error)) {
    return false;
  }
  if (from->config != NULL && !board_read(s->board, from->config, error)) {
    return false;
  }
  return from->input == NULL || read_input(s, from->input, error);
}

static void say_notes(const struct board *board) {
  struct texts texts = {0};
  for (size_t i = 0; i < board->note_count; i++) {
    fprintf(stderr, "tornword: note: %s\n", texts_clean(&texts, board->notes[i]));
  }
  texts_free(&texts);
}

/* The command line wins over the scenario. */
static struct sources sources_of(const struct options *options,
                                 const struct scenario_program *program, struct texts *texts) {
  struct sources from = {NULL, NULL, NULL, NULL};
  if (program != NULL) {
    from.chip = program->chip;
    from.config = surroundings_path(options, program->config, texts);
    from.input = surroundings_path(options, program->input, texts);
  }
  const bool *given = options->given;
  from.svd = given[OPTION_SVD] ? options->svd : NULL;
  from.chip = given[OPTION_CHIP] ? options->chip : from.chip;
  from.config = given[OPTION_CONFIG] ? options->config : from.config;
  from.input = given[OPTION_INPUT] ? options->input : from.input;
  return from;
}

bool surroundings_open(struct surroundings *s, const struct options *options,
                       const struct scenario_program *program, struct error *error) {
  struct texts texts = {0};
  const struct sources from = sources_of(options, program, &texts);
  *s = (struct surroundings){0};
  bool read = true;
  if (from.svd != NULL || from.chip != NULL || from.config != NULL || from.input != NULL) {
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
    say_notes(s->board);
  }
  return true;
}

void surroundings_close(struct surroundings *s) {
  board_destroy(s->board);
  free(s->input);
  *s = (struct surroundings){0};
}
