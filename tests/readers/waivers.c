/* Suppressions and baselines. */
#include "cli/waivers.h"
#include "tests/readers/reader.h"

static void read_as(enum option_id id, const char *path) {
  struct options options = options_default();
  struct texts texts = {0};
  struct waivers waivers = {0};
  struct error error = {""};
  if (!options_set(&options, id, path, &error) ||
      !waivers_open(&waivers, &options, &texts, &error)) {
    reader_refusal(&error);
  } else {
    for (size_t i = 0; i < waivers.count; i++) {
      pattern_matches(waivers.suppressions[i].pattern, "queue::head[3]");
    }
    waivers_close(&waivers);
  }
  texts_free(&texts);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  struct reader_file file = reader_file_open(bytes, size);
  read_as(OPTION_SUPPRESSIONS, file.path);
  read_as(OPTION_BASELINE, file.path);
  reader_file_close(&file);
  return 0;
}
