/* tornword fuzz: search inputs and interrupts together, under AFL or alone. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/fuzz_afl.h"
#include "cli/fuzz_findings.h"
#include "cli/verbs.h"
#include "session/session.h"
#include "sim/fuzz/campaign.h"

enum { DEFAULT_RUNS = 100000, PATH_MOST = 4096 };

/* A corpus folder: seeds of any names, and folders for what we add. */
struct folder {
  const char *path;
  char joined[PATH_MOST];
  char state[PATH_MOST];
};

struct search {
  struct session *session;
  struct folder folder;
  struct campaign campaign;
  struct fuzz_findings findings;
  size_t joined;
  struct error error;
};

static struct dictionary dictionary_for(const struct session *session, struct target *target) {
  const uint32_t *inputs = NULL;
  target_execute(target, NULL, 0, NULL);
  target_note_inputs(target);
  size_t count = target_inputs(target, &inputs);
  return dictionary_of(session->image, inputs, count);
}

static bool make_folder(const char *path, struct error *error) {
  return mkdir(path, 0777) == 0 || errno == EEXIST ||
         error_set(error, "--corpus: %s: cannot be made: %s", path, strerror(errno));
}

static bool open_folder(struct folder *folder, const char *path, struct error *error) {
  folder->path = path;
  snprintf(folder->joined, sizeof folder->joined, "%s/joined", path);
  snprintf(folder->state, sizeof folder->state, "%s/.campaign", path);
  return make_folder(path, error) && make_folder(folder->joined, error);
}

static bool entry_joined(void *owner, const uint8_t *bytes, size_t size) {
  struct search *search = owner;
  char name[32];
  snprintf(name, sizeof name, "%06zu", search->joined++);
  return corpus_save(search->folder.joined, name, bytes, size, &search->error);
}

static bool entry_found(void *owner, const uint8_t *bytes, size_t size,
                        const struct target_run *run) {
  struct search *search = owner;
  (void)run;
  return fuzz_findings_take(&search->findings, bytes, size, &search->error);
}

static bool seed_all(struct search *search, const char *path, size_t *count) {
  struct corpus corpus = {0};
  bool good = corpus_load(&corpus, path, &search->error);
  for (size_t i = 0; good && i < corpus.count; i++) {
    good = campaign_seed(&search->campaign, corpus.entries[i].bytes, corpus.entries[i].size);
  }
  *count = corpus.count;
  corpus_free(&corpus);
  return good;
}

/* Seeds, then what joined in earlier sessions; with neither, no interrupt at all. */
static bool load(struct search *search) {
  static const uint8_t nothing[] = {STIMULUS_MARK, STREAM_INTERRUPTS};
  size_t seeds = 0;
  if (!seed_all(search, search->folder.path, &seeds) ||
      (seeds == 0 && !campaign_seed(&search->campaign, nothing, sizeof nothing))) {
    return false;
  }
  return seed_all(search, search->folder.joined, &search->joined);
}

/* The round that the last session ended with; another seed begins anew. */
static void load_state(struct search *search) {
  uint64_t seed = 0;
  uint64_t round = 0;
  FILE *stream = fopen(search->folder.state, "r");
  if (stream == NULL) {
    return;
  }
  if (fscanf(stream, "seed %" SCNu64 " round %" SCNu64, &seed, &round) == 2 &&
      seed == search->campaign.seed) {
    search->campaign.round = round;
  }
  fclose(stream);
}

static bool save_state(struct search *search) {
  char text[64];
  int size = snprintf(text, sizeof text, "seed %" PRIu64 " round %" PRIu64 "\n",
                      search->campaign.seed, search->campaign.round);
  return corpus_save(search->folder.path, ".campaign", (const uint8_t *)text, (size_t)size,
                     &search->error);
}

static void tell(const struct search *search) {
  const struct campaign *c = &search->campaign;
  fprintf(stderr, "\r%" PRIu64 " runs, %zu entries, %u places reached, %zu findings ", c->runs,
          c->corpus.count, campaign_edges(c), search->findings.count);
}

static bool run_rounds(struct search *search, uint64_t runs) {
  bool shown = isatty(STDERR_FILENO) == 1 && !search->session->options->given[OPTION_QUIET];
  bool good = true;
  for (uint64_t done = 0; good && done < runs; done += ROUND_CHILDREN) {
    good =
        campaign_round(&search->campaign, ROUND_CHILDREN, &search->error) && save_state(search);
    if (shown) {
      tell(search);
    }
  }
  if (shown) {
    fputs("\r\033[K", stderr);
  }
  return good;
}

static void print_summary(const struct search *search) {
  const struct campaign *c = &search->campaign;
  printf("Runs        %" PRIu64
         ", each from where the first input or interrupt is asked for "
         "(%" PRIu64 " instructions behind reset)\n",
         c->runs, target_shared(c->target));
  printf("Corpus      %zu entries in %s\n", c->corpus.count, search->folder.path);
  printf(
      "Coverage    %u jumps, reads of input, places of interrupts and pairs of accesses; "
      "%016" PRIx64 "\n",
      campaign_edges(c), campaign_coverage_hash(c));
  printf("SUMMARY: tornword: %zu finding%s in %s\n", search->findings.count,
         search->findings.count == 1 ? "" : "s", image_path(search->session->image));
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void print_stats(const struct campaign *c, double seconds) {
  fprintf(stderr,
          "tornword: %.3f s, %" PRIu64 " runs (%.0f/s), %" PRIu64 " instructions (%.0f/s)\n",
          seconds, c->runs, (double)c->runs / seconds, c->instructions,
          (double)c->instructions / seconds);
}

static bool search_all(struct search *search, uint64_t runs) {
  return load(search) && run_rounds(search, runs);
}

static int search_alone(struct session *session, struct target *target,
                        const struct dictionary *dictionary) {
  const struct options *options = session->options;
  struct search *search = allocate(1, sizeof *search);
  search->session = session;
  campaign_init(&search->campaign, target);
  search->campaign.dictionary = dictionary;
  search->campaign.seed = options->given[OPTION_SEED] ? options->seed : 1;
  search->campaign.jobs = session->explorer.jobs;
  search->campaign.joined = entry_joined;
  search->campaign.found = entry_found;
  search->campaign.owner = search;
  double start = now();
  int code = EXIT_INPUT;
  if (open_folder(&search->folder, options->corpus, &search->error) &&
      fuzz_findings_open(&search->findings, session, options->corpus, &search->error)) {
    load_state(search);
    if (search_all(search, options->given[OPTION_RUNS] ? options->runs : DEFAULT_RUNS)) {
      print_summary(search);
      code = search->findings.count > 0 ? EXIT_FINDINGS : EXIT_CLEAN;
    }
  }
  if (code == EXIT_INPUT) {
    verb_refuse(VERB_FUZZ.name, &search->error);
  } else if (options->given[OPTION_STATS]) {
    print_stats(&search->campaign, now() - start);
  }
  fuzz_findings_close(&search->findings);
  campaign_fini(&search->campaign);
  free(search);
  return code;
}

/* A search of interrupts alone is one too, but mostly not what was meant. */
static void note_input(const struct session *session, const struct target *target) {
  const uint32_t *inputs = NULL;
  const struct register_set *set = session->explorer.machine.registers;
  bool any = target_inputs(target, &inputs) > 0 || (set != NULL && set->input_count > 0);
  if (!any && !session->options->given[OPTION_QUIET]) {
    fprintf(stderr,
            "tornword fuzz: no register takes input: interrupts alone are searched; "
            "--input-registers names some, or 'unmodelled'\n");
  }
}

static int fuzz_target(struct session *session, struct target *target) {
  struct dictionary dictionary = dictionary_for(session, target);
  struct error error = {""};
  int code = EXIT_CLEAN;
  if (!afl_is_there()) {
    note_input(session, target);
    code = search_alone(session, target, &dictionary);
  } else if (!afl_serve(target, &dictionary, &error)) {
    code = verb_refuse(VERB_FUZZ.name, &error);
  }
  dictionary_free(&dictionary);
  return code;
}

static int fuzz_session(struct session *session) {
  struct error error = {""};
  struct target *target =
      target_create(session->image, &session->explorer, session->options->severity, &error);
  if (target == NULL) {
    return verb_refuse(VERB_FUZZ.name, &error);
  }
  int code = fuzz_target(session, target);
  target_destroy(target);
  return code;
}

/* Findings are told as text, one by one; input is what is searched for. */
static bool fits(const struct options *options, struct error *error) {
  static const enum option_id others[] = {OPTION_FORMAT, OPTION_OUTPUT, OPTION_SOURCE_ROOT,
                                          OPTION_INPUT};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    if (options->given[others[i]]) {
      return error_set(error,
                       "--%s is not for a search; give it to check or replay, with a test case "
                       "as --input",
                       option_traits(others[i])->name);
    }
  }
  return options->given[OPTION_CORPUS] || afl_is_there() ||
         error_set(error,
                   "no folder for test cases; add --corpus DIR, or start it by "
                   "afl-fuzz -i SEEDS -o OUT -- tornword fuzz IMAGE");
}

static int run_fuzz(const struct options *given) {
  struct options options = *given;
  struct session session;
  struct error error = {""};
  if (!options.given[OPTION_SEVERITY]) {
    options.severity = SEVERITY_ERROR;
  }
  if (!fits(&options, &error) || !session_open(&session, &options, &error)) {
    return verb_refuse(VERB_FUZZ.name, &error);
  }
  int code = session_claim(&session, &error) ? fuzz_session(&session)
                                             : verb_refuse(VERB_FUZZ.name, &error);
  session_close(&session);
  return code;
}

const struct verb VERB_FUZZ = {
    .name = "fuzz",
    .summary = "search inputs and interrupts together, alone or under afl-fuzz",
    .groups = GROUP_IMAGE | GROUP_RUN | GROUP_REPORT | GROUP_EFFORT | GROUP_FUZZ,
    .takes_image = true,
    .description =
        "Run IMAGE again and again with other input and other interrupts, and report what "
        "tears. Registers that take input are those of the chip, the config and "
        "--input-registers. Started by afl-fuzz it serves AFL; else it searches by itself, "
        "and keeps its test cases in --corpus DIR. Each is a file that check, replay and run "
        "take as --input."
        "\v"
        "Examples:\n"
        "  tornword fuzz --input-registers unmodelled --corpus corpus firmware.elf\n"
        "  afl-fuzz -i seeds -o out -- tornword fuzz --chip lm3s6965 firmware.elf\n"
        "  tornword fuzz --corpus out/default/crashes --runs 0 firmware.elf\n"
        "\n"
        "Exit codes: 0 nothing found, 1 findings, 2 bad usage or input.",
    .run = run_fuzz,
};
