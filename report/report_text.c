/* The text report: shaped like ThreadSanitizer's, which people and editors know
 * how to read. */
#include <inttypes.h>
#include <stdio.h>

#include "report/sections.h"

static const char *const TITLES[] = {"NOTE", "WARNING", "ERROR"};
static const enum ink TITLE_INKS[] = {INK_NOTE, INK_WARNING, INK_ERROR};

static void print_headline(const struct page *page, const struct report *report,
                           const struct finding *finding) {
  enum severity severity = report_severity(finding);
  const struct finding_traits *traits = finding_traits(finding->sighting.kind);
  struct texts *texts = report->texts;
  struct leaf_words leaf;
  const char *what = "";
  if (report_leaf(report, finding->sighting.leaf, &leaf)) {
    what = texts_print(texts, " of %s (%s%s, %u byte%s at 0x%08x)", leaf.name, leaf.qualifiers,
                       leaf.type, leaf.size, plural(leaf.size), leaf.address);
  } else if (finding->sighting.accesses > 0) {
    uint32_t pc = finding->sighting.access[finding->sighting.victim].pc;
    const struct function *function = image_function_at(report->image, pc);
    what = texts_print(texts, " in %s at 0x%08x",
                       texts_clean(texts, function != NULL ? function->name : NULL), pc);
  }
  const char *text =
      texts_print(texts, "%s: tornword: %s%s", TITLES[severity], traits->name, what);
  fputs(page_ink(page, TITLE_INKS[severity]), page->out);
  page_paragraph(page, "", 2, text);
  fputs(page_ink(page, INK_OFF), page->out);
  page_paragraph(page, "  ", 2, traits->summary);
  fputc('\n', page->out);
}

static const char *seen_sentence(const struct report *report, const struct finding *finding) {
  static const char *const needs[] = {
      [PLACE_BOUNDARY] = "a boundary between instructions",
      [PLACE_BEAT] = "a beat, inside an instruction",
      [PLACE_ENTRY] = "an exception entry (late arrival)",
      [PLACE_RETURN] = "an exception return (tail-chaining)",
  };
  if (finding->exception == 0) {
    return texts_print(report->texts, "in the run as it is, near boundary %" PRIu64,
                       finding->place.boundary);
  }
  return texts_print(report->texts,
                     "at %" PRIu64 " place%s; the schedule below needs %s, number %" PRIu64,
                     finding->occurrences, plural(finding->occurrences),
                     needs[finding->place.kind], finding->place.boundary);
}

/* A finding that one interrupt alone does not show. */
static void print_needs(const struct page *page, const struct report *report,
                        const struct finding *finding) {
  const struct schedule *schedule = &finding->schedule;
  const char *list = "";
  for (unsigned i = 0; i < schedule->count; i++) {
    const struct injection *injection = &schedule->injections[i];
    list = texts_print(report->texts, "%s%s%s at %s %" PRIu64, list, i > 0 ? ", then " : "",
                       report_exception(report, injection->exception),
                       place_kind_name(injection->place.kind), injection->place.boundary);
  }
  if (schedule->count > 1) {
    page_paragraph(page, "  Needs:   ", 11,
                   texts_print(report->texts, "%u interrupts: %s", schedule->count, list));
  }
}

/* Where a finding above says the same of the code. */
static void print_cause(const struct page *page, const struct report *report,
                        const struct finding *finding) {
  const struct finding *cause = report_cause(report, finding);
  struct leaf_words leaf;
  if (cause == finding) {
    return;
  }
  const char *device = report_register(report, cause);
  const char *of = device != NULL                                     ? device
                   : report_leaf(report, cause->sighting.leaf, &leaf) ? leaf.name
                                                                      : "the same";
  page_paragraph(page, "  Cause:   ", 11,
                 texts_print(report->texts,
                             "most likely that of the %s of %s above (same variable, same two "
                             "functions)",
                             finding_traits(cause->sighting.kind)->name, of));
}

static void print_cover(const struct page *page, const struct report *report,
                        const struct finding *finding) {
  const char *section = report_section(report, finding);
  if (section != NULL) {
    page_paragraph(page, "  Section: ", 11, section);
    page_paragraph(page, "  Cover:   ", 11, report_cover(report, finding));
  }
}

void section_finding(const struct page *page, const struct report *report,
                     const struct finding *finding) {
  print_headline(page, report, finding);
  section_sides(page, report, finding);
  section_value(page, report, finding);
  const char *invariant = report_invariant(report, finding);
  if (invariant != NULL) {
    page_paragraph(page, "  Claim:   ", 11, invariant);
  }
  fputc('\n', page->out);
  page_paragraph(page, "  Masks:   ", 11, report_why(report, finding));
  print_cover(page, report, finding);
  if (finding->exception != 0) {
    page_paragraph(page, "  Arrival: ", 11, report_arrival_assumed(report, finding));
  }
  page_paragraph(page, "  Outcome: ", 11, outcome_sentence(finding->outcome));
  print_needs(page, report, finding);
  page_paragraph(page, "  Seen:    ", 11, seen_sentence(report, finding));
  print_cause(page, report, finding);
  fprintf(page->out, "  %sReproduce: %s%s\n", page_ink(page, INK_BOLD),
          report_reproduce(report, finding), page_ink(page, INK_OFF));
}

void section_summary(const struct page *page, const struct report *report) {
  static const char *const words[] = {"note", "warning", "error"};
  struct texts *texts = report->texts;
  const struct certificate *certificate = &report->check->certificate;
  const char *counts = "";
  for (int severity = SEVERITY_ERROR; severity >= SEVERITY_NOTE; severity--) {
    size_t count = report_count(report, (enum severity)severity);
    if (count > 0) {
      counts = texts_print(texts, "%s%s%zu %s%s", counts, counts[0] != '\0' ? ", " : "", count,
                           words[severity], plural(count));
    }
  }
  enum verdict verdict = report_verdict(report);
  static const char *const silent[] = {"clean, no findings", "",
                                       "nothing found, but not all done"};
  static const enum ink inks[] = {INK_GOOD, INK_ERROR, INK_WARNING};
  fprintf(page->out,
          "%sSUMMARY: tornword: %s in %s (depth %u, %" PRIu64 " place%s decided)%s\n",
          page_ink(page, inks[verdict]), verdict == VERDICT_FINDINGS ? counts : silent[verdict],
          texts_clean(texts, image_path(report->image)), certificate->depth,
          certificate->places, plural(certificate->places), page_ink(page, INK_OFF));
}

bool report_text(FILE *out, const struct report *report) {
  const struct page page = {out, report->color};
  static const char rule[] = "==================\n";
  for (size_t i = 0; i < report->check->finding_count; i++) {
    if (report_shows(report, &report->check->findings[i])) {
      fputs(rule, out);
      section_finding(&page, report, &report->check->findings[i]);
      fputs(rule, out);
      fputc('\n', out);
    }
  }
  if (!report->quiet) {
    section_certificate(&page, report);
  }
  section_waivers(&page, report);
  section_summary(&page, report);
  return ferror(out) == 0;
}
