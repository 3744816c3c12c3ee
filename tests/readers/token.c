/* Tokens: what is read is written again, and read as the same. */
#include <stdlib.h>
#include <string.h>

#include "sim/explore/schedule.h"
#include "tests/readers/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  char *text = malloc(size + 1);
  if (text == NULL) {
    abort();
  }
  memcpy(text, bytes, size);
  text[size] = '\0';
  struct schedule schedule;
  struct schedule again;
  struct error error = {""};
  char first[SCHEDULE_TEXT];
  char second[SCHEDULE_TEXT];
  if (!schedule_parse(text, &schedule, &error)) {
    reader_refusal(&error);
  } else {
    schedule_format(&schedule, first);
    if (!schedule_parse(first, &again, &error)) {
      abort();
    }
    schedule_format(&again, second);
    if (strcmp(first, second) != 0) {
      abort();
    }
  }
  free(text);
  return 0;
}
