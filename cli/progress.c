#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define INTERVAL 0.1 /* seconds between two drawings */

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

void progress_start(struct progress *progress, bool quiet) {
  *progress = (struct progress){.shown = !quiet && isatty(STDERR_FILENO) == 1, .start = now()};
  progress->last = progress->start;
}

/* "1:07" or "2:03:40". */
static void format_time(double seconds, char text[32]) {
  enum { MINUTE = 60, HOUR = 3600 };
  unsigned long whole = (unsigned long)(seconds + 0.5);
  if (whole >= HOUR) {
    snprintf(text, 32, "%lu:%02lu:%02lu", whole / HOUR, whole % HOUR / MINUTE, whole % MINUTE);
  } else {
    snprintf(text, 32, "%lu:%02lu", whole / MINUTE, whole % MINUTE);
  }
}

void progress_tell(void *argument, const struct explorer_progress *told) {
  struct progress *progress = argument;
  double time = now();
  char left[32] = "?";
  if (!progress->shown || time - progress->last < INTERVAL) {
    return;
  }
  progress->last = time;
  progress->drawn = true;
  double passed = time - progress->start;
  double part = told->boundaries > 0 ? (double)told->boundary / (double)told->boundaries : 0;
  if (part > 0) {
    format_time(passed / part - passed, left);
  }
  double decided = (double)told->decided * told->processes;
  fprintf(stderr, "\r\x1b[K%3.0f%%  %.0f places decided, %.0f/s  %zu finding%s  %s left",
          100 * part, decided, decided / passed, told->findings, told->findings == 1 ? "" : "s",
          left);
  fflush(stderr);
}

void progress_stop(struct progress *progress) {
  if (progress->drawn) {
    fputs("\r\x1b[K", stderr);
    progress->drawn = false;
  }
}

void progress_stats(const struct progress *progress, const struct certificate *certificate) {
  double seconds = now() - progress->start;
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  uint64_t probes = certificate->decided[DECISION_PROBED];
  fprintf(stderr,
          "tornword: %.3f s, %" PRIu64 " instructions on the spine, %" PRIu64
          " probes (%.0f/s), %" PRIu64 " branches, %" PRIu64
          " pairs of serial orders compared, %ld KiB of memory at most\n",
          seconds, certificate->instructions, probes,
          seconds > 0 ? (double)probes / seconds : 0.0, certificate->branches,
          certificate->ranked, usage.ru_maxrss);
}
