/* The built-in search: what it does follows from seed and corpus alone. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_sample.h"
#include "sim/fuzz/campaign.h"
#include "sim/fuzz/minimise.h"

struct catch {
  uint8_t bytes[256];
  size_t size;
  unsigned count;
};

static bool take(void *owner, const uint8_t *bytes, size_t size, const struct target_run *run) {
  struct catch *catch = owner;
  (void)run;
  if (catch->count++ == 0 && size <= sizeof catch->bytes) {
    memcpy(catch->bytes, bytes, size);
    catch->size = size;
  }
  return true;
}

struct result {
  uint64_t coverage;
  size_t entries;
  uint64_t content;
  struct catch catch;
};

static uint64_t content_of(const struct corpus *corpus) {
  uint64_t hash = 1;
  for (size_t i = 0; i < corpus->count; i++) {
    for (size_t k = 0; k < corpus->entries[i].size; k++) {
      hash = (hash ^ corpus->entries[i].bytes[k]) * 1099511628211U;
    }
  }
  return hash;
}

/* Rounds in two sessions: in the second the corpus is loaded again. */
static struct result search(const char *firmware, const char *near, size_t size, unsigned jobs,
                            unsigned first, unsigned second) {
  struct fuzz_sample sample = fuzz_sample_open(firmware);
  const uint32_t *inputs = NULL;
  target_execute(sample.target, NULL, 0, NULL);
  target_note_inputs(sample.target);
  size_t count = target_inputs(sample.target, &inputs);
  struct dictionary dictionary = dictionary_of(sample.image, inputs, count);
  struct corpus corpus = {0};
  struct result result = {0};
  struct error error = {""};
  uint64_t round = 0;
  corpus_add(&corpus, (const uint8_t *)near, size);
  for (unsigned session = 0; session < 2; session++) {
    struct campaign c;
    campaign_init(&c, sample.target);
    c.dictionary = &dictionary;
    c.seed = 4;
    c.round = round;
    c.jobs = jobs;
    c.found = take;
    c.owner = &result.catch;
    for (size_t i = 0; i < corpus.count; i++) {
      campaign_seed(&c, corpus.entries[i].bytes, corpus.entries[i].size);
    }
    for (unsigned i = 0; i < (session == 0 ? first : second); i++) {
      cr_assert(campaign_round(&c, ROUND_CHILDREN, &error), "%s", error.message);
    }
    corpus_free(&corpus);
    corpus = c.corpus;
    c.corpus = (struct corpus){0};
    round = c.round;
    result.coverage = campaign_coverage_hash(&c);
    campaign_fini(&c);
  }
  result.entries = corpus.count;
  result.content = content_of(&corpus);
  corpus_free(&corpus);
  dictionary_free(&dictionary);
  fuzz_sample_close(&sample);
  return result;
}

static const char NEAR[] = "RACX\xfe\x01\x10\x0d\x00";

static void same(const struct result *a, const struct result *b) {
  cr_expect_eq(a->coverage, b->coverage);
  cr_expect_eq(a->entries, b->entries);
  cr_expect_eq(a->content, b->content);
}

Test(campaign, jobs_and_sessions_change_nothing) {
  static const char far[] = "\xfe\x01";
  struct result alone = search("command_window-m0-O2", far, 2, 1, 2, 0);
  struct result three = search("command_window-m0-O2", far, 2, 3, 2, 0);
  struct result twice = search("command_window-m0-O2", far, 2, 2, 1, 1);
  same(&alone, &three);
  same(&alone, &twice);
  cr_expect_gt(alone.entries, 10);
}

enum { SEEDS = 48, SEED_SIZE = 2 + 6 * ARRIVAL_BYTES, FOUND_MOST = 64 };

/* What a set of seeds reaches, and the ids of what it shows, in their order. */
struct reached {
  uint64_t coverage;
  struct judge *judge;
  char ids[FOUND_MOST][17];
  size_t count;
};

static int by_text(const void *a, const void *b) {
  return strcmp(a, b);
}

static void add_id(struct reached *reached, const char *id) {
  for (size_t i = 0; i < reached->count; i++) {
    if (strcmp(reached->ids[i], id) == 0) {
      return;
    }
  }
  cr_assert_lt(reached->count, FOUND_MOST);
  memcpy(reached->ids[reached->count++], id, sizeof *reached->ids);
}

static bool take_ids(void *owner, const uint8_t *bytes, size_t size,
                     const struct target_run *run) {
  struct reached *reached = owner;
  struct stimulus stimulus = {0};
  size_t count = 0;
  (void)run;
  stimulus_parse(&stimulus, bytes, size);
  const struct finding *findings = judge_decide(reached->judge, &stimulus, &count);
  for (size_t i = 0; i < count; i++) {
    add_id(reached, findings[i].id);
  }
  stimulus_fini(&stimulus);
  return true;
}

/* Seed `i`: some interrupts, at boundaries and inside instructions. */
static size_t write_seed(unsigned i, uint8_t bytes[SEED_SIZE]) {
  struct random random = random_for(i, 0, 0);
  bytes[0] = STIMULUS_MARK;
  bytes[1] = STREAM_INTERRUPTS;
  for (size_t k = 2; k < SEED_SIZE; k += ARRIVAL_BYTES) {
    const struct arrival arrival = {.gap = random_below(&random, 100),
                                    .inside = (uint8_t)random_below(&random, 2),
                                    .which = (uint8_t)random_below(&random, 4)};
    stimulus_encode(&arrival, bytes + k);
  }
  return SEED_SIZE;
}

static struct reached reach(const char *firmware, unsigned stride) {
  struct fuzz_sample sample = fuzz_sample_open(firmware);
  struct error error = {""};
  struct reached reached = {.judge = judge_create(sample.image, &sample.options, &error)};
  struct campaign c;
  campaign_init(&c, sample.target);
  c.found = take_ids;
  c.owner = &reached;
  for (unsigned i = 0; i < SEEDS; i++) {
    uint8_t bytes[SEED_SIZE];
    size_t size = write_seed(i * stride % SEEDS, bytes);
    cr_assert(campaign_seed(&c, bytes, size));
  }
  reached.coverage = campaign_coverage_hash(&c);
  qsort(reached.ids, reached.count, sizeof *reached.ids, by_text);
  campaign_fini(&c);
  judge_destroy(reached.judge);
  fuzz_sample_close(&sample);
  return reached;
}

Test(campaign, order_of_the_seeds_changes_nothing) {
  const struct reached forward = reach("ticker_time-m0-O2", 1);
  const unsigned strides[] = {SEEDS - 1, 29}; /* backward, and mixed */
  cr_expect_gt(forward.count, 2);
  for (size_t i = 0; i < 2; i++) {
    const struct reached other = reach("ticker_time-m0-O2", strides[i]);
    cr_expect_eq(forward.coverage, other.coverage);
    cr_expect_eq(forward.count, other.count);
    cr_expect_arr_eq(forward.ids, other.ids, sizeof forward.ids);
  }
}

Test(campaign, finds_the_window_and_makes_it_small) {
  struct result result = search("command_window-m0-O2", NEAR, sizeof NEAR - 1, 2, 12, 0);
  cr_assert_gt(result.catch.count, 0);
  struct fuzz_sample sample = fuzz_sample_open("command_window-m0-O2");
  struct error error = {""};
  struct judge *judge = judge_create(sample.image, &sample.options, &error);
  struct stimulus stimulus = {0};
  size_t count = 0;
  stimulus_parse(&stimulus, result.catch.bytes, result.catch.size);
  const struct finding *findings = judge_decide(judge, &stimulus, &count);
  cr_assert_eq(count, 1);
  cr_expect_eq(findings[0].sighting.kind, FINDING_TORN_WRITE);
  cr_expect(findings[0].assumed);
  char id[17];
  memcpy(id, findings[0].id, sizeof id);
  struct stimulus_writer file = {0};
  stimulus_write_all(&file, &stimulus);
  minimise(judge, id, 2000, &file);
  cr_expect(minimise_shows(judge, file.bytes, file.size, id));
  stimulus_parse(&stimulus, file.bytes, file.size);
  cr_expect_eq(stimulus.streams[STREAM_INTERRUPTS].size, ARRIVAL_BYTES);
  cr_expect_leq(stimulus.streams[STREAM_COMMON].size, 8);
  stimulus_fini(&stimulus);
  free(file.bytes);
  judge_destroy(judge);
  fuzz_sample_close(&sample);
}

Test(campaign, finds_nothing_in_the_twin) {
  struct result result = search("command_window_fixed-m0-O2", NEAR, sizeof NEAR - 1, 2, 4, 0);
  cr_expect_eq(result.catch.count, 0);
}
