/* audit_random [--boundaries N] [--horizon N] [--chain N] [--chunk N] [--depth N] [--flaws N]
 *              [--devices 1] IMAGE...
 *
 * For each image: the audit agrees with the pruned check; each (place, exception)
 * is decided once; any number of workers says the same, and so does a check that
 * prunes nothing; the spine ends where the bare run ends; each token shows its
 * finding again. With --flaws only the audit is made, of a pruner with these
 * mistakes (enum equivalence_flaw). A line for each image; exit code 1 if any
 * image showed a difference. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/equivalence.h"
#include "sim/explore/explorer.h"
#include "sim/leaf.h"
#include "tests/random/devices.h"

struct trial {
  const char *path;
  const struct image *image;
  struct explorer_options options;
  unsigned differences;
};

static bool differ(struct trial *trial, const char *what, const char *detail) {
  printf("%s: %s: %s\n", trial->path, what, detail);
  trial->differences++;
  return false;
}

/* Everything a check says but how many serial orders were run, as text. */

static void tell_certificate(FILE *out, const struct certificate *c) {
  fprintf(out,
          "depth %u, horizon %" PRIu64 ", instructions %" PRIu64 ", places %" PRIu64 " %" PRIu64
          " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
          c->depth, c->horizon, c->instructions, c->boundaries, c->beats, c->entries,
          c->returns, c->places);
  for (unsigned i = 0; i < DECISION_COUNT; i++) {
    fprintf(out, "%s %" PRIu64 "\n", decision_name((enum decision)i), c->decided[i]);
  }
  fprintf(out, "branches %" PRIu64 "\n", c->branches);
  fprintf(out, "complete %d, %s, exit code %d, natural %" PRIu64 ", given %" PRIu64 "\n",
          c->complete, run_end_text(c->end), c->exit_code, c->natural, c->given);
  fprintf(out, "state %016" PRIx64 "\n", c->state_hash);
  for (size_t i = 0; i < c->interrupt_count; i++) {
    const struct interrupt_account *account = &c->interrupts[i];
    fprintf(out, "exception %u: places %" PRIu64 ", taken %" PRIu64 ", %s\n",
            account->exception, account->places, account->taken,
            account->reason_never != NULL ? account->reason_never : "came");
  }
  for (size_t i = 0; i < c->device_count; i++) {
    const struct device_account *device = &c->devices[i];
    fprintf(out, "device %08" PRIx32 ": %" PRIu64 " %" PRIu64 " %" PRIu64 " %08" PRIx32 "\n",
            device->address, device->reads, device->writes, device->answers, device->answer);
  }
}

static void tell_access(FILE *out, const struct access *access,
                        const struct call_stack *stack) {
  fprintf(out, " access %u of %u.%u at %" PRIx32 " by %u.%" PRIu64 ": %08" PRIx32 " = %" PRIx64,
          access->op, access->size, access->beat, access->pc, access->context.exception,
          access->boundary, access->address, access->value);
  for (unsigned i = 0; i < stack->count; i++) {
    fprintf(out, " %" PRIx32, stack->pc[i]);
  }
  fprintf(out, "\n");
}

static void tell_finding(FILE *out, const struct finding *finding) {
  const struct sighting *sighting = &finding->sighting;
  const struct mask_state *mask = &finding->mask;
  char token[SCHEDULE_TEXT];
  schedule_format(&finding->schedule, token);
  fprintf(out, "%s %s %s of leaf %" PRIu32 " by %s, %" PRIu64 " times\n", finding->id,
          outcome_name(finding->outcome), finding_traits(sighting->kind)->name, sighting->leaf,
          token, finding->occurrences);
  fprintf(out, " pc %" PRIx32 ", masks %u %u %u %d %d, latent %d, value %" PRIx64 ", new %x\n",
          finding->place.pc, mask->primask, mask->faultmask, mask->basepri, mask->priority,
          mask->interrupt_priority, sighting->latent, sighting->value, sighting->new_bytes);
  for (unsigned i = 0; i < sighting->accesses; i++) {
    tell_access(out, &sighting->access[i], &finding->stack[i]);
  }
  for (unsigned i = 0; i < sighting->expected_count; i++) {
    fprintf(out, " expected %" PRIx64 "\n", sighting->expected[i]);
  }
}

static char *tell_check(const struct check *check) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  tell_certificate(out, &check->certificate);
  for (size_t i = 0; i < check->finding_count; i++) {
    tell_finding(out, &check->findings[i]);
  }
  fclose(out);
  return text;
}

/* The ids only: what two checks share that go different ways. */
static char *tell_ids(const struct check *check) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  for (size_t i = 0; i < check->finding_count; i++) {
    const struct finding *finding = &check->findings[i];
    if (finding->exception != 0) {
      fprintf(out, "%s %s\n", finding->id, finding_traits(finding->sighting.kind)->name);
    }
  }
  fclose(out);
  return text;
}

static size_t line_length(const char *text) {
  return strcspn(text, "\n");
}

/* Both texts' first lines that are not the same. */
static void same_text(struct trial *trial, const char *what, const char *a, const char *b) {
  if (strcmp(a, b) == 0) {
    return;
  }
  while (line_length(a) == line_length(b) && strncmp(a, b, line_length(a)) == 0) {
    a += line_length(a) + 1;
    b += line_length(b) + 1;
  }
  char detail[1024];
  snprintf(detail, sizeof detail, "\"%.*s\", was \"%.*s\"", (int)line_length(b), b,
           (int)line_length(a), a);
  differ(trial, what, detail);
}

/* Decisions: each once. */

struct tally {
  struct decided {
    uint64_t place;
    uint16_t exception;
    uint8_t decision;
  } * rows;
  size_t count, capacity;
};

static void tally_add(void *argument, const struct place *place, unsigned exception,
                      unsigned decision) {
  struct tally *tally = argument;
  array_reserve((void **)&tally->rows, &tally->capacity, tally->count + 1, sizeof *tally->rows);
  tally->rows[tally->count++] = (struct decided){
      .place = place->boundary << 16 | (uint64_t)place->kind << 8 | place->beat,
      .exception = (uint16_t)exception,
      .decision = (uint8_t)decision,
  };
}

static int compare_decided(const void *left, const void *right) {
  const struct decided *a = left;
  const struct decided *b = right;
  if (a->place != b->place) {
    return a->place < b->place ? -1 : 1;
  }
  return a->exception - b->exception;
}

static void decided_once(struct trial *trial, struct tally *tally,
                         const struct certificate *certificate) {
  uint64_t told[DECISION_COUNT] = {0};
  uint64_t rows[512] = {0}; /* by exception */
  if (tally->count > 0) {
    qsort(tally->rows, tally->count, sizeof *tally->rows, compare_decided);
  }
  for (size_t i = 0; i < tally->count; i++) {
    const struct decided *row = &tally->rows[i];
    told[row->decision]++;
    rows[row->exception]++;
    if (i > 0 && compare_decided(row - 1, row) == 0) {
      char detail[80];
      snprintf(detail, sizeof detail, "exception %u at boundary %" PRIu64, row->exception,
               row->place >> 16);
      differ(trial, "decided twice", detail);
    }
  }
  const struct depth_account *spine = &certificate->depths[0]; /* the places that are told */
  if (memcmp(told, spine->decided, sizeof told) != 0) {
    differ(trial, "decisions", "told and certified differ");
  }
  for (size_t e = 0; e < sizeof rows / sizeof *rows; e++) {
    if (rows[e] != 0 && rows[e] != spine->places) {
      differ(trial, "decisions", "an exception is not decided at each place");
    }
  }
}

/* The trials. */

static bool run_check(struct trial *trial, const struct explorer_options *options,
                      const char *what, struct check *check) {
  struct error error = {{0}};
  return explorer_check(trial->image, options, check, &error) ||
         differ(trial, what, error.message);
}

static bool has_id(const struct check *check, const char *id) {
  for (size_t i = 0; i < check->finding_count; i++) {
    if (strcmp(check->findings[i].id, id) == 0) {
      return true;
    }
  }
  return false;
}

/* With several injections a check that prunes goes farther: it may find more. A distant kind
 * is looked for a fixed way behind a probe, and not behind each place that it stands for. */
static void none_lost(struct trial *trial, const struct check *check,
                      const struct check *unpruned) {
  for (size_t i = 0; i < unpruned->finding_count; i++) {
    const struct finding *finding = &unpruned->findings[i];
    const struct finding_traits *traits = finding_traits(finding->sighting.kind);
    if (finding->exception != 0 && !traits->distant && !has_id(check, finding->id)) {
      differ(trial, "found only unpruned", traits->name);
    }
  }
}

static void without_pruning(struct trial *trial, const struct check *check) {
  struct explorer_options options = trial->options;
  struct check other = {.findings = NULL};
  options.no_prune = true;
  if (!run_check(trial, &options, "unpruned", &other)) {
    return;
  }
  if (options.depth > 1) {
    none_lost(trial, check, &other);
  } else if (other.certificate.instructions == check->certificate.instructions) {
    char *expected = tell_ids(check);
    char *found = tell_ids(&other);
    same_text(trial, "unpruned", expected, found);
    free(expected);
    free(found);
  }
  check_free(&other);
}

static void with_workers(struct trial *trial, unsigned jobs, const char *expected) {
  struct explorer_options options = trial->options;
  struct check check = {.findings = NULL};
  char what[32];
  options.jobs = jobs;
  snprintf(what, sizeof what, "%u workers", jobs);
  if (run_check(trial, &options, what, &check)) {
    char *text = tell_check(&check);
    same_text(trial, what, expected, text);
    free(text);
    check_free(&check);
  }
}

static void without_probes(struct trial *trial, const struct certificate *certificate) {
  struct certificate bare = {0};
  struct error error = {{0}};
  if (!explorer_run(trial->image, &trial->options, &bare, &error)) {
    differ(trial, "bare run", error.message);
    return;
  }
  if (bare.state_hash != certificate->state_hash) {
    differ(trial, "bare run", "ends in another state");
  }
  certificate_free(&bare);
}

static void by_token(struct trial *trial, const struct finding *finding) {
  struct check replayed = {.findings = NULL};
  struct schedule schedule;
  struct error error = {{0}};
  char token[SCHEDULE_TEXT];
  bool shown = false;
  schedule_format(&finding->schedule, token);
  if (!schedule_parse(token, &schedule, &error) ||
      !explorer_replay(trial->image, &trial->options, &schedule, NULL, &replayed, &error)) {
    differ(trial, token, error.message);
    return;
  }
  for (size_t i = 0; i < replayed.finding_count; i++) {
    shown |= strcmp(replayed.findings[i].id, finding->id) == 0;
  }
  if (!shown) {
    differ(trial, token, finding_traits(finding->sighting.kind)->name);
  }
  check_free(&replayed);
}

/* Every probe is run. */
static void without_recall(struct trial *trial, const char *expected) {
  struct explorer_options options = trial->options;
  struct check check = {.findings = NULL};
  options.jobs = 1;
  options.recalls = false;
  if (run_check(trial, &options, "without recall", &check)) {
    char *text = tell_check(&check);
    same_text(trial, "without recall", expected, text);
    free(text);
    check_free(&check);
  }
}

/* The check that all others are compared with. */
static bool audited(struct trial *trial, struct check *check) {
  struct explorer_options options = trial->options;
  struct tally tally = {.rows = NULL};
  options.audit = true;
  options.decided = tally_add;
  options.decided_argument = &tally;
  bool good = run_check(trial, &options, "audit", check);
  if (good) {
    decided_once(trial, &tally, &check->certificate);
  }
  free(tally.rows);
  return good;
}

static void try_all(struct trial *trial) {
  struct check check = {.findings = NULL};
  if (!audited(trial, &check) || trial->options.flaws != FLAW_NONE) {
    check_free(&check);
    return;
  }
  char *text = tell_check(&check);
  with_workers(trial, 1, text);
  with_workers(trial, 2, text);
  with_workers(trial, 5, text);
  without_recall(trial, text);
  without_pruning(trial, &check);
  without_probes(trial, &check.certificate);
  size_t errors = 0;
  for (size_t i = 0; i < check.finding_count; i++) {
    by_token(trial, &check.findings[i]);
    errors += finding_traits(check.findings[i].sighting.kind)->severity == SEVERITY_ERROR;
  }
  const struct certificate *c = &check.certificate;
  printf("%s: %zu findings, %zu errors; %" PRIu64 " probed, %" PRIu64 " equivalent, %" PRIu64
         " masked; %s\n",
         trial->path, check.finding_count, errors, c->decided[DECISION_PROBED],
         c->decided[DECISION_EQUIVALENT], c->decided[DECISION_MASKED], run_end_text(c->end));
  free(text);
  check_free(&check);
}

struct bounds {
  uint64_t boundaries, horizon, chain, chunk;
  unsigned depth;
  unsigned flaws;
  bool devices; /* those of devices.h are there */
};

static bool try_image(const char *path, const struct bounds *bounds) {
  struct error error = {{0}};
  struct image *image = image_load(path, NULL, &error);
  if (image == NULL) {
    printf("%s: %s\n", path, error.message);
    return false;
  }
  struct trial trial = {
      .path = path,
      .image = image,
      .options = explorer_options_default(image),
  };
  trial.options.max_instructions = bounds->boundaries;
  trial.options.horizon = bounds->horizon;
  trial.options.chain = bounds->chain;
  trial.options.chunk = bounds->chunk;
  trial.options.depth = bounds->depth;
  trial.options.flaws = bounds->flaws;
  trial.options.machine.registers = bounds->devices ? &device_set : NULL;
  try_all(&trial);
  image_destroy(image);
  return trial.differences == 0;
}

int main(int argc, char **argv) {
  static const struct option options[] = {
      {"boundaries", required_argument, NULL, 'b'}, {"horizon", required_argument, NULL, 'h'},
      {"chain", required_argument, NULL, 'c'},      {"chunk", required_argument, NULL, 'k'},
      {"depth", required_argument, NULL, 'd'},      {"flaws", required_argument, NULL, 'f'},
      {"devices", required_argument, NULL, 'm'},    {0},
  };
  struct bounds bounds = {.boundaries = 600,
                          .horizon = 200,
                          .chain = 64,
                          .chunk = 64,
                          .depth = 1,
                          .flaws = FLAW_NONE};
  bool good = true;
  for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
    switch (option) {
      case 'b':
        bounds.boundaries = strtoull(optarg, NULL, 10);
        break;
      case 'h':
        bounds.horizon = strtoull(optarg, NULL, 10);
        break;
      case 'c':
        bounds.chain = strtoull(optarg, NULL, 10);
        break;
      case 'k':
        bounds.chunk = strtoull(optarg, NULL, 10);
        break;
      case 'd':
        bounds.depth = (unsigned)strtoul(optarg, NULL, 10);
        break;
      case 'f':
        bounds.flaws = (unsigned)strtoul(optarg, NULL, 0);
        break;
      case 'm':
        bounds.devices = strtoul(optarg, NULL, 10) != 0;
        break;
      default:
        return 2;
    }
  }
  for (int i = optind; i < argc; i++) {
    good = try_image(argv[i], &bounds) && good;
    fflush(stdout);
  }
  return good ? 0 : 1;
}
