/* tornword: the command line's first word. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/verbs.h"
#include "report/report.h"
#include "sim/words.h"

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

/* Help for argp: its head, "\v", its tail. */
static const char *describe(struct texts *texts) {
  const char *verbs = "";
  for (size_t i = 0; i < VERBS_COUNT; i++) {
    verbs = texts_print(texts, "%s  %-7s %s\n", verbs, VERBS[i]->name, VERBS[i]->summary);
  }
  return texts_print(texts,
                     "%s\vVerbs:\n%s\ntornword VERB --help tells a verb's options.\n\n"
                     "Examples:\n%s\nExit codes:\n%s",
                     PURPOSE, verbs, EXAMPLES, EXIT_CODES);
}

int main(int argc, char **argv) {
  argp_err_exit_status = EXIT_INPUT;
  if (argc < 2) {
    print_usage(stderr);
    return EXIT_INPUT;
  }
  static const struct argp_option table[] = {
      {.name = "version", .key = 'V', .doc = "Print the version and exit"}, {0}};
  struct texts texts = {0};
  const struct argp argp = {.options = table,
                            .parser = parse_verb,
                            .args_doc = "VERB [options] IMAGE",
                            .doc = describe(&texts)};
  struct chosen chosen = {0};
  char name[] = "tornword";
  argv[0] = name;
  if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &chosen) != 0 || chosen.verb == NULL) {
    print_usage(stderr);
    return EXIT_INPUT;
  }
  texts_free(&texts);
  struct options options = options_default();
  options.note = verb_note;
  options_parse(chosen.verb, argc - chosen.first, argv + chosen.first, &options);
  return chosen.verb->run(&options);
}
