/* bench_detectors IMAGE...: what the detectors cost. Each image is checked with none
 * (bare probes) and with all, in turn, and the best of ROUNDS of each is taken: as a
 * check is by default, and with every place probed. With detectors a check does more
 * than watch: it runs branches behind suspicious probes, and both serial orders of what
 * they saw. That is part of the cost. */
#include <stdio.h>
#include <string.h>

#include "sim/explore/explorer.h"
#include "tests/bench/bare_loop.h"

enum { ROUNDS = 3, BOUND = 100000 };

static double check_once(const struct image *image, bool detectors, bool every) {
  struct explorer_options options = explorer_options_default(image);
  struct error error = {{0}};
  struct check check = {0};
  options.detectors_most = detectors ? options.detectors_most : 0;
  options.no_prune = every;
  options.max_instructions = BOUND;
  double start = bench_now();
  if (!explorer_check(image, &options, &check, &error)) {
    fprintf(stderr, "bench_detectors: %s\n", error.message);
    return -1;
  }
  double seconds = bench_now() - start;
  check_free(&check);
  return seconds;
}

static double best_of(const struct image *image, bool detectors, bool every) {
  double best = check_once(image, detectors, every);
  for (int i = 1; i < ROUNDS; i++) {
    double seconds = check_once(image, detectors, every);
    best = seconds < best ? seconds : best;
  }
  return best;
}

int main(int count, char **arguments) {
  printf("%-32s %9s %9s %6s %9s %9s %6s\n", "check", "none", "all", "ratio", "every:none",
         "all", "ratio");
  for (int i = 1; i < count; i++) {
    struct error error = {{0}};
    struct image *image = image_load(arguments[i], NULL, &error);
    if (image == NULL) {
      fprintf(stderr, "bench_detectors: %s\n", error.message);
      return 2;
    }
    const char *slash = strrchr(arguments[i], '/');
    printf("%-32s", slash != NULL ? slash + 1 : arguments[i]);
    for (int every = 0; every < 2; every++) {
      double none = best_of(image, false, every != 0);
      double all = best_of(image, true, every != 0);
      printf(" %9.3f %9.3f %6.2f", none, all, all / none);
    }
    putchar('\n');
    image_destroy(image);
  }
  return 0;
}
