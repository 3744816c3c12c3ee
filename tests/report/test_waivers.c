/* Suppressions and baselines, on a check that is written by hand (sample.c). */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/waivers.h"
#include "tests/report/sample.h"

static const char IMAGE[] = FIRMWARE_DIR "/torn_enum-m3-O2.elf";

Test(waivers, patterns) {
  static const struct {
    const char *pattern, *name;
    bool matches;
  } rows[] = {
      {"count", "my_counter", true},
      {"^count", "my_counter", false},
      {"^my_", "my_counter", true},
      {"ter$", "my_counter", true},
      {"count$", "my_counter", false},
      {"^my_counter$", "my_counter", true},
      {"^my*ter$", "my_counter", true},
      {"m*c*r", "my_counter", true},
      {"c*m", "my_counter", false},
      {"*", "anything", true},
      {"^*$", "", true},
      {"a", "", false},
      {"vendor/hal/*", "src/vendor/hal/uart.c", true},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    cr_expect(pattern_matches(rows[i].pattern, rows[i].name) == rows[i].matches, "%s on %s",
              rows[i].pattern, rows[i].name);
  }
}

/* A file with this text, as what an option names. The caller frees the path. */
static char *file_of(const char *text) {
  char *path = strdup("/tmp/tornword-waivers-XXXXXX");
  int descriptor = mkstemp(path);
  cr_assert(descriptor >= 0);
  cr_assert(write(descriptor, text, strlen(text)) == (ssize_t)strlen(text));
  close(descriptor);
  return path;
}

Test(waivers, a_suppression_leaves_findings_out_and_is_told) {
  static const struct {
    const char *lines;
    bool waives;
    const char *told;
  } rows[] = {
      {"torn-write:^X$\n", true, "torn-write:^X$ matched 1 finding"},
      {"# a comment\n\n  *:SysTick_Handler \n", true, "*:SysTick_Handler matched 1 finding"},
      {"torn-write:torn_enum.c", true, "torn-write:torn_enum.c matched 1 finding"},
      {"torn-read:X\n", false, "torn-read:X matched nothing: it can be removed"},
      {"torn-write:^Y\n", false, "torn-write:^Y matched nothing"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct sample sample;
    struct waivers waivers;
    struct error error = {""};
    sample_init(&sample, IMAGE);
    char *path = file_of(rows[i].lines);
    cr_assert(waivers_open(&waivers, path, NULL, &sample.texts, &error), "%s", error.message);
    waivers_apply(&waivers, sample.image, &sample.check, SEVERITY_WARNING);
    struct report report = sample_report(&sample);
    report.waivers = &waivers;
    char *text = sample_text(&report);
    cr_expect((report_verdict(&report) == VERDICT_CLEAN) == rows[i].waives, "%s",
              rows[i].lines);
    cr_expect(strstr(text, rows[i].told) != NULL, "%s: %s", rows[i].told, text);
    cr_expect((strstr(text, "ERROR: tornword") == NULL) == rows[i].waives, "%s", text);
    free(text);
    unlink(path);
    free(path);
    waivers_close(&waivers);
    sample_fini(&sample);
  }
}

Test(waivers, a_baseline_knows_findings_by_id) {
  struct sample sample;
  sample_init(&sample, IMAGE);
  for (int known = 0; known < 2; known++) {
    struct waivers waivers;
    struct error error = {""};
    char document[200];
    snprintf(
        document, sizeof document,
        "{\"schema\": 1, \"findings\": [{\"id\": \"%s\"}, {\"id\": \"0000000000000001\"}]}",
        known ? sample.finding.id : "ffffffffffffffff");
    char *path = file_of(document);
    cr_assert(waivers_open(&waivers, NULL, path, &sample.texts, &error), "%s", error.message);
    waivers_apply(&waivers, sample.image, &sample.check, SEVERITY_WARNING);
    struct report report = sample_report(&sample);
    report.waivers = &waivers;
    char *text = sample_text(&report);
    cr_expect((report_verdict(&report) == VERDICT_CLEAN) == (known == 1));
    cr_expect(strstr(text, known ? "1 of its 2 findings is still there"
                                 : "0 of its 2 findings are still there") != NULL,
              "%s", text);
    free(text);
    unlink(path);
    free(path);
    waivers_close(&waivers);
  }
  sample_fini(&sample);
}

Test(waivers, bad_files_are_refused) {
  static const struct {
    bool is_baseline;
    const char *text; /* NULL: no such file */
    const char *message;
  } rows[] = {
      {false, NULL, "No such file"},
      {false, "torn-write:a\nrace\n", ":2: 'race' is not kind:pattern"},
      {false, "torn-write:\n", ":1: 'torn-write:' is not kind:pattern"},
      {false, "race:a\n", ":1: 'race' is not a kind of finding"},
      {true, NULL, "--baseline: "},
      {true, "{", "--baseline: "},
      {true, "{}", "is not a report; make one with"},
      {true, "[]", "is not a report; make one with"},
      {true, "{\"findings\": [{}]}", "finding 1 has no id"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct waivers waivers;
    struct texts texts = {0};
    struct error error = {""};
    char *path = file_of(rows[i].text != NULL ? rows[i].text : "");
    if (rows[i].text == NULL) {
      unlink(path);
    }
    const char *suppressions = rows[i].is_baseline ? NULL : path;
    const char *baseline = rows[i].is_baseline ? path : NULL;
    cr_expect(!waivers_open(&waivers, suppressions, baseline, &texts, &error), "%s",
              rows[i].message);
    cr_expect(strstr(error.message, rows[i].message) != NULL, "%s: %s", rows[i].message,
              error.message);
    unlink(path);
    free(path);
    texts_free(&texts);
  }
}
