/* bench_probes IMAGE...: what a probe costs, as a ratio to the bare loop.
 *
 * For each image, in turn and in one process: the bare nested-run loop, a check
 * without detectors, with the first four (torn values, invalid enums, lost updates,
 * unsynchronised accesses) and with all of them, and that again without recall, so that
 * each probe's handlers are run (run). Times include the bare pass and the branches of
 * the check; engine start-up is left out of neither. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/explorer.h"
#include "tests/bench/bare_loop.h"

enum { BOUNDARIES = 200000, ROUNDS = 3, FIRST = 4 };

struct rate {
  uint64_t probes, recalled, branches;
  double per_second;
};

static struct rate check_rate(const struct image *image, unsigned detectors, bool recalls) {
  struct explorer_options options = explorer_options_default(image);
  struct check check = {0};
  struct error error = {{0}};
  options.max_instructions = BOUNDARIES;
  options.detectors_most = detectors;
  options.no_prune = true;
  options.recalls = recalls;
  double start = bench_now();
  if (!explorer_check(image, &options, &check, &error)) {
    fprintf(stderr, "bench_probes: %s\n", error.message);
    exit(2);
  }
  double seconds = bench_now() - start;
  uint64_t probes = check.certificate.decided[DECISION_PROBED];
  struct rate rate = {probes, check.certificate.recalled, check.certificate.branches,
                      (double)probes / seconds};
  check_free(&check);
  return rate;
}

static double best(double a, double b) {
  return a > b ? a : b;
}

static void measure(const char *path) {
  struct error error = {{0}};
  struct image *image = image_load(path, NULL, &error);
  if (image == NULL) {
    fprintf(stderr, "bench_probes: %s\n", error.message);
    exit(2);
  }
  double bare = 0, none = 0, first = 0, all = 0, run = 0;
  struct rate with = {0};
  for (unsigned i = 0; i < ROUNDS; i++) { /* the best of each: the machine is shared */
    struct bare_result loop = bare_loop(image, BOUNDARIES);
    with = check_rate(image, DETECTORS_MOST, true);
    bare = best(bare, (double)loop.probes / loop.seconds);
    none = best(none, check_rate(image, 0, true).per_second);
    first = best(first, check_rate(image, FIRST, true).per_second);
    all = best(all, with.per_second);
    run = best(run, check_rate(image, DETECTORS_MOST, false).per_second);
  }
  const char *name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
  printf("%-28s %9.0f %9.0f %9.0f %9.0f %9.0f %8.2f %8.2f %8.2f %8.2f %8" PRIu64 " %8" PRIu64
         " %8" PRIu64 "\n",
         name, bare, none, first, all, run, none / bare, first / bare, all / bare, run / bare,
         with.probes, with.recalled, with.branches);
  image_destroy(image);
}

int main(int count, char **arguments) {
  if (count < 2) {
    fprintf(stderr, "usage: bench_probes IMAGE...  (ARMv7-M images that enable SysTick)\n");
    return 2;
  }
  printf("%-28s %9s %9s %9s %9s %9s %8s %8s %8s %8s %8s %8s %8s\n", "probes_a_second", "bare",
         "check", "+four", "+all", "run", "check/b", "four/b", "all/b", "run/b", "probes",
         "recalled", "branches");
  for (int i = 1; i < count; i++) {
    measure(arguments[i]);
  }
  return 0;
}
