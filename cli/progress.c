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

void progress_phase(void *argument, enum check_phase phase) {
  struct progress *progress = argument;
  progress->entered[phase] = now();
}

void progress_stop(struct progress *progress) {
  progress->ended = now();
  if (progress->drawn) {
    fputs("\r\x1b[K", stderr);
    progress->drawn = false;
  }
}

static double processor_time(int who) {
  struct rusage usage;
  getrusage(who, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Each phase lasts until the next one that was entered. */
static void print_phases(const struct progress *progress, double end) {
  static const char *const names[PHASE_COUNT] = {
      [PHASE_RUN] = "the program's own run",
      [PHASE_DECIDE] = "deciding its places",
      [PHASE_AUDIT] = "deciding them again",
      [PHASE_EXPLAIN] = "replaying findings",
  };
  double until = end;
  double lasted[PHASE_COUNT] = {0};
  double behind = progress->ended > 0 ? end - progress->ended : 0;
  until -= behind;
  for (unsigned i = PHASE_COUNT; i > 0; i--) {
    if (progress->entered[i - 1] > 0) {
      lasted[i - 1] = until - progress->entered[i - 1];
      until = progress->entered[i - 1];
    }
  }
  fprintf(stderr, "tornword: %.3f s: starting the engine %.3f", end - progress->start,
          until - progress->start);
  for (unsigned i = 0; i < PHASE_COUNT; i++) {
    if (progress->entered[i] > 0) {
      fprintf(stderr, ", %s %.3f", names[i], lasted[i]);
    }
  }
  fprintf(stderr, ", the report %.3f\n", behind);
}

void progress_stats(const struct progress *progress, const struct certificate *certificate) {
  double end = now();
  double seconds = end - progress->start;
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  uint64_t probes = certificate->decided[DECISION_PROBED];
  if (progress->entered[PHASE_RUN] > 0) {
    print_phases(progress, end);
  }
  fprintf(stderr,
          "tornword: %.3f s, %" PRIu64 " instructions on the spine, %" PRIu64
          " probes (%.0f/s; %" PRIu64 " recalled), %" PRIu64 " branches, %" PRIu64
          " pairs of serial orders compared\n"
          "tornword: %.3f s of processor time here, %.3f s in other processes, %ld KiB of "
          "memory at most\n",
          seconds, certificate->instructions, probes,
          seconds > 0 ? (double)probes / seconds : 0.0, certificate->recalled,
          certificate->branches, certificate->ranked, processor_time(RUSAGE_SELF),
          processor_time(RUSAGE_CHILDREN), usage.ru_maxrss);
}
