/* The formats for other programs, from the program itself: SARIF, JUnit, and the
 * traces of a replay. tests/report/sarif/validate checks SARIF against its schema. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/source_uri.h"

enum { COMMAND = 1024 };

static const char IMAGE[] = FIRMWARE_DIR "/torn_enum-m3-O2.elf";

/* What the command prints. The caller frees. */
static char *output_of(const char *command) {
  FILE *pipe = popen(command, "r");
  cr_assert(pipe != NULL);
  char *text = NULL;
  size_t size = 0;
  FILE *memory = open_memstream(&text, &size);
  for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe)) {
    fputc(c, memory);
  }
  fclose(memory);
  pclose(pipe);
  return text;
}

static char *check_as(const char *format, const char *image, const char *more) {
  char command[COMMAND];
  snprintf(command, sizeof command, "cd %s && %s check --format %s %s '%s'", SOURCE_DIR,
           TORNWORD, format, more, image);
  return output_of(command);
}

static json_t *parsed(char *text) {
  json_error_t error;
  json_t *document = json_loads(text, 0, &error);
  cr_assert(document != NULL, "line %d: %s\n%.200s", error.line, error.text, text);
  free(text);
  return document;
}

static const char *text_at(const json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  return text != NULL ? text : "";
}

static json_t *at(const json_t *object, const char *array, size_t index) {
  return json_array_get(json_object_get(object, array), index);
}

/* The first token of the image's check; the caller frees. */
static char *first_token(const char *image) {
  json_t *report = parsed(check_as("json", image, "--max-instructions 3000"));
  const json_t *finding = at(report, "findings", 0);
  cr_assert(finding != NULL);
  char *token = strdup(text_at(finding, "schedule"));
  json_decref(report);
  return token;
}

static char *trace_as(const char *format, const char *image) {
  char *token = first_token(image);
  char command[COMMAND];
  snprintf(command, sizeof command, "%s replay --max-instructions 3000 --trace %s %s %s",
           TORNWORD, format, token, image);
  free(token);
  return output_of(command);
}

static void expect_rule(const json_t *run, const json_t *result) {
  const json_t *driver = json_object_get(json_object_get(run, "tool"), "driver");
  size_t index = (size_t)json_integer_value(json_object_get(result, "ruleIndex"));
  const json_t *rule = at(driver, "rules", index);
  cr_expect_str_eq(text_at(rule, "id"), text_at(result, "ruleId"));
  cr_expect(strstr(text_at(json_object_get(rule, "help"), "markdown"), "# ") != NULL,
            "a rule's help is its page in docs/kinds");
}

/* Every order number once, over both flows, and each flow in order. */
static void expect_flows(const json_t *result) {
  const json_t *flows = json_object_get(at(result, "codeFlows", 0), "threadFlows");
  cr_assert_eq(json_array_size(flows), 2);
  cr_expect_str_eq(text_at(json_array_get(flows, 0), "id"), "thread mode");
  cr_expect_str_eq(text_at(json_array_get(flows, 1), "id"), "SysTick");
  json_int_t seen = 0;
  json_int_t highest = 0;
  for (size_t i = 0; i < 2; i++) {
    const json_t *locations = json_object_get(json_array_get(flows, i), "locations");
    json_int_t last = 0;
    for (size_t k = 0; k < json_array_size(locations); k++) {
      json_int_t order =
          json_integer_value(json_object_get(json_array_get(locations, k), "executionOrder"));
      cr_expect_gt(order, last);
      last = order;
      highest = order > highest ? order : highest;
      seen++;
    }
  }
  cr_expect_eq(seen, highest);
}

Test(formats, sarif_has_a_result_for_each_finding) {
  json_t *plain = parsed(check_as("json", IMAGE, ""));
  json_t *document = parsed(check_as("sarif", IMAGE, ""));
  const json_t *run = at(document, "runs", 0);
  const json_t *findings = json_object_get(plain, "findings");
  cr_expect_str_eq(text_at(document, "version"), "2.1.0");
  cr_expect_str_eq(text_at(json_object_get(run, "automationDetails"), "id"),
                   "tornword/torn_enum-m3-O2.elf/");
  cr_assert_eq(json_array_size(json_object_get(run, "results")), json_array_size(findings));
  for (size_t i = 0; i < json_array_size(findings); i++) {
    const json_t *finding = json_array_get(findings, i);
    const json_t *result = at(run, "results", i);
    const json_t *prints = json_object_get(result, "partialFingerprints");
    cr_expect_str_eq(text_at(result, "ruleId"), text_at(finding, "kind"));
    cr_expect_str_eq(text_at(prints, "tornwordRace/v1"), text_at(finding, "id"));
    cr_expect_str_eq(text_at(json_object_get(result, "properties"), "reproduce"),
                     text_at(finding, "reproduce"));
    expect_rule(run, result);
    expect_flows(result);
    const json_t *physical = json_object_get(at(result, "locations", 0), "physicalLocation");
    const json_t *artifact = json_object_get(physical, "artifactLocation");
    cr_expect_str_eq(text_at(artifact, "uriBaseId"), "%SRCROOT%");
    cr_expect(strstr(text_at(artifact, "uri"), "firmware/torn_enum/torn_enum.c") != NULL);
    cr_expect_eq(json_integer_value(json_object_get(at(result, "relatedLocations", 0), "id")),
                 1);
  }
  json_decref(document);
  json_decref(plain);
}

/* torn_enum behind `lines` more lines, built here; its SARIF results. */
static json_t *results_when_moved(const char *folder, const char *lines) {
  char command[COMMAND];
  snprintf(
      command, sizeof command,
      "cd %s && (printf '%s'; cat firmware/torn_enum/torn_enum.c) > %s/torn_enum.c && "
      "arm-none-eabi-gcc -std=gnu17 -g3 -mthumb -mcpu=cortex-m3 -O2 -ffreestanding -nostdlib "
      "-nostartfiles -I. -T firmware/shared/link.ld firmware/shared/startup.c "
      "%s/torn_enum.c -lgcc -o %s/moved.elf",
      SOURCE_DIR, lines, folder, folder, folder);
  cr_assert_eq(system(command), 0);
  char image[128];
  snprintf(image, sizeof image, "%s/moved.elf", folder);
  json_t *document = parsed(check_as("sarif", image, ""));
  json_t *results = json_incref(json_object_get(at(document, "runs", 0), "results"));
  json_decref(document);
  return results;
}

static json_int_t line_of(const json_t *result) {
  const json_t *physical = json_object_get(at(result, "locations", 0), "physicalLocation");
  return json_integer_value(json_object_get(json_object_get(physical, "region"), "startLine"));
}

/* The results are the same ones, `lines` further down. */
static void expect_moved(const json_t *before, const json_t *after, json_int_t lines) {
  cr_assert_gt(json_array_size(before), 0);
  cr_assert_eq(json_array_size(before), json_array_size(after));
  for (size_t i = 0; i < json_array_size(before); i++) {
    const json_t *one = json_array_get(before, i);
    const json_t *two = json_array_get(after, i);
    cr_expect(json_equal(json_object_get(one, "partialFingerprints"),
                         json_object_get(two, "partialFingerprints")));
    cr_expect_eq(line_of(two), line_of(one) + lines);
  }
}

Test(formats, fingerprints_stay_when_lines_move) {
  char folder[] = "/tmp/tornword-moved-XXXXXX";
  cr_assert(mkdtemp(folder) != NULL);
  json_t *before = results_when_moved(folder, "");
  json_t *lines = results_when_moved(folder, "/* moved */\\n\\n\\n");
  json_t *addresses = results_when_moved(folder,
                                         "volatile int unrelated[9] = {1};\\n"
                                         "int function(int a) { return a / unrelated[a]; }\\n");
  expect_moved(before, lines, 3);
  expect_moved(before, addresses, 2);
  json_decref(before);
  json_decref(lines);
  json_decref(addresses);
  char command[COMMAND];
  snprintf(command, sizeof command, "rm -r %s", folder);
  cr_expect_eq(system(command), 0);
}

Test(formats, files_are_named_relative_to_the_source_root) {
  static const struct {
    const char *path, *root, *uri;
    bool relative;
  } rows[] = {
      {"/a/b/src/x.c", "/a/b", "src/x.c", true},
      {"/a/b/src/x.c", "/a/b/", "src/x.c", true},
      {"/a/bc/x.c", "/a/b", "file:///a/bc/x.c", false},
      {"/a/b/./lib/../src/x.c", "/a/b", "src/x.c", true},
      {"./src/x y.c", "/a/b", "src/x%20y.c", true},
      {"../x.c", "/a/b", "../x.c", true},
      {"/src/<&\"'>.c", "/a", "file:///src/%3C%26%22%27%3E.c", false},
      {"a\xc3\xa9.c", "/a", "a%C3%A9.c", true},
  };
  struct texts texts = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const struct source_uri uri = source_uri(&texts, rows[i].path, rows[i].root);
    cr_expect_str_eq(uri.text, rows[i].uri);
    cr_expect_eq(uri.relative, rows[i].relative, "%s", rows[i].path);
  }
  texts_free(&texts);
}

Test(formats, junit_is_well_formed_whatever_the_name) {
  char command[COMMAND];
  static const char hostile[] = "/tmp/tornword-<&\">\x01.elf";
  snprintf(command, sizeof command, "cp %s '%s'", IMAGE, hostile);
  cr_assert_eq(system(command), 0);
  char *text = check_as("junit", hostile, "");
  unlink(hostile);
  cr_expect(strstr(text, "tests=\"6\" failures=\"4\" errors=\"0\" skipped=\"0\"") != NULL, "%s",
            text);
  cr_expect(strstr(text, "tornword-&lt;&amp;&quot;&gt;\\x01.elf") != NULL, "%.300s", text);
  cr_expect(strstr(text, "<failure type=\"torn-write\"") != NULL);
  if (system("xmllint --version >/dev/null 2>&1") == 0) {
    FILE *lint = popen("xmllint --noout -", "w");
    cr_assert(lint != NULL);
    fputs(text, lint);
    cr_expect_eq(pclose(lint), 0);
  } else {
    fprintf(stderr, "skipped: xmllint is not installed\n");
  }
  free(text);
}

Test(formats, the_same_check_gives_the_same_bytes) {
  static const char *const formats[] = {"json", "html", "sarif", "junit"};
  for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
    char *one = check_as(formats[i], IMAGE, "");
    char *two = check_as(formats[i], IMAGE, "-j2");
    cr_expect(strcmp(one, two) == 0, "%s differs", formats[i]);
    cr_expect_gt(strlen(one), 1000);
    free(one);
    free(two);
  }
}

Test(formats, other_verbs_refuse_them) {
  char command[COMMAND];
  snprintf(command, sizeof command, "%s info --format sarif %s 2>&1; echo $?", TORNWORD, IMAGE);
  char *text = output_of(command);
  cr_expect(strstr(text, "as text or json\n2\n") != NULL, "%s", text);
  free(text);
}

Test(formats, json_lines_tell_the_run_in_order) {
  char *text = trace_as("jsonl", IMAGE);
  json_int_t last = 0;
  size_t lines = 0;
  bool injected = false;
  bool half = false;
  bool read = false;
  for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"), lines++) {
    json_t *object = parsed(strdup(line));
    const char *event = text_at(object, "event");
    json_int_t boundary = json_integer_value(json_object_get(object, "boundary"));
    bool leaf = strcmp(text_at(object, "variable"), "X") == 0;
    cr_expect(lines > 0 || json_integer_value(json_object_get(object, "schema")) == 1);
    cr_expect_geq(boundary, last, "%s", line);
    last = boundary;
    injected |=
        strcmp(event, "entry") == 0 && json_is_true(json_object_get(object, "injected"));
    half |= !injected && leaf && strcmp(event, "write") == 0 &&
            strcmp(text_at(object, "value"), "0xffffffff") == 0;
    read |= injected && leaf && strcmp(event, "read") == 0;
    json_decref(object);
  }
  cr_expect(injected && half && read, "%zu lines", lines);
  free(text);
}

/* GTKWave's own tools read it; without them, the lines are looked at alone. */
Test(formats, wave_viewers_read_the_dump) {
  char *text = trace_as("vcd", IMAGE);
  static const char *const lines[] = {
      "$timescale 1 ns $end\n",
      "$var wire 1 ! PRIMASK $end\n",
      "$var wire 1 * SysTick $end\n",
      "$var wire 64 ( X $end\n",
      "$enddefinitions $end\n#0\n",
      "\n1*\n",
      "sSysTick_Handler '\n",
      "b1111111111111111111111111111111111111111111111111111111111111111 (\n1)\n",
  };
  for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
    cr_expect(strstr(text, lines[i]) != NULL, "missing: %s", lines[i]);
  }
  if (system("which vcd2fst fst2vcd >/dev/null 2>&1") == 0) {
    char folder[] = "/tmp/tornword-vcd-XXXXXX";
    cr_assert(mkdtemp(folder) != NULL);
    char command[COMMAND];
    snprintf(command, sizeof command, "cat > %s/a.vcd", folder);
    FILE *file = popen(command, "w");
    fputs(text, file);
    pclose(file);
    snprintf(command, sizeof command,
             "cd %s && vcd2fst a.vcd a.fst >/dev/null && fst2vcd a.fst", folder);
    char *again = output_of(command);
    static const char *const kept[] = {
        " PRIMASK ",        " SysTick ",         " X ",
        " X.half_written ", "sSysTick_Handler ", "sReset_Handler "};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
      cr_expect(strstr(again, kept[i]) != NULL, "lost on the way: %s", kept[i]);
    }
    free(again);
    snprintf(command, sizeof command, "rm -r %s", folder);
    cr_expect_eq(system(command), 0);
  } else {
    fprintf(stderr, "skipped: GTKWave's vcd2fst is not installed\n");
  }
  free(text);
}

Test(formats, chrome_traces_have_tracks_slices_and_an_arrow) {
  json_t *document = parsed(trace_as("chrome", IMAGE));
  const json_t *events = json_object_get(document, "traceEvents");
  unsigned phases[128] = {0};
  json_int_t arrow[2] = {-1, -1};
  for (size_t i = 0; i < json_array_size(events); i++) {
    const json_t *event = json_array_get(events, i);
    char phase = text_at(event, "ph")[0];
    phases[(unsigned char)phase & 0x7f]++;
    cr_expect_geq(json_integer_value(json_object_get(event, "ts")), 0);
    if (phase == 's' || phase == 'f') {
      arrow[phase == 'f'] = json_integer_value(json_object_get(event, "tid"));
    }
  }
  cr_expect_eq(phases['M'], 3, "a name for the process and for each context");
  cr_expect_gt(phases['X'], 3);
  cr_expect_gt(phases['i'], 3);
  cr_expect_eq(arrow[0], 0, "from thread mode");
  cr_expect_eq(arrow[1], 15, "to SysTick");
  json_decref(document);
}
