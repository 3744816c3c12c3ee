/* tornword: the command line's first word. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report.h"
#include "cli/verbs.h"
#include "sim/words.h"

static const struct verb *const VERBS[] = {&VERB_CHECK, &VERB_MERGE, &VERB_RUN,  &VERB_REPLAY,
                                           &VERB_DEBUG, &VERB_FUZZ,  &VERB_INFO, &VERB_CHIPS};
enum { VERBS_COUNT = sizeof VERBS / sizeof VERBS[0] };

static const char DESCRIPTION[] =
    "Runs a Cortex-M firmware image on a simulator, lets every enabled interrupt in at every "
    "place where the hardware could let it in, and names the data that handlers tear."
    "\v"
    "Verbs:\n"
    "  check   inject every enabled interrupt at every place and report what tears\n"
    "  merge   make the report of a check that was done in shards\n"
    "  run     run the image as it is, with its semihosting output on stdout\n"
    "  replay  run one finding's schedule again and tell it step by step\n"
    "  debug   let gdb go forward and back through a run\n"
    "  fuzz    search inputs and interrupts together, alone or under afl-fuzz\n"
    "  info    say what was understood of an image\n"
    "  chips   list the cores and chips that can be simulated\n"
    "\n"
    "tornword VERB --help tells a verb's options.\n"
    "\n"
    "Examples:\n"
    "  tornword check firmware.elf\n"
    "  tornword check --format json --output report.json firmware.elf\n"
    "  tornword replay tw1-3f9a01c2-5e11-b412.1x15 firmware.elf\n"
    "  tornword run firmware.elf\n"
    "\n"
    "Exit codes:\n"
    "  0  clean: no finding at or above --severity\n"
    "  1  findings\n"
    "  2  bad usage or input; one line on stderr says what would be right\n"
    "  3  not everything was decided, and nothing was found\n"
    "  tornword run exits with the firmware's own code.";

static const struct verb *nearest(const char *name) {
  const struct verb *best = VERBS[0];
  for (size_t i = 1; i < VERBS_COUNT; i++) {
    if (words_distance(name, VERBS[i]->name) < words_distance(name, best->name)) {
      best = VERBS[i];
    }
  }
  return best;
}

static const struct verb *verb_named(const char *name) {
  for (size_t i = 0; i < VERBS_COUNT; i++) {
    if (strcmp(name, VERBS[i]->name) == 0) {
      return VERBS[i];
    }
  }
  return NULL;
}

struct chosen {
  const struct verb *verb;
  int first; /* index of the verb in argv */
};

static error_t parse_verb(int key, char *value, struct argp_state *state) {
  struct chosen *chosen = state->input;
  if (key == 'V') {
    puts("tornword " TORNWORD_VERSION);
    exit(EXIT_CLEAN);
  }
  if (key != ARGP_KEY_ARG) {
    return ARGP_ERR_UNKNOWN;
  }
  chosen->verb = verb_named(value);
  chosen->first = state->next - 1;
  if (chosen->verb == NULL) {
    fprintf(stderr, "tornword: '%s' is no verb; did you mean %s? See tornword --help\n", value,
            nearest(value)->name);
    exit(EXIT_INPUT);
  }
  state->next = state->argc; /* the rest is the verb's */
  return 0;
}

static void print_usage(FILE *out) {
  fputs("Usage: tornword VERB [options] IMAGE\n", out);
  for (size_t i = 0; i < VERBS_COUNT; i++) {
    fprintf(out, "  %-7s %s\n", VERBS[i]->name, VERBS[i]->summary);
  }
  fputs("Try tornword --help, or tornword check firmware.elf\n", out);
}

int main(int argc, char **argv) {
  argp_err_exit_status = EXIT_INPUT;
  if (argc < 2) {
    print_usage(stderr);
    return EXIT_INPUT;
  }
  static const struct argp_option table[] = {
      {.name = "version", .key = 'V', .doc = "Print the version and exit"}, {0}};
  const struct argp argp = {.options = table,
                            .parser = parse_verb,
                            .args_doc = "VERB [options] IMAGE",
                            .doc = DESCRIPTION};
  struct chosen chosen = {0};
  char name[] = "tornword";
  argv[0] = name;
  if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &chosen) != 0 || chosen.verb == NULL) {
    print_usage(stderr);
    return EXIT_INPUT;
  }
  struct options options = options_default();
  options_parse(chosen.verb, argc - chosen.first, argv + chosen.first, &options);
  return chosen.verb->run(&options);
}
