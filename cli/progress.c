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

void progress_tell(void *argument, uint64_t boundary, uint64_t probes, size_t findings) {
  struct progress *progress = argument;
  double time = now();
  if (!progress->shown || time - progress->last < INTERVAL) {
    return;
  }
  progress->last = time;
  progress->drawn = true;
  fprintf(stderr, "\r\x1b[Kboundary %" PRIu64 "  %.0f probes/s  %zu finding%s", boundary,
          (double)probes / (time - progress->start), findings, findings == 1 ? "" : "s");
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
