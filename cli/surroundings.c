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

static bool read_files(struct surroundings *s, const struct options *options, const char *chip,
                       const char *config, struct error *error) {
  if (options->given[OPTION_SVD] && !board_read_svd(s->board, options->svd, error)) {
    return false;
  }
  if (chip != NULL && !board_read_chip(s->board, chip, surroundings_chips(), error)) {
    return false;
  }
  if (config != NULL && !board_read(s->board, config, error)) {
    return false;
  }
  return !options->given[OPTION_INPUT] || read_input(s, options->input, error);
}

static void say_notes(const struct board *board) {
  struct texts texts = {0};
  for (size_t i = 0; i < board->note_count; i++) {
    fprintf(stderr, "tornword: note: %s\n", texts_clean(&texts, board->notes[i]));
  }
  texts_free(&texts);
}

bool surroundings_open(struct surroundings *s, const struct options *options,
                       const struct scenario_program *program, struct error *error) {
  const char *chip = program != NULL ? program->chip : NULL;
  const char *config = program != NULL ? program->config : NULL;
  chip = options->given[OPTION_CHIP] ? options->chip : chip;
  config = options->given[OPTION_CONFIG] ? options->config : config;
  *s = (struct surroundings){0};
  bool any = chip != NULL || config != NULL || options->given[OPTION_SVD] ||
             options->given[OPTION_INPUT];
  if (!any) {
    return true;
  }
  s->board = board_create();
  if (!read_files(s, options, chip, config, error)) {
    surroundings_close(s);
    return false;
  }
  board_finish(s->board, s->input, s->input_size);
  say_notes(s->board);
  return true;
}

void surroundings_close(struct surroundings *s) {
  board_destroy(s->board);
  free(s->input);
  *s = (struct surroundings){0};
}
