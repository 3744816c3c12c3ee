/* bench_probes IMAGE...: what a probe costs, as a ratio to the bare loop.
 *
 * For each image, in turn and in one process: the bare nested-run loop, a check
 * without detectors, a check with all of them. Times include the bare pass and
 * the branches of the check; engine start-up is left out of neither. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/explorer.h"
#include "tests/bench/bare_loop.h"

enum { BOUNDARIES = 200000, ROUNDS = 3 };

struct rate {
  uint64_t probes, branches;
  double seconds;
};

static struct rate check_rate(const struct image *image, bool detectors) {
  struct explorer_options options = explorer_options_default(image);
  struct check check = {0};
  struct error error = {{0}};
  options.max_instructions = BOUNDARIES;
  options.no_detectors = !detectors;
  options.no_prune = true;
  double start = bench_now();
  if (!explorer_check(image, &options, &check, &error)) {
    fprintf(stderr, "bench_probes: %s\n", error.message);
    exit(2);
  }
  double seconds = bench_now() - start;
  struct rate rate = {check.certificate.decided[DECISION_PROBED], check.certificate.branches,
                      seconds};
  check_free(&check);
  return rate;
}

static double per_second(uint64_t count, double seconds) {
  return seconds > 0 ? (double)count / seconds : 0;
}

static void measure(const char *path) {
  struct error error = {{0}};
  struct image *image = image_load(path, NULL, &error);
  if (image == NULL) {
    fprintf(stderr, "bench_probes: %s\n", error.message);
    exit(2);
  }
  double bare = 0, off = 0, on = 0;
  struct rate with = {0};
  for (unsigned i = 0; i < ROUNDS; i++) { /* the best of each: the machine is shared */
    struct bare_result loop = bare_loop(image, BOUNDARIES);
    struct rate without = check_rate(image, false);
    with = check_rate(image, true);
    double rates[3] = {per_second(loop.probes, loop.seconds),
                       per_second(without.probes, without.seconds),
                       per_second(with.probes, with.seconds)};
    bare = rates[0] > bare ? rates[0] : bare;
    off = rates[1] > off ? rates[1] : off;
    on = rates[2] > on ? rates[2] : on;
  }
  const char *name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
  printf("%-34s %9.0f %9.0f %9.0f %8.2f %8.2f %9" PRIu64 " %9" PRIu64 "\n", name, bare, off, on,
         on / bare, on / off, with.probes, with.branches);
  image_destroy(image);
}

int main(int count, char **arguments) {
  if (count < 2) {
    fprintf(stderr, "usage: bench_probes IMAGE...  (ARMv7-M images that enable SysTick)\n");
    return 2;
  }
  printf("%-34s %9s %9s %9s %8s %8s %9s %9s\n", "probes a second", "bare", "check", "+detect",
         "/bare", "/check", "probes", "branches");
  for (int i = 1; i < count; i++) {
    measure(arguments[i]);
  }
  return 0;
}
