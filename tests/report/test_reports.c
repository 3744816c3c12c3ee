/* Text and JSON of a check that is written by hand (sample.c). */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/narration.h"
#include "report/output.h"
#include "report/overview.h"
#include "tests/report/sample.h"

static const char IMAGE[] = FIRMWARE_DIR "/torn_enum-m3-O2.elf";

static void expect_lines(const char *text, const char *const *lines, size_t count) {
  const char *at = text;
  for (size_t i = 0; i < count; i++) {
    const char *found = strstr(at, lines[i]);
    cr_expect(found != NULL, "missing, or not in this order: %s\n%s", lines[i], text);
    at = found != NULL ? found + strlen(lines[i]) : at;
  }
}

static void expect_narrow(char *text) {
  for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
    bool copied = strstr(line, "Reproduce:") != NULL || strstr(line, "SUMMARY:") != NULL ||
                  strstr(line, "Image ") != NULL || strstr(line, "Replay of") != NULL;
    cr_expect(copied || strlen(line) <= 100, "%zu columns: %s", strlen(line), line);
  }
}

Test(reports, text_tells_a_finding_and_the_certificate) {
  cr_assert_eq(chdir(SOURCE_DIR), 0);
  struct sample sample;
  sample_init(&sample, IMAGE);
  const struct report report = sample_report(&sample);
  char *text = sample_text(&report);
  static const char *const lines[] = {
      "ERROR: tornword: torn-write of X (volatile enum Enum, 8 bytes at 0x20000000)\n",
      "  Write of 4 of 8 bytes at 0x20000000, value 0xffffffff, by thread mode at 0x",
      "    #0 main ",
      "firmware/torn_enum/torn_enum.c:",
      "| X = ",
      "> 0x",
      "strd r",
      "  Thread mode was interrupted by SysTick (exception 15) inside the instruction at 0x",
      "1 of 2 words\n",
      "  Read of 8 bytes at 0x20000000, value 0xffffffff_ffffffff, by SysTick at 0x",
      "    #0 SysTick_Handler ",
      "> 0x",
      "ldrd r",
      "  X is volatile enum Enum, 8 bytes at 0x20000000, declared at ",
      "    old     0xffffffff_00000000  B\n",
      "    new     0x00000000_ffffffff  A\n",
      "    read    0xffffffff_ffffffff  not a value of this type\n",
      "              ~~~~~~~~ ^^^^^^^^  ^ new  ~ old\n",
      "    valid   A = 0x00000000_ffffffff, B = 0xffffffff_00000000\n",
      "  Masks:   nothing masked it: PRIMASK = 0, FAULTMASK = 0, BASEPRI = 0; thread mode has "
      "priority 256,\n           SysTick has 0 (the lower value preempts)\n",
      "  Section: none was begun by thread mode up to there\n",
      "PRIMASK = 1 (BASEPRI masks no priority of 0), TICKINT of",
      "  Outcome: harmful: ",
      "  Seen:    at 183 places; the schedule below needs a beat, inside an instruction, "
      "number "
      "412\n",
      "  Reproduce: tornword replay --horizon 1000 tw1-3f9a01c2-5e11-b412.1x15 ",
      "torn_enum-m3-O2.elf\n",
      "Certificate: depth 1\n",
      "6081: 4000 boundaries between instructions, 2000 beats inside instructions, 40\n",
      "6081 pairs of place and exception, each once: 60 probed, 5010 equivalent",
      "SysTick could come at 9000 places, was taken 8880 times\n",
      "never came: always masked\n",
      "0x40001000 (UART.SR): read 5000 times, written 2 times; polled without end, answered",
      "SUMMARY: tornword: 1 error in ",
      "(depth 1, 6081 places decided)\n",
  };
  expect_lines(text, lines, sizeof lines / sizeof lines[0]);
  expect_narrow(text);
  free(text);
  sample_fini(&sample);
}

Test(reports, text_of_a_clean_check_says_what_was_decided) {
  struct sample sample;
  sample_init(&sample, IMAGE);
  sample.check.finding_count = 0;
  sample.check.certificate.device_count = 0;
  sample.check.certificate.interrupt_count = 1;
  struct report report = sample_report(&sample);
  char *text = sample_text(&report);
  cr_expect_eq(strncmp(text, "Certificate:", 12), 0);
  cr_expect(strstr(text, "SUMMARY: tornword: clean, no findings in ") != NULL, "%s", text);
  size_t count = 0;
  for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++) {
    count++;
  }
  cr_expect(count >= 6 && count <= 12, "%zu lines:\n%s", count, text);
  free(text);
  report.quiet = true;
  text = sample_text(&report);
  cr_expect_eq(strncmp(text, "SUMMARY:", 8), 0, "%s", text);
  free(text);
  sample_fini(&sample);
}

Test(reports, the_certificate_says_what_limits_cut) {
  struct sample sample;
  sample_init(&sample, IMAGE);
  struct report report = sample_report(&sample);
  char *text = sample_text(&report);
  cr_expect(strstr(text, "ended before the handlers") == NULL, "%s", text);
  cr_expect(strstr(text, "left out: more than 64") == NULL, "%s", text);
  cr_expect(strstr(text, "has room for") == NULL, "%s", text);
  free(text);
  sample.check.certificate.cut_handlers = 2;
  sample.check.certificate.cut_sightings = 1;
  sample.check.certificate.full = 1U << 2 | 1U << 0;
  const char *limits[12];
  size_t count = report_limits(&report, limits, 12);
  static const char *const expected[] = {
      "2 probes ended before the handlers did, after 20,000 instructions",
      "1 sighting was left out: more than 64 at one place",
      "more was met at one time than a detector has room for, and not all of it judged: torn, "
      "lost-update",
  };
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    bool said = false;
    for (size_t k = 0; k < count; k++) {
      said = said || strcmp(limits[k], expected[i]) == 0;
    }
    cr_expect(said, "%s", expected[i]);
  }
  sample_fini(&sample);
}

Test(reports, severity_filters_and_decides_the_verdict) {
  struct sample sample;
  sample_init(&sample, IMAGE);
  struct report report = sample_report(&sample);
  cr_expect_eq(report_verdict(&report), VERDICT_FINDINGS);
  cr_expect_eq(report_count(&report, SEVERITY_ERROR), 1);
  sample.finding.sighting.kind = FINDING_UNSYNCHRONISED;
  cr_expect_eq(report_count(&report, SEVERITY_WARNING), 1);
  report.severity = SEVERITY_ERROR;
  cr_expect_eq(report_verdict(&report), VERDICT_CLEAN);
  report.severity = SEVERITY_WARNING;
  sample.finding.outcome = OUTCOME_BENIGN;
  cr_expect_eq(report_verdict(&report), VERDICT_CLEAN, "benign is a note");
  report.severity = SEVERITY_NOTE;
  cr_expect_eq(report_verdict(&report), VERDICT_FINDINGS);
  sample.check.finding_count = 0;
  sample.check.certificate.complete = false;
  cr_expect_eq(report_verdict(&report), VERDICT_PARTIAL);
  sample_fini(&sample);
}

Test(reports, why_is_true_of_each_mask_state) {
  static const struct {
    struct mask_state mask;
    const char *why;
  } rows[] = {
      {{.priority = 256},
       "nothing masked it: PRIMASK = 0, FAULTMASK = 0, BASEPRI = 0; thread mode has priority "
       "256, "
       "SysTick has 0 (the lower value preempts)"},
      {{.basepri = 0x80, .priority = 0x80, .interrupt_priority = 0x40},
       "BASEPRI = 0x80 masks only what has a value of 0x80 or above; thread mode has priority "
       "128 "
       "(0x80), SysTick has 64 (0x40) (the lower value preempts)"},
      {{.primask = 1, .priority = 0, .interrupt_priority = -2},
       "PRIMASK = 1 does not mask SysTick; thread mode has priority 0, SysTick has -2 (the "
       "lower "
       "value preempts)"},
  };
  struct sample sample;
  sample_init(&sample, IMAGE);
  const struct report report = sample_report(&sample);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    sample.finding.mask = rows[i].mask;
    cr_expect_str_eq(report_why(&report, &sample.finding), rows[i].why);
  }
  sample_fini(&sample);
}

static json_t *sample_document(const struct report *report) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  cr_assert(report_json(out, report));
  fclose(out);
  json_error_t error;
  json_t *document = json_loads(text, JSON_REJECT_DUPLICATES, &error);
  cr_assert(document != NULL, "%s", error.text);
  free(text);
  return document;
}

static const char *text_at(json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  return text != NULL ? text : "(no text)";
}

static json_int_t number_at(json_t *object, const char *key) {
  json_t *number = json_object_get(object, key);
  return json_is_integer(number) ? json_integer_value(number) : -1;
}

Test(reports, json_has_the_schema_of_the_reference) {
  struct sample sample;
  sample_init(&sample, IMAGE);
  const struct report report = sample_report(&sample);
  json_t *document = sample_document(&report);
  cr_expect_eq(number_at(document, "schema"), 1);
  cr_expect_str_eq(text_at(document, "verdict"), "findings");
  cr_expect_str_eq(text_at(json_object_get(document, "tool"), "name"), "tornword");
  cr_expect_str_eq(text_at(json_object_get(document, "image"), "core"), "m3");
  cr_expect_str_eq(text_at(json_object_get(document, "image"), "sha256"),
                   image_sha256_text(sample.image));
  json_t *certificate = json_object_get(document, "certificate");
  cr_expect_eq(number_at(certificate, "places"), 6081);
  cr_expect_eq(number_at(json_object_get(certificate, "decided"), "equivalent"), 5010);
  cr_expect(json_is_true(json_object_get(certificate, "complete")));
  cr_expect_gt(json_array_size(json_object_get(certificate, "limits")), 0);
  json_t *finding = json_array_get(json_object_get(document, "findings"), 0);
  cr_expect_str_eq(text_at(finding, "id"), "0123456789abcdef");
  cr_expect_str_eq(text_at(finding, "kind"), "torn-write");
  cr_expect_str_eq(text_at(finding, "severity"), "error");
  cr_expect_str_eq(text_at(finding, "outcome"), "harmful");
  cr_expect_str_eq(text_at(finding, "variable"), "X");
  cr_expect_str_eq(text_at(finding, "address"), "0x20000000");
  cr_expect_str_eq(text_at(finding, "value"), "0xffffffffffffffff");
  cr_expect_str_eq(text_at(finding, "schedule"), "tw1-3f9a01c2-5e11-b412.1x15");
  cr_expect_eq(number_at(finding, "size"), 8);
  json_t *expected = json_object_get(finding, "expected");
  cr_expect_str_eq(json_string_value(json_array_get(expected, 0)), "0xffffffff00000000");
  json_t *access = json_array_get(json_object_get(finding, "accesses"), 0);
  cr_expect_str_eq(text_at(access, "context"), "thread");
  cr_expect_str_eq(text_at(access, "op"), "write");
  cr_expect_str_eq(text_at(access, "value"), "0xffffffff");
  cr_expect_str_eq(text_at(access, "function"), "main");
  cr_expect_eq(strncmp(text_at(access, "text"), "strd ", 5), 0);
  access = json_array_get(json_object_get(finding, "accesses"), 1);
  cr_expect_str_eq(text_at(access, "context"), "SysTick");
  cr_expect_eq(number_at(access, "exception"), 15);
  json_t *place = json_object_get(finding, "place");
  cr_expect_str_eq(text_at(place, "kind"), "beat");
  cr_expect_eq(number_at(place, "boundary"), 412);
  cr_expect_eq(number_at(place, "beat"), 1);
  json_t *mask = json_object_get(finding, "mask");
  cr_expect_eq(number_at(mask, "priority"), 256);
  cr_expect_str_eq(text_at(mask, "why"), report_why(&report, &sample.finding));
  json_decref(document);
  sample_fini(&sample);
}

static void record(struct recording *recording, enum step_kind kind, uint64_t boundary,
                   struct context context, uint32_t pc) {
  static const uint8_t nop[] = {0x00, 0xbf};
  const struct step step = {.kind = kind,
                            .boundary = boundary,
                            .context = context,
                            .pc = pc,
                            .bytes = kind == STEP_INSTRUCTION ? nop : NULL,
                            .size = kind == STEP_INSTRUCTION ? 2 : 0};
  recording_add(recording, &step);
}

static void record_write(struct recording *recording, const struct sample *sample,
                         uint64_t whole) {
  const struct sighting *sighting = &sample->finding.sighting;
  const struct event event = {.kind = EVENT_WRITE,
                              .size = 4,
                              .pc = sample->write_pc,
                              .boundary = 412,
                              .address = sighting->access[0].address,
                              .leaf = sighting->leaf,
                              .value = 0xffffffff,
                              .whole = whole};
  const struct step step = {.kind = STEP_INSTRUCTION,
                            .boundary = 412,
                            .pc = sample->write_pc,
                            .events = &event,
                            .event_count = 1};
  recording_add(recording, &step);
}

Test(reports, narration_keeps_the_sides_apart_and_marks_the_halves) {
  struct sample sample;
  sample_init(&sample, IMAGE);
  const struct report report = sample_report(&sample);
  struct recording recording = {0};
  const struct context thread = {0};
  const struct context tick = {0, 15, 3};
  for (uint64_t boundary = 0; boundary < 412; boundary++) {
    record(&recording, STEP_INSTRUCTION, boundary, thread, sample.write_pc - 2);
  }
  record_write(&recording, &sample, UINT64_MAX);
  record(&recording, STEP_ENTRY, 413, tick, sample.write_pc);
  record(&recording, STEP_INSTRUCTION, 414, tick, sample.read_pc);
  record(&recording, STEP_RETURN, 416, tick, sample.write_pc);
  record(&recording, STEP_RESTART, 416, thread, sample.write_pc);
  char *text = NULL;
  size_t size = 0;
  const struct page page = {open_memstream(&text, &size), false};
  narration_print(&page, &report, &recording, &sample.finding);
  fclose(page.out);
  static const char *const lines[] = {
      "thread mode                                       SysTick\n",
      "     404 0x",
      "     411 0x",
      "     412 0x",
      "writes X byte 0..3 0xffffffff\n",
      "X = 0xffffffff_ffffffff\n",
      "~~~~~~~~ ^^^^^^^^  ^ new  ~ old\n",
      "---- 413: SysTick is entered, thread mode waits at 0x",
      "                                                       414 0x",
      "---- 416: SysTick returns to thread mode at 0x",
      "begins again, what it wrote stands ----\n"};
  expect_lines(text, lines, sizeof lines / sizeof lines[0]);
  cr_expect(strstr(text, "     403 0x") == NULL, "only what leads to the finding is told");
  expect_narrow(text);
  free(text);
  recording_free(&recording);
  sample_fini(&sample);
}

Test(reports, overview_tells_the_image) {
  struct sample sample;
  sample_init(&sample, IMAGE);
  const struct report report = sample_report(&sample);
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  overview_text(out, &report);
  fclose(out);
  static const char *const lines[] = {"Core      Cortex-M3, from ",
                                      "Memory\n",
                                      "0x20000000..0x2000",
                                      "  rw-",
                                      "Vectors   0x00000000, found by ",
                                      "SysTick_Handler\n",
                                      "X: volatile enum Enum",
                                      "Enumerations",
                                      "0x00000000_ffffffff  A\n",
                                      "Model of this core",
                                      "  exclusives        LDREX"};
  expect_lines(text, lines, sizeof lines / sizeof lines[0]);
  free(text);
  out = open_memstream(&text, &size);
  cr_expect(overview_json(out, &report));
  fclose(out);
  json_t *document = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
  cr_assert(document != NULL);
  cr_expect_str_eq(text_at(json_object_get(document, "core"), "name"), "m3");
  cr_expect_gt(json_array_size(json_object_get(document, "model")), 5);
  json_decref(document);
  free(text);
  sample_fini(&sample);
}

Test(reports, output_appears_whole_or_not_at_all) {
  char path[] = "/tmp/tornword-output-XXXXXX";
  int descriptor = mkstemp(path);
  cr_assert_geq(descriptor, 0);
  cr_assert_eq(write(descriptor, "old", 3), 3);
  close(descriptor);
  struct error error = {""};
  struct output output;
  cr_assert(output_open(&output, path, &error));
  fputs("half", output.stream);
  output_discard(&output);
  char bytes[8] = "";
  FILE *file = fopen(path, "r");
  cr_expect_str_eq(fgets(bytes, sizeof bytes, file), "old");
  fclose(file);
  cr_assert(output_open(&output, path, &error));
  fputs("new", output.stream);
  cr_expect(output_close(&output, &error), "%s", error.message);
  file = fopen(path, "r");
  cr_expect_str_eq(fgets(bytes, sizeof bytes, file), "new");
  fclose(file);
  unlink(path);
}
