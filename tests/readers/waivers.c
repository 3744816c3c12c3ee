/* Suppressions and baselines. */
#include "report/waivers.h"
#include "tests/readers/reader.h"

static void read_as(const char *suppressions, const char *baseline) {
  struct texts texts = {0};
  struct waivers waivers = {0};
  struct error error = {""};
  if (!waivers_open(&waivers, suppressions, baseline, &texts, &error)) {
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
  read_as(file.path, NULL);
  read_as(NULL, file.path);
  reader_file_close(&file);
  return 0;
}
