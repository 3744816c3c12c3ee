/* bench_window IMAGE...: what deciding a whole window costs beside running it once.
 *
 * For each image, in turn and in one process: its window run once by the executor
 * alone with one code and one memory hook that count (hooked), as `tornword run` does
 * (run), and checked with pruning, without detectors and with all. Engine start-up is
 * left out of `hooked` and is part of the others. A pair is a place and an exception that
 * could come there: what a check decides. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/explorer.h"
#include "tests/bench/bare_loop.h"

enum { BOUNDARIES = 4000000, ROUNDS = 3 };

struct window {
  double hooked, run, none, all; /* seconds */
  uint64_t places, pairs, probes;
};

static void fail(const char *message) {
  fprintf(stderr, "bench_window: %s\n", message);
  exit(2);
}

static double run_once(const struct image *image) {
  struct explorer_options options = explorer_options_default(image);
  struct error error = {{0}};
  struct certificate certificate = {0};
  options.max_instructions = BOUNDARIES;
  double start = bench_now();
  if (!explorer_run(image, &options, &certificate, &error)) {
    fail(error.message);
  }
  certificate_free(&certificate);
  return bench_now() - start;
}

static double check_once(const struct image *image, unsigned detectors, struct window *w) {
  struct explorer_options options = explorer_options_default(image);
  struct error error = {{0}};
  struct check check = {0};
  options.max_instructions = BOUNDARIES;
  options.detectors_most = detectors;
  double start = bench_now();
  if (!explorer_check(image, &options, &check, &error)) {
    fail(error.message);
  }
  double seconds = bench_now() - start;
  w->places = check.certificate.places;
  w->pairs = certificate_pairs(&check.certificate);
  w->probes = check.certificate.decided[DECISION_PROBED];
  check_free(&check);
  return seconds;
}

static double least(double a, double b) {
  return a == 0 || b < a ? b : a;
}

static void measure(const char *path) {
  struct error error = {{0}};
  struct image *image = image_load(path, NULL, &error);
  struct window w = {0};
  if (image == NULL) {
    fail(error.message);
  }
  for (unsigned i = 0; i < ROUNDS; i++) { /* the best of each: the machine is shared */
    w.hooked = least(w.hooked, bare_run(image, BOUNDARIES));
    w.run = least(w.run, run_once(image));
    w.none = least(w.none, check_once(image, 0, &w));
    w.all = least(w.all, check_once(image, DETECTORS_MOST, &w));
  }
  const char *slash = strrchr(path, '/');
  printf("%-28s %8.3f %8.3f %8.3f %8.3f %8.2f %8.2f %8.2f %9.0f %9.0f %9llu %9llu\n",
         slash != NULL ? slash + 1 : path, w.hooked, w.run, w.none, w.all, w.all / w.hooked,
         w.all / w.run, w.all / w.none, (double)w.places / w.all, (double)w.pairs / w.all,
         (unsigned long long)w.places, (unsigned long long)w.probes);
  image_destroy(image);
}

int main(int count, char **arguments) {
  if (count < 2) {
    fprintf(stderr, "usage: bench_window IMAGE...  (ARMv7-M images that do not end)\n");
    return 2;
  }
  printf("%-28s %8s %8s %8s %8s %8s %8s %8s %9s %9s %9s %9s\n", "seconds_a_window", "hooked",
         "run", "check", "+all", "all/hook", "all/run", "all/none", "places/s", "pairs/s",
         "places", "probes");
  for (int i = 1; i < count; i++) {
    measure(arguments[i]);
  }
  return 0;
}
