/* bench_detectors IMAGE|SCENARIO|SCENARIO=IMAGE...: what the detectors cost. Each is checked
 * with none (bare probes) and with all, in turn, and the best of ROUNDS of each is taken: as
 * a check is by default, and with every place probed. With detectors a check does more than
 * watch: it runs branches behind suspicious probes, and both serial orders of what they saw.
 * That is part of the cost. Images run for BOUND instructions, scenarios (*.yaml) as they
 * say; chips are looked for where TORNWORD_CHIPS says. */
#include <stdio.h>
#include <string.h>

#include "session/session.h"
#include "tests/bench/bare_loop.h"

enum { ROUNDS = 3, BOUND = 100000 };

static double check_once(const struct session *session, bool detectors, bool every) {
  struct explorer_options options = session->explorer;
  struct error error = {{0}};
  struct check check = {0};
  options.detectors_most = detectors ? options.detectors_most : 0;
  options.no_prune = every;
  options.jobs = 1;
  double start = bench_now();
  if (!explorer_check(session->image, &options, &check, &error)) {
    fprintf(stderr, "bench_detectors: %s\n", error.message);
    return -1;
  }
  double seconds = bench_now() - start;
  check_free(&check);
  return seconds;
}

static double best_of(const struct session *session, bool detectors, bool every) {
  double best = check_once(session, detectors, every);
  for (int i = 1; i < ROUNDS; i++) {
    double seconds = check_once(session, detectors, every);
    best = seconds < best ? seconds : best;
  }
  return best;
}

/* `argument` is cut at its '='. */
static bool open_argument(char *argument, struct options *options, struct session *session,
                          struct error *error) {
  char *image = strchr(argument, '=');
  size_t length = image != NULL ? (size_t)(image - argument) : strlen(argument);
  bool scenario = length > 5 && strncmp(argument + length - 5, ".yaml", 5) == 0;
  *options = options_default();
  if (image != NULL) {
    *image++ = '\0';
  }
  if (scenario && !options_set(options, OPTION_SCENARIO, argument, error)) {
    return false;
  }
  options->image = scenario ? image : argument;
  if (!session_open(session, options, error)) {
    return false;
  }
  if (!scenario) {
    session->explorer.max_instructions = BOUND;
  }
  if (!session_survey(session, true, error)) {
    session_close(session);
    return false;
  }
  return true;
}

int main(int count, char **arguments) {
  printf("%-32s %9s %9s %6s %9s %9s %6s\n", "check", "none", "all", "ratio", "every:none",
         "all", "ratio");
  for (int i = 1; i < count; i++) {
    struct error error = {{0}};
    struct options options;
    struct session session;
    if (!open_argument(arguments[i], &options, &session, &error)) {
      fprintf(stderr, "bench_detectors: %s\n", error.message);
      return 2;
    }
    const char *slash = strrchr(arguments[i], '/');
    printf("%-32s", slash != NULL ? slash + 1 : arguments[i]);
    for (int every = 0; every < 2; every++) {
      double none = best_of(&session, false, every != 0);
      double all = best_of(&session, true, every != 0);
      printf(" %9.3f %9.3f %6.2f", none, all, all / none);
    }
    putchar('\n');
    fflush(stdout);
    session_close(&session);
  }
  return 0;
}
