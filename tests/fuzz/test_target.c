/* What a run shows is a function of its stimulus: of nothing that ran before, and
 * the same as a run from reset. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_sample.h"
#include "sim/explore/judge.h"
#include "sim/fuzz/random.h"

enum { FILES = 40, FILE_MOST = 48 };

struct file {
  uint8_t bytes[FILE_MOST];
  size_t size;
};

/* Commands, right ones among them, with and without interrupts. */
static struct file random_file(struct random *random) {
  struct file file = {.size = 0};
  if (random_below(random, 2) == 0) {
    memcpy(file.bytes, "RACE", 4);
    file.size = 4;
  }
  while (file.size < 12) {
    file.bytes[file.size++] = (uint8_t)random_below(random, 0xfe);
  }
  if (random_below(random, 4) > 0) {
    file.bytes[file.size++] = STIMULUS_MARK;
    file.bytes[file.size++] = STREAM_INTERRUPTS;
  }
  for (uint32_t n = random_below(random, 6) * 3; n > 0; n--) {
    file.bytes[file.size++] = (uint8_t)random_below(random, 0xfe);
  }
  return file;
}

static uint64_t hash_from_reset(const struct fuzz_sample *sample, const struct file *file,
                                enum run_end *end) {
  struct explorer_options options = sample->options;
  struct stimulus stimulus = {0};
  struct certificate certificate;
  struct error error = {""};
  stimulus_parse(&stimulus, file->bytes, file->size);
  options.machine.stimulus = &stimulus;
  cr_assert(explorer_run(sample->image, &options, &certificate, &error), "%s", error.message);
  uint64_t hash = certificate.state_hash;
  *end = certificate.end;
  certificate_free(&certificate);
  stimulus_fini(&stimulus);
  return hash;
}

static void runs_as_from_reset(const char *firmware) {
  struct fuzz_sample sample = fuzz_sample_open(firmware);
  struct random random = {3};
  for (unsigned i = 0; i < FILES; i++) {
    struct file file = random_file(&random);
    enum run_end end = END_BOUND;
    struct target_run run = target_execute(sample.target, file.bytes, file.size, NULL);
    uint64_t hash = target_state_hash(sample.target);
    cr_expect_eq(hash, hash_from_reset(&sample, &file, &end), "%s: file %u", firmware, i);
    cr_expect_eq(run.end, end, "%s: file %u", firmware, i);
  }
  cr_expect_gt(target_shared(sample.target), 10);
  fuzz_sample_close(&sample);
}

Test(target, runs_as_from_reset) {
  runs_as_from_reset("command_window-m0-O2");
  runs_as_from_reset("command_window-m3-O2");
  runs_as_from_reset("irq_pair-m3-O2");
  runs_as_from_reset("wait_for_tick-m3-O0");
}

static void add_up(uint8_t *all, const uint8_t *map) {
  for (size_t i = 0; i < EDGE_MAP_SIZE; i++) {
    all[i] |= map[i];
  }
}

/* The same files forwards, backwards and each one twice. */
Test(target, order_does_not_matter) {
  struct fuzz_sample sample = fuzz_sample_open("command_window-m3-O2");
  struct random random = {5};
  struct file files[FILES];
  static uint8_t forwards[FILES][EDGE_MAP_SIZE], map[EDGE_MAP_SIZE];
  static uint8_t all[2][EDGE_MAP_SIZE];
  bool found[FILES];
  for (unsigned i = 0; i < FILES; i++) {
    files[i] = random_file(&random);
    found[i] = target_execute(sample.target, files[i].bytes, files[i].size, forwards[i]).found;
    add_up(all[0], forwards[i]);
  }
  for (unsigned i = FILES; i-- > 0;) {
    for (unsigned twice = 0; twice < 2; twice++) {
      memset(map, 0, sizeof map);
      struct target_run run = target_execute(sample.target, files[i].bytes, files[i].size, map);
      cr_expect_eq(run.found, found[i], "file %u", i);
      cr_expect_arr_eq(map, forwards[i], sizeof map, "file %u", i);
    }
    add_up(all[1], map);
  }
  cr_expect_arr_eq(all[0], all[1], EDGE_MAP_SIZE);
  fuzz_sample_close(&sample);
}

/* One interrupt at each place behind the right command: exactly those between the
 * two words of the limit show the race. */
static unsigned places_that_tear(const char *firmware, uint8_t inside) {
  struct fuzz_sample sample = fuzz_sample_open(firmware);
  unsigned found = 0;
  for (unsigned gap = 2300; gap < 3400; gap++) { /* where the limit is written */
    struct stimulus_writer file = {0};
    const struct arrival arrival = {.gap = gap, .inside = inside};
    uint8_t bytes[ARRIVAL_BYTES];
    stimulus_encode(&arrival, bytes);
    stimulus_write(&file, STREAM_COMMON, (const uint8_t *)"RACE", 4);
    stimulus_write(&file, STREAM_INTERRUPTS, bytes, sizeof bytes);
    struct target_run run = target_execute(sample.target, file.bytes, file.size, NULL);
    found += run.found && run.kind == FINDING_TORN_WRITE;
    free(file.bytes);
  }
  fuzz_sample_close(&sample);
  return found;
}

Test(target, window) {
  cr_expect_eq(places_that_tear("command_window-m0-O2", 0), 1);
  cr_expect_eq(places_that_tear("command_window-m3-O2", 0), 0, "one STRD");
  cr_expect_eq(places_that_tear("command_window-m3-O2", 1), 1, "between its words");
  cr_expect_eq(places_that_tear("command_window_fixed-m0-O2", 0), 0);
  cr_expect_eq(places_that_tear("command_window_fixed-m3-O2", 1), 0);
}
