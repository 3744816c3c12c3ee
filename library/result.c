/* What a check or a replay has shown, for callers of the library. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "library/firmware.h"
#include "library/refusal.h"
#include "report/output.h"
#include "report/run_map.h"
#include "report/sections.h"
#include "session/schedule_file.h"

struct tornword_result {
  struct tornword_firmware *firmware;
  struct check check;
  struct waivers waivers; /* the session's, as they were applied to this check */
  struct run_map map;
  struct texts texts;
  bool is_check;
  bool has_map;
  struct tornword_certificate certificate;
  struct tornword_finding *findings;
  size_t count;
};

static struct report report_of(struct tornword_result *result) {
  const struct options *options = &result->firmware->options;
  struct report report = session_report(&result->firmware->session, &result->check);
  report.waivers = &result->waivers;
  report.map = result->has_map ? &result->map : NULL;
  report.texts = &result->texts;
  if (!result->is_check && !options->given[OPTION_SEVERITY]) {
    report.severity = SEVERITY_NOTE; /* a token names its finding: show it */
  }
  return report;
}

/* What a section prints, as a string. */
typedef void section(const struct page *page, const struct report *report,
                     const struct finding *finding);

static const char *printed(const struct report *report, section *print,
                           const struct finding *finding) {
  char *text = NULL;
  size_t size = 0;
  const struct page page = {.out = open_memstream(&text, &size)};
  if (page.out == NULL) {
    abort();
  }
  print(&page, report, finding);
  fclose(page.out);
  const char *kept = texts_print(report->texts, "%s", text);
  free(text);
  return kept;
}

static void print_certificate(const struct page *page, const struct report *report,
                              const struct finding *finding) {
  (void)finding;
  section_certificate(page, report);
}

static const struct tornword_access *describe_access(const struct report *report,
                                                     const struct finding *finding,
                                                     unsigned index) {
  const struct access *access = &finding->sighting.access[index];
  struct source_frame frame = {.function = NULL};
  bool known = finding_line(finding, report->image, index, &frame);
  const struct function *function = image_function_at(report->image, access->pc);
  const char *name = known && frame.function != NULL ? frame.function
                     : function != NULL              ? function->name
                                                     : NULL;
  const struct tornword_access described = {
      .context = report_exception(report, access->context.exception),
      .exception = access->context.exception,
      .writes = access_writes(access),
      .pc = access->pc,
      .address = access->address,
      .size = access->size,
      .value = access->value,
      .function = name != NULL ? texts_clean(report->texts, name) : NULL,
      .file = known && frame.file != NULL ? texts_clean(report->texts, frame.file) : NULL,
      .line = known ? frame.line : 0,
  };
  return texts_keep(report->texts, &described, sizeof described);
}

static struct tornword_finding describe(const struct report *report,
                                        const struct finding *finding) {
  const struct sighting *sighting = &finding->sighting;
  struct leaf_words leaf = {.name = NULL};
  bool has_leaf = report_leaf(report, sighting->leaf, &leaf);
  bool has_victim = sighting->accesses > 0;
  bool has_intruder = has_victim && sighting->intruder != sighting->victim;
  return (struct tornword_finding){
      .id = finding->id,
      .kind = finding_traits(sighting->kind)->name,
      .outcome = outcome_name(finding->outcome),
      .variable = has_leaf ? leaf.name : NULL,
      .type = has_leaf ? leaf.type : NULL,
      .victim = has_victim ? describe_access(report, finding, sighting->victim) : NULL,
      .intruder = has_intruder ? describe_access(report, finding, sighting->intruder) : NULL,
      .interrupt =
          finding->exception != 0 ? report_exception(report, finding->exception) : NULL,
      .token = report_token(report, finding),
      .reproduce = report_reproduce(report, finding),
      .text = printed(report, section_finding, finding),
      .places = finding->occurrences,
      .severity = (enum tornword_severity)report_severity(finding),
  };
}

static void describe_findings(struct tornword_result *result, const struct report *report) {
  const struct check *check = &result->check;
  result->findings = allocate(check->finding_count + 1, sizeof *result->findings);
  for (size_t i = 0; i < check->finding_count; i++) {
    if (report_shows(report, &check->findings[i])) {
      result->findings[result->count++] = describe(report, &check->findings[i]);
    }
  }
}

static void describe_certificate(struct tornword_result *result, const struct report *report) {
  const struct certificate *certificate = &result->check.certificate;
  const uint64_t *decided = certificate->decided;
  result->certificate = (struct tornword_certificate){
      .complete = certificate->complete,
      .depth = certificate->depth,
      .instructions = certificate->instructions,
      .exceptions = certificate->natural,
      .places = certificate->places,
      .probed = decided[DECISION_PROBED],
      .equivalent = decided[DECISION_EQUIVALENT],
      .masked = decided[DECISION_MASKED],
      .disabled = decided[DECISION_DISABLED],
      .withheld = decided[DECISION_WITHHELD],
      .branches = certificate->branches,
      .end = run_end_text(certificate->end),
      .text = printed(report, print_certificate, NULL),
  };
}

static struct tornword_result *create(struct tornword_firmware *firmware, bool is_check) {
  struct tornword_result *result = allocate(1, sizeof *result);
  result->firmware = firmware;
  result->is_check = is_check;
  return result;
}

/* What the explorer has found, as callers read it. The suppressions are read again for
 * each result, as what they matched is counted in it. */
static bool tell(struct tornword_result *result, struct error *error) {
  const struct options *options = &result->firmware->options;
  struct error inner = {""};
  if (!waivers_open(&result->waivers, options->suppressions, options->baseline, &result->texts,
                    &inner)) {
    return error_set(error, "%s", inner.message);
  }
  const struct report report = report_of(result);
  waivers_apply(&result->waivers, report.image, &result->check, report.severity);
  describe_findings(result, &report);
  if (result->is_check) {
    describe_certificate(result, &report);
  }
  return true;
}

/* Gives up a result that could not be made. */
static struct tornword_result *refuse(struct tornword_result *result, const struct error *inner,
                                      struct tornword_error *error) {
  refusal_set(error, inner, result->firmware->session.path);
  tornword_result_free(result);
  return NULL;
}

struct tornword_result *tornword_check(struct tornword_firmware *firmware,
                                       struct tornword_error *error) {
  struct tornword_result *result = create(firmware, true);
  struct explorer_options explorer = firmware->session.explorer;
  struct error inner = {""};
  if (explorer.jobs <= 1) { /* who listens keeps the check in one process */
    run_map_listen(&result->map, &explorer);
    result->has_map = true;
  }
  bool good = explorer_check(firmware->session.image, &explorer, &result->check, &inner) &&
              tell(result, &inner);
  return good ? result : refuse(result, &inner, error);
}

struct tornword_result *tornword_replay(struct tornword_firmware *firmware, const char *token,
                                        struct tornword_error *error) {
  struct tornword_result *result = create(firmware, false);
  struct schedule schedule;
  struct error inner = {""};
  bool good = schedule_argument(token, &schedule, &inner) &&
              explorer_replay(firmware->session.image, &firmware->session.explorer, &schedule,
                              NULL, &result->check, &inner) &&
              tell(result, &inner);
  return good ? result : refuse(result, &inner, error);
}

enum tornword_verdict tornword_result_verdict(const struct tornword_result *result) {
  bool partial = result->is_check && !result->check.certificate.complete;
  return result->count > 0 ? TORNWORD_FINDINGS : partial ? TORNWORD_PARTIAL : TORNWORD_CLEAN;
}

const struct tornword_certificate *tornword_result_certificate(
    const struct tornword_result *result) {
  return result->is_check ? &result->certificate : NULL;
}

size_t tornword_finding_count(const struct tornword_result *result) {
  return result->count;
}

const struct tornword_finding *tornword_finding(const struct tornword_result *result,
                                                size_t index) {
  return index < result->count ? &result->findings[index] : NULL;
}

static bool format_named(const char *name, enum report_format *format, struct error *error) {
  struct options options = options_default();
  bool good = options_set(&options, OPTION_FORMAT, name, error);
  *format = options.format;
  return good;
}

/* Several processes told no places: this one decides them again. */
static bool draw_map(struct tornword_result *result, struct error *error) {
  const struct session *session = &result->firmware->session;
  struct explorer_options explorer = session->explorer;
  struct check again;
  explorer.jobs = 1;
  run_map_listen(&result->map, &explorer);
  result->has_map = explorer_check(session->image, &explorer, &again, error);
  check_free(&again);
  return result->has_map;
}

bool tornword_write(const struct tornword_result *result, const char *format, const char *path,
                    struct tornword_error *error) {
  enum report_format chosen = FORMAT_TEXT;
  struct output output;
  struct error inner = {""};
  struct tornword_result *own = (struct tornword_result *)result; /* it keeps texts and map */
  bool good = format_named(format, &chosen, &inner);
  if (good && chosen == FORMAT_HTML && result->is_check && !result->has_map) {
    good = draw_map(own, &inner);
  }
  if (!good || !output_open(&output, path, &inner)) {
    refusal_set(error, &inner, path);
    return false;
  }
  struct report report = report_of(own);
  struct texts texts = {0};
  report.texts = &texts;
  bool written = report_write(output.stream, &report, chosen);
  texts_free(&texts);
  if (!written) {
    output_discard(&output);
    error_set(&inner, "%s: the report cannot be written", path);
  } else {
    written = output_close(&output, &inner);
  }
  if (!written) {
    refusal_set(error, &inner, path);
  }
  return written;
}

void tornword_result_free(struct tornword_result *result) {
  if (result != NULL) {
    check_free(&result->check);
    run_map_free(&result->map);
    waivers_close(&result->waivers);
    texts_free(&result->texts);
    free(result->findings);
    free(result);
  }
}
