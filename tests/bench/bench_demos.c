/* bench_demos IMAGE...: the time of a whole check of each image, defaults. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/explorer.h"
#include "tests/bench/bare_loop.h"

int main(int count, char **arguments) {
  double worst = 0;
  printf("%-40s %8s %10s %9s %9s\n", "whole check", "seconds", "places", "probed", "findings");
  for (int i = 1; i < count; i++) {
    struct error error = {{0}};
    struct check check = {0};
    double start = bench_now();
    struct image *image = image_load(arguments[i], NULL, &error);
    if (image == NULL) {
      fprintf(stderr, "bench_demos: %s\n", error.message);
      return 2;
    }
    struct explorer_options options = explorer_options_default(image);
    if (!explorer_check(image, &options, &check, &error)) {
      fprintf(stderr, "bench_demos: %s\n", error.message);
      return 2;
    }
    double seconds = bench_now() - start;
    worst = seconds > worst ? seconds : worst;
    const char *slash = strrchr(arguments[i], '/');
    printf("%-40s %8.3f %10" PRIu64 " %9" PRIu64 " %9zu\n",
           slash != NULL ? slash + 1 : arguments[i], seconds, check.certificate.places,
           check.certificate.decided[DECISION_PROBED], check.finding_count);
    check_free(&check);
    image_destroy(image);
  }
  printf("slowest: %.3f seconds\n", worst);
  return 0;
}
