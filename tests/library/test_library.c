/* The library as a program of a user's sees it: only through include/tornword.h. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "include/tornword.h"

static const char RACY[] = FIRMWARE_DIR "/torn_enum-m3-O2.elf";
static const char FIXED[] = FIRMWARE_DIR "/torn_enum_fixed-m3-O2.elf";

static struct tornword_firmware *load(const char *path, const struct tornword_option *options) {
  struct tornword_error error;
  struct tornword_firmware *firmware = tornword_load(path, options, &error);
  cr_assert(firmware != NULL, "%s", error.message);
  return firmware;
}

static struct tornword_result *check(struct tornword_firmware *firmware) {
  struct tornword_error error;
  struct tornword_result *result = tornword_check(firmware, &error);
  cr_assert(result != NULL, "%s", error.message);
  return result;
}

Test(library, a_finding_tells_who_and_where) {
  struct tornword_firmware *firmware = load(RACY, NULL);
  struct tornword_result *result = check(firmware);
  cr_assert_eq(tornword_result_verdict(result), TORNWORD_FINDINGS);
  cr_assert_eq(tornword_finding_count(result), 4);
  cr_expect(tornword_finding(result, 4) == NULL);
  const struct tornword_finding *finding = tornword_finding(result, 0);
  cr_expect_str_eq(finding->kind, "torn-write");
  cr_expect_eq(finding->severity, TORNWORD_ERROR);
  cr_expect_str_eq(finding->variable, "X");
  cr_expect_str_eq(finding->type, "volatile enum Enum");
  cr_expect_str_eq(finding->interrupt, "SysTick");
  cr_expect_str_eq(finding->outcome, "harmful");
  cr_expect(strstr(finding->text, "ERROR: tornword: torn-write of X") != NULL);
  cr_assert(finding->victim != NULL && finding->intruder != NULL);
  cr_expect(finding->victim->writes && !finding->intruder->writes);
  cr_expect_str_eq(finding->victim->function, "main");
  cr_expect_str_eq(finding->victim->context, "thread mode");
  cr_expect(strstr(finding->victim->file, "torn_enum.c") != NULL);
  cr_expect_eq(finding->victim->line, 22);
  cr_expect_str_eq(finding->intruder->function, "SysTick_Handler");
  cr_expect_eq(finding->intruder->exception, 15);
  cr_expect_eq(finding->intruder->address, 0x20000000);
  cr_expect_eq(finding->intruder->size, 4);
  tornword_result_free(result);
  tornword_unload(firmware);
}

Test(library, a_certificate_counts_each_pair_once) {
  struct tornword_firmware *firmware = load(FIXED, NULL);
  struct tornword_result *result = check(firmware);
  const struct tornword_certificate *certificate = tornword_result_certificate(result);
  cr_expect_eq(tornword_result_verdict(result), TORNWORD_CLEAN);
  cr_expect(certificate->complete);
  cr_expect_eq(certificate->depth, 1);
  cr_expect_gt(certificate->masked, 0);
  cr_expect_eq(certificate->probed + certificate->equivalent + certificate->masked +
                   certificate->disabled + certificate->withheld,
               certificate->places, "one exception: a pair for each place");
  cr_expect(strncmp(certificate->text, "Certificate: depth 1", 20) == 0);
  tornword_result_free(result);
  tornword_unload(firmware);
}

Test(library, a_token_shows_its_finding_again) {
  struct tornword_firmware *firmware = load(RACY, NULL);
  struct tornword_result *result = check(firmware);
  for (size_t i = 0; i < tornword_finding_count(result); i++) {
    const struct tornword_finding *finding = tornword_finding(result, i);
    struct tornword_error error;
    struct tornword_result *replay = tornword_replay(firmware, finding->token, &error);
    cr_assert(replay != NULL, "%s", error.message);
    cr_expect(tornword_result_certificate(replay) == NULL);
    cr_expect_eq(tornword_result_verdict(replay), TORNWORD_FINDINGS);
    bool same = false;
    for (size_t k = 0; k < tornword_finding_count(replay); k++) {
      same = same || strcmp(tornword_finding(replay, k)->id, finding->id) == 0;
    }
    cr_expect(same, "%s", finding->token);
    tornword_result_free(replay);
  }
  tornword_result_free(result);
  tornword_unload(firmware);
}

/* A file of the test's own folder; caller frees the name and removes it. */
static char *file_of(const char *text) {
  char *path = strdup("library-XXXXXX");
  int descriptor = mkstemp(path);
  cr_assert(descriptor >= 0);
  cr_assert_eq(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
  close(descriptor);
  return path;
}

Test(library, options_are_those_of_the_command) {
  char *suppressions = file_of("*:^X$\n");
  const struct tornword_option rows[][3] = {
      {{"suppressions", suppressions}, {NULL, NULL}},
      {{"places", "boundaries"}, {"interrupts", "NMI"}, {NULL, NULL}},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct tornword_firmware *firmware = load(RACY, rows[i]);
    for (int again = 0; again < 2; again++) {
      struct tornword_result *result = check(firmware);
      cr_expect_eq(tornword_result_verdict(result), TORNWORD_CLEAN, "row %zu", i);
      tornword_result_free(result);
    }
    tornword_unload(firmware);
  }
  unlink(suppressions);
  free(suppressions);
}

struct refusal {
  const char *path;
  struct tornword_option option;
  const char *file;
  unsigned line;
  const char *message;
};

static void expect_refusal(const struct refusal *row) {
  const struct tornword_option options[] = {row->option, {NULL, NULL}};
  struct tornword_error error;
  cr_expect(tornword_load(row->path, options, &error) == NULL, "%s", row->message);
  cr_expect(strstr(error.message, row->message) != NULL, "%s: %s", row->message, error.message);
  cr_expect_str_eq(error.file, row->file, "%s", error.message);
  cr_expect_eq(error.line, row->line, "%s", error.message);
}

Test(library, refusals_say_file_and_line) {
  char *suppressions = file_of("*:a\n\nnonsense\n");
  char *scenario = file_of("name: a\nversion: 1\nprogrammes: []\n");
  char *baseline = file_of("{\n  \"findings\": [\n}\n");
  const struct refusal rows[] = {
      {"nowhere.elf", {NULL, NULL}, "nowhere.elf", 0, "No such file"},
      {NULL, {NULL, NULL}, "", 0, "no image given"},
      {suppressions, {NULL, NULL}, suppressions, 0, ""},
      {RACY, {"horizn", "10"}, "", 0, "did you mean horizon?"},
      {RACY, {"output", "a"}, "", 0, "'output' is no option of the library"},
      {RACY, {"horizon", "many"}, "", 0, "--horizon: 'many' is not a number"},
      {RACY, {"horizon", NULL}, "", 0, "--horizon: needs a value"},
      {RACY, {"no-prune", "yes"}, "", 0, "--no-prune: takes no value"},
      {RACY, {"suppressions", suppressions}, suppressions, 3, "is not kind:pattern"},
      {RACY, {"scenario", scenario}, scenario, 3, "programmes"},
      {RACY, {"baseline", baseline}, baseline, 3, "--baseline: "},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    expect_refusal(&rows[i]);
  }
  cr_expect(tornword_load("nowhere.elf", NULL, NULL) == NULL, "an error may be NULL");
  char *files[] = {suppressions, scenario, baseline};
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    unlink(files[i]);
    free(files[i]);
  }
}

Test(library, foreign_tokens_and_places_to_write_are_refused) {
  struct tornword_firmware *firmware = load(RACY, NULL);
  struct tornword_error error;
  cr_expect(tornword_replay(firmware, "tw1-00000000-d3b1-b48.1x15", &error) == NULL);
  cr_expect(strstr(error.message, "image") != NULL, "%s", error.message);
  cr_expect(tornword_replay(firmware, "nonsense", NULL) == NULL);
  struct tornword_result *result = check(firmware);
  cr_expect(!tornword_write(result, "word", "a", &error));
  cr_expect(strstr(error.message, "'word' is not known") != NULL, "%s", error.message);
  cr_expect(!tornword_write(result, "text", "no/such/folder/report", &error));
  tornword_result_free(result);
  tornword_unload(firmware);
}

static void compare_reports(const struct tornword_option *options) {
  struct tornword_firmware *firmware = load(RACY, options);
  struct tornword_result *result = check(firmware);
  static const char *const formats[] = {"text", "json", "sarif", "junit", "html"};
  for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
    char command[512];
    char *path = file_of("");
    struct tornword_error error;
    cr_assert(tornword_write(result, formats[i], path, &error), "%s", error.message);
    snprintf(command, sizeof command, "%s check --format %s %s | cmp - %s", TORNWORD,
             formats[i], RACY, path);
    cr_expect_eq(system(command), 0, "%s", command);
    unlink(path);
    free(path);
  }
  tornword_result_free(result);
  tornword_unload(firmware);
}

Test(library, a_report_is_that_of_the_command) {
  static const struct tornword_option jobs[] = {{"jobs", "2"}, {NULL, NULL}};
  compare_reports(NULL);
  compare_reports(jobs);
}

static void *check_in_thread(void *path) {
  struct tornword_firmware *firmware = tornword_load(path, NULL, NULL);
  struct tornword_result *result = tornword_check(firmware, NULL);
  size_t count = tornword_finding_count(result);
  tornword_result_free(result);
  tornword_unload(firmware);
  return (void *)count;
}

Test(library, threads_use_a_handle_each) {
  enum { THREADS = 4 };
  pthread_t threads[THREADS];
  char *paths[] = {strdup(RACY), strdup(FIXED)};
  for (size_t i = 0; i < THREADS; i++) {
    cr_assert_eq(pthread_create(&threads[i], NULL, check_in_thread, paths[i % 2]), 0);
  }
  for (size_t i = 0; i < THREADS; i++) {
    void *count = NULL;
    pthread_join(threads[i], &count);
    cr_expect_eq((size_t)count, i % 2 == 0 ? 4 : 0);
  }
  free(paths[0]);
  free(paths[1]);
}
