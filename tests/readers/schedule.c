/* Schedules as files: what is read is written again, and read as the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/schedule_file.h"
#include "tests/readers/reader.h"

static bool read_file(const uint8_t *bytes, size_t size, struct schedule *schedule,
                      struct error *error) {
  char argument[64];
  struct reader_file file = reader_file_open(bytes, size);
  snprintf(argument, sizeof argument, "@%s", file.path);
  bool read = schedule_argument(argument, schedule, error);
  reader_file_close(&file);
  return read;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  struct schedule schedule;
  struct schedule again;
  struct error error = {""};
  if (!read_file(bytes, size, &schedule, &error)) {
    reader_refusal(&error);
    return 0;
  }
  char *text = NULL;
  size_t length = 0;
  FILE *stream = open_memstream(&text, &length);
  schedule_write(stream, &schedule, "written again");
  fclose(stream);
  char first[SCHEDULE_TEXT];
  char second[SCHEDULE_TEXT];
  if (!read_file((const uint8_t *)text, length, &again, &error)) {
    abort();
  }
  schedule_format(&schedule, first);
  schedule_format(&again, second);
  if (strcmp(first, second) != 0) {
    abort();
  }
  free(text);
  return 0;
}
