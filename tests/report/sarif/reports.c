/* reports FOLDER IMAGE...: checks each image and writes its SARIF report, named like
 * the image, into the folder. One process for all: starting one takes longer than most
 * of these checks. */
#include <stdio.h>
#include <string.h>

#include "tornword.h"

static bool write_report(const char *folder, const char *image) {
  static const struct tornword_option options[] = {
      {"max-instructions", "1000"}, {"severity", "note"}, {NULL, NULL}};
  const char *slash = strrchr(image, '/');
  char path[4096];
  struct tornword_error error = {0};
  snprintf(path, sizeof path, "%s/%s.sarif", folder, slash != NULL ? slash + 1 : image);
  struct tornword_firmware *firmware = tornword_load(image, options, &error);
  struct tornword_result *result = firmware != NULL ? tornword_check(firmware, &error) : NULL;
  bool written = result != NULL && tornword_write(result, "sarif", path, &error);
  if (!written) {
    fprintf(stderr, "%s: %s\n", image, error.message);
  }
  tornword_result_free(result);
  tornword_unload(firmware);
  return written;
}

int main(int count, char **arguments) {
  bool good = count > 2;
  for (int i = 2; i < count; i++) {
    good = write_report(arguments[1], arguments[i]) && good;
  }
  return good ? 0 : 1;
}
