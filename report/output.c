#include "report/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool output_open(struct output *output, const char *path, struct error *error) {
  *output = (struct output){.stream = stdout, .path = path};
  if (path == NULL) {
    return true;
  }
  if (asprintf(&output->temporary, "%s.XXXXXX", path) < 0) {
    abort();
  }
  int descriptor = mkstemp(output->temporary);
  output->stream = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
  if (output->stream == NULL) {
    error_set(error, "--output: cannot write %s: %s; give a file in a directory that is there",
              path, strerror(errno));
    free(output->temporary);
    *output = (struct output){0};
    return false;
  }
  mode_t mask = umask(0);
  umask(mask);
  (void)fchmod(descriptor, 0666 & ~mask);
  return true;
}

static bool finish_stdout(struct error *error) {
  if (fflush(stdout) != 0 || ferror(stdout) != 0) {
    return error_set(error, "cannot write the report to stdout: %s", strerror(errno));
  }
  return true;
}

bool output_close(struct output *output, struct error *error) {
  if (output->path == NULL) {
    return finish_stdout(error);
  }
  bool failed = ferror(output->stream) != 0;
  failed = fclose(output->stream) != 0 || failed;
  failed = failed || rename(output->temporary, output->path) != 0;
  if (failed) {
    error_set(error, "--output: cannot write %s: %s", output->path, strerror(errno));
    unlink(output->temporary);
  }
  free(output->temporary);
  *output = (struct output){0};
  return !failed;
}

void output_discard(struct output *output) {
  if (output->path != NULL) {
    fclose(output->stream);
    unlink(output->temporary);
    free(output->temporary);
  }
  *output = (struct output){0};
}
