/* tornword-fuzz: the search of `tornword fuzz` under libFuzzer.
 *
 *     tornword-fuzz [CORPUS...] [-FLAG=VALUE...] -- [OPTION...] IMAGE
 *
 * What stands ahead of "--" is libFuzzer's, what stands behind it is tornword's. The
 * firmware's coverage is given to libFuzzer as counters of its own kind; half of the
 * mutations are ours, which know the streams and the image's dictionary. A finding
 * ends a run as a crash, and libFuzzer keeps the test case. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/verbs.h"
#include "session/session.h"
#include "sim/explore/target.h"
#include "sim/fuzz/mutate.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t most, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t most);

/* libFuzzer reads and clears what lies in this section. */
__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t COUNTERS[EDGE_MAP_SIZE];

/* libFuzzer's entry points have no argument for what lasts from one to the next. */
static struct {
  struct options options;
  struct session session;
  struct target *target;
  struct dictionary dictionary;
  struct mutator mutator;
} the;

static _Noreturn void refuse(const struct error *error) {
  exit(verb_refuse(VERB_FUZZ.name, error));
}

/* Cuts argv at "--"; what stands behind it, with the verb in front. */
static char **split(int *argc, char **argv, int *count) {
  static char verb[] = "fuzz";
  static char help[] = "--help";
  int at = 1;
  while (at < *argc && strcmp(argv[at], "--") != 0) {
    at++;
  }
  bool given = at < *argc;
  *count = given ? *argc - at : 2;
  char **own = allocate((size_t)*count + 1, sizeof *own);
  own[0] = verb;
  for (int i = 1; i < *count; i++) {
    own[i] = given ? argv[at + i] : help;
  }
  *argc = given ? at : *argc;
  argv[*argc] = NULL;
  return own;
}

static void open_target(void) {
  struct error error = {""};
  if (!the.options.given[OPTION_SEVERITY]) {
    the.options.severity = SEVERITY_ERROR;
  }
  if (!session_open(&the.session, &the.options, &error)) {
    refuse(&error);
  }
  the.target =
      target_create(the.session.image, &the.session.explorer, the.options.severity, &error);
  if (the.target == NULL) {
    refuse(&error);
  }
  target_execute(the.target, NULL, 0, NULL);
  target_note_inputs(the.target);
  the.mutator.input_count = target_inputs(the.target, &the.mutator.inputs);
  the.dictionary =
      dictionary_of(the.session.image, the.mutator.inputs, the.mutator.input_count);
  the.mutator.dictionary = &the.dictionary;
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  int count = 0;
  char **own = split(argc, *argv, &count);
  the.options = options_default();
  options_parse(&VERB_FUZZ, count, own, &the.options);
  free(own);
  open_target();
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  COUNTERS[0] = 1; /* never an empty map */
  struct target_run run = target_execute(the.target, bytes, size, COUNTERS);
  if (run.found) {
    fprintf(stderr, "tornword: %s; `tornword fuzz --corpus DIR --runs 0` tells it\n",
            finding_traits(run.kind)->name);
    abort();
  }
  return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t most, unsigned seed) {
  struct random random = random_for(seed, 0, size);
  if (random_below(&random, 2) == 0) {
    return LLVMFuzzerMutate(bytes, size, most);
  }
  struct entry entry = {.bytes = bytes, .size = size};
  struct corpus corpus = {.entries = &entry, .count = 1, .capacity = 1};
  struct stimulus_writer child = {0};
  mutate(&the.mutator, &corpus, &random, &child);
  size_t made = child.size < most ? child.size : most;
  memcpy(bytes, child.bytes, made);
  free(child.bytes);
  return made;
}
