/* The JUnit XML report: a case for each exception that was injected, one for
 * the certificate, and a failing one for each finding. No times: a report is
 * the same whenever it is made. */
#include <stdlib.h>
#include <string.h>

#include "report/report.h"
#include "report/sections.h"
#include "report/xml.h"

static void open_case(FILE *out, const struct report *report, const char *group,
                      const char *name) {
  fputs("    <testcase", out);
  xml_attribute(out, "classname", texts_print(report->texts, "tornword.%s", group));
  xml_attribute(out, "name", name);
}

static void put_outcome(FILE *out, const char *element, const char *type, const char *message,
                        const char *body) {
  fprintf(out, ">\n      <%s", element);
  if (type != NULL) {
    xml_attribute(out, "type", type);
  }
  xml_attribute(out, "message", message);
  if (body != NULL) {
    fputc('>', out);
    xml_text(out, body);
    fprintf(out, "</%s>\n", element);
  } else {
    fputs("/>\n", out);
  }
  fputs("    </testcase>\n", out);
}

/* The finding as the text report has it. The caller frees. */
static char *finding_text(const struct report *report, const struct finding *finding) {
  char *text = NULL;
  size_t size = 0;
  FILE *memory = open_memstream(&text, &size);
  if (memory == NULL) {
    abort();
  }
  const struct page page = {memory, false};
  section_finding(&page, report, finding);
  fclose(memory);
  return text;
}

static void put_finding(FILE *out, const struct report *report, const struct finding *finding) {
  const struct finding_traits *traits = finding_traits(finding->sighting.kind);
  struct leaf_words leaf = {.name = "the program"};
  report_leaf(report, finding->sighting.leaf, &leaf);
  open_case(out, report, traits->name,
            texts_print(report->texts, "%s %s", leaf.name, finding->id));
  char *text = finding_text(report, finding);
  put_outcome(
      out, "failure", traits->name,
      texts_print(report->texts, "%s of %s: %s", traits->name, leaf.name, traits->summary),
      text);
  free(text);
}

static void put_interrupt(FILE *out, const struct report *report,
                          const struct interrupt_account *account) {
  open_case(out, report, "interrupts", report_exception(report, account->exception));
  if (account->reason_never != NULL) {
    put_outcome(out, "skipped", NULL, account->reason_never, NULL);
  } else {
    fputs("/>\n", out);
  }
}

static void put_certificate(FILE *out, const struct report *report) {
  open_case(out, report, "certificate",
            texts_print(report->texts, "all %llu places are decided",
                        (unsigned long long)report->check->certificate.places));
  if (report->check->certificate.complete) {
    fputs("/>\n", out);
  } else {
    put_outcome(out, "skipped", NULL, "the budget ended before every place was decided", NULL);
  }
}

static size_t count_skipped(const struct report *report) {
  const struct certificate *certificate = &report->check->certificate;
  size_t skipped = certificate->complete ? 0 : 1;
  for (size_t i = 0; i < certificate->interrupt_count; i++) {
    skipped += certificate->interrupts[i].reason_never != NULL;
  }
  return skipped;
}

static void put_suite(FILE *out, const struct report *report) {
  const struct check *check = report->check;
  size_t failures = report_count(report, SEVERITY_ERROR) +
                    report_count(report, SEVERITY_WARNING) +
                    report_count(report, SEVERITY_NOTE);
  size_t tests = failures + check->certificate.interrupt_count + 1;
  fputs("  <testsuite", out);
  xml_attribute(out, "name", texts_clean(report->texts, image_path(report->image)));
  fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\">\n", tests,
          failures, count_skipped(report));
  put_certificate(out, report);
  for (size_t i = 0; i < check->certificate.interrupt_count; i++) {
    put_interrupt(out, report, &check->certificate.interrupts[i]);
  }
  for (size_t i = 0; i < check->finding_count; i++) {
    if (report_shows(report, &check->findings[i])) {
      put_finding(out, report, &check->findings[i]);
    }
  }
  fputs("  </testsuite>\n", out);
}

bool report_junit(FILE *out, const struct report *report) {
  fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"tornword\">\n", out);
  put_suite(out, report);
  fputs("</testsuites>\n", out);
  return ferror(out) == 0;
}
