/* The certificate in words: what was decided, and what silence does not mean. */
#include <inttypes.h>
#include <stdio.h>

#include "report/sections.h"
#include "report/waivers.h"

enum { INDENT = 15, LIMITS = 12 };

static void row(const struct page *page, const struct report *report, const char *head,
                const char *text) {
  page_paragraph(page, texts_print(report->texts, "  %-*s", INDENT - 2, head), INDENT, text);
}

static const char *run_words(const struct report *report) {
  const struct certificate *certificate = &report->check->certificate;
  return texts_print(
      report->texts,
      "%" PRIu64 " instruction%s, %" PRIu64 " exception%s taken on the way (%" PRIu64
      " given by tornword to make progress); %s",
      certificate->instructions, plural(certificate->instructions), certificate->natural,
      plural(certificate->natural), certificate->given, run_end_text(certificate->end));
}

static const char *place_words(const struct report *report) {
  const struct certificate *certificate = &report->check->certificate;
  return texts_print(report->texts,
                     "%" PRIu64 ": %" PRIu64 " boundaries between instructions, %" PRIu64
                     " beats inside instructions, %" PRIu64 " exception entries, %" PRIu64
                     " exception returns",
                     certificate->places, certificate->boundaries, certificate->beats,
                     certificate->entries, certificate->returns);
}

static const char *decision_words(const struct report *report) {
  const struct certificate *certificate = &report->check->certificate;
  const uint64_t *decided = certificate->decided;
  return texts_print(report->texts,
                     "%" PRIu64 " pairs of place and exception, each once: %" PRIu64
                     " probed, %" PRIu64 " equivalent to a probed one, %" PRIu64
                     " masked, %" PRIu64 " disabled, %" PRIu64 " withheld",
                     certificate_pairs(certificate), decided[DECISION_PROBED],
                     decided[DECISION_EQUIVALENT], decided[DECISION_MASKED],
                     decided[DECISION_DISABLED], decided[DECISION_WITHHELD]);
}

/* What the second interrupt of a run, the third, ... added. */
static void print_depths(const struct page *page, const struct report *report) {
  const struct certificate *certificate = &report->check->certificate;
  for (unsigned i = 1; i < certificate->depth; i++) {
    const struct depth_account *account = &certificate->depths[i];
    unsigned findings = 0;
    for (size_t k = 0; k < report->check->finding_count; k++) {
      findings += report->check->findings[k].schedule.count == i + 1;
    }
    row(page, report, texts_print(report->texts, "Depth %u", i + 1),
        texts_print(report->texts,
                    "%" PRIu64 " of these places follow an injection (%" PRIu64
                    " run%s continued, each up to the horizon): %" PRIu64 " probed, %" PRIu64
                    " equivalent; %u finding%s need%s %u interrupts",
                    account->places, account->spines, plural(account->spines),
                    account->decided[DECISION_PROBED], account->decided[DECISION_EQUIVALENT],
                    findings, plural(findings), findings == 1 ? "s" : "", i + 1));
  }
}

static const char *branch_words(const struct report *report) {
  const struct certificate *certificate = &report->check->certificate;
  return texts_print(
      report->texts,
      "%" PRIu64 " run%s continued behind the handler, up to %" PRIu64 " instruction%s each%s",
      certificate->branches, plural(certificate->branches), certificate->horizon,
      plural(certificate->horizon),
      certificate->audited
          ? "; audited: every place decided again from reset, with the same findings"
          : "");
}

/* How an arrival discipline narrows when it comes, if one does. */
static const char *rule_words(const struct report *report, unsigned exception) {
  return report_arrival_is_free(report, exception)
             ? ""
             : texts_print(report->texts, " (%s)", report_arrival(report, exception));
}

static void print_interrupts(const struct page *page, const struct report *report) {
  const struct certificate *certificate = &report->check->certificate;
  if (certificate->interrupt_count == 0) {
    row(page, report, "Interrupts",
        "none was enabled at any time: nothing could interrupt this run");
  }
  for (size_t i = 0; i < certificate->interrupt_count; i++) {
    const struct interrupt_account *account = &certificate->interrupts[i];
    const char *name = report_exception(report, account->exception);
    const char *text =
        account->reason_never != NULL
            ? texts_print(report->texts, "%s never came: %s", name, account->reason_never)
            : texts_print(report->texts,
                          "%s could come at %" PRIu64 " place%s%s, was taken %" PRIu64
                          " time%s",
                          name, account->places, plural(account->places),
                          rule_words(report, account->exception), account->taken,
                          plural(account->taken));
    row(page, report, i == 0 ? "Interrupts" : "", text);
  }
}

static void print_devices(const struct page *page, const struct report *report) {
  const struct certificate *certificate = &report->check->certificate;
  for (size_t i = 0; i < certificate->device_count; i++) {
    const struct device_account *device = &certificate->devices[i];
    bool named = device->name != NULL;
    const char *answers =
        device->answers == 0
            ? ""
            : texts_print(report->texts,
                          "; polled without end, answered %" PRIu64 " time%s, last with 0x%08x",
                          device->answers, plural(device->answers), device->answer);
    row(page, report, i == 0 ? "No model for" : "",
        texts_print(report->texts,
                    "0x%08x%s%s%s: read %" PRIu64 " time%s, written %" PRIu64 " time%s%s",
                    device->address, named ? " (" : "",
                    named ? texts_clean(report->texts, device->name) : "", named ? ")" : "",
                    device->reads, plural(device->reads), device->writes,
                    plural(device->writes), answers));
  }
}

void section_waivers(const struct page *page, const struct report *report) {
  const struct waivers *waivers = report->waivers;
  if (waivers == NULL || (waivers->count == 0 && waivers->known_count == 0)) {
    return;
  }
  fprintf(page->out, "%sNot counted:%s\n", page_ink(page, INK_BOLD), page_ink(page, INK_OFF));
  for (size_t i = 0; i < waivers->count; i++) {
    const struct suppression *suppression = &waivers->suppressions[i];
    const char *matched = suppression->matched == 0
                              ? "matched nothing: it can be removed"
                              : texts_print(report->texts, "matched %zu finding%s",
                                            suppression->matched, plural(suppression->matched));
    row(page, report, i == 0 ? "Suppressed" : "",
        texts_print(report->texts, "%s %s", suppression->text, matched));
  }
  if (waivers->known_count > 0) {
    row(page, report, "Baseline",
        texts_print(report->texts, "%zu of its %zu finding%s %s still there",
                    waivers->waived_known, waivers->known_count, plural(waivers->known_count),
                    waivers->waived_known == 1 ? "is" : "are"));
  }
}

void section_certificate(const struct page *page, const struct report *report) {
  const struct certificate *certificate = &report->check->certificate;
  fprintf(page->out, "%sCertificate: depth %u%s%s%s\n", page_ink(page, INK_BOLD),
          certificate->depth, certificate->audited ? ", audited" : "",
          certificate->complete ? "" : ", not complete", page_ink(page, INK_OFF));
  row(page, report, "Run", run_words(report));
  row(page, report, "Places", place_words(report));
  row(page, report, "Decided", decision_words(report));
  print_depths(page, report);
  row(page, report, "Branches", branch_words(report));
  print_interrupts(page, report);
  print_devices(page, report);
  const char *limits[LIMITS];
  size_t count = report_limits(report, limits, LIMITS);
  for (size_t i = 0; i < count; i++) {
    row(page, report, i == 0 ? "Not covered" : "", limits[i]);
  }
}
