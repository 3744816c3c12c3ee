/* The folder of chip files. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/board/board.h"

static int is_yaml(const struct dirent *entry) {
  const char *dot = strrchr(entry->d_name, '.');
  return dot != NULL && strcmp(dot, ".yaml") == 0 && entry->d_name[0] != '.';
}

size_t board_chips(const char *directory, char ***names) {
  struct dirent **entries = NULL;
  int count = scandir(directory, &entries, is_yaml, alphasort);
  size_t found = count > 0 ? (size_t)count : 0;
  *names = allocate(found + 1, sizeof **names);
  for (size_t i = 0; i < found; i++) {
    (*names)[i] = duplicate_text(entries[i]->d_name);
    *strrchr((*names)[i], '.') = '\0';
    free(entries[i]);
  }
  free(entries);
  return found;
}

static bool refuse(const char *name, const char *directory, struct error *error) {
  char **names = NULL;
  size_t count = board_chips(directory, &names);
  char list[300] = "";
  size_t length = 0;
  for (size_t i = 0; i < count; i++) {
    length += (size_t)snprintf(list + length, sizeof list - length, "%s%s", i > 0 ? ", " : "",
                               names[i]);
    length = length < sizeof list ? length : sizeof list - 1;
    free(names[i]);
  }
  free(names);
  return error_set(error, "'%.40s' is not a chip; give one of %s, or describe it with --config",
                   name, count > 0 ? list : "those in TORNWORD_CHIPS");
}

bool board_read_chip(struct board *board, const char *name, const char *directory,
                     struct error *error) {
  bool plain = name[0] != '\0' && strchr(name, '/') == NULL;
  const char *path = arena_format(&board->arena, "%s/%s.yaml", directory, name);
  if (!plain || access(path, R_OK) != 0) {
    return refuse(name, directory, error);
  }
  return board_read(board, path, error);
}
