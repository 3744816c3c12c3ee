/* What a report is about, and the facts that text and JSON both state.
 *
 * A report borrows everything; it must not outlive the check and the image.
 * Sentences come back in the report's texts. */
#ifndef TORNWORD_REPORT_REPORT_H
#define TORNWORD_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "report/texts.h"
#include "sim/explore/explorer.h"
#include "sim/image/image.h"

#define TORNWORD_VERSION "0.1.0"

struct decoder;
struct run_map;
struct waivers;

struct report {
  const struct image *image;
  const struct check *check;
  const struct explorer_options *explorer;
  enum severity severity;        /* findings below this level are left out */
  const struct waivers *waivers; /* findings that do not count; NULL: none */
  const char *shape;             /* options_shape: what a replay needs again */
  const char *token;             /* of the replayed schedule; NULL in a check */
  bool color;                    /* text only */
  bool quiet;                    /* text only: no certificate */
  struct decoder *decoder;
  struct texts *texts;
  const char *source_root;   /* sarif: names are relative to it; NULL: current directory */
  const struct run_map *map; /* html: the whole run; NULL: not known */
};

enum verdict { VERDICT_CLEAN, VERDICT_FINDINGS, VERDICT_PARTIAL };

/* Whether the finding (one of report->check's) counts: it is at or above the
 * report's level, and not waived. Outcomes that are
 * benign count as notes, whatever the kind. */
bool report_shows(const struct report *report, const struct finding *finding);
enum severity report_severity(const struct finding *finding);
/* Of the shown findings with the same cause the first: one variable (or register) and the
 * same two functions. Itself where it is the first, or alone. */
const struct finding *report_cause(const struct report *report, const struct finding *finding);
/* Name of the device register that the finding is about, or its address; NULL: it is not
 * about one. */
const char *report_register(const struct report *report, const struct finding *finding);
/* How many of the shown findings have this severity. */
size_t report_count(const struct report *report, enum severity severity);
enum verdict report_verdict(const struct report *report);
const char *verdict_name(enum verdict verdict);

/* "thread mode", "SysTick", "IRQ 5 (UART0_Handler)". */
const char *report_exception(const struct report *report, unsigned exception);
/* "SysTick (exception 15)", "IRQ 5 (UART0_Handler, exception 21)". */
const char *report_exception_numbered(const struct report *report, unsigned exception);

/* The leaf as a report names it; all members are printable. */
struct leaf_words {
  const char *name; /* "X.member[2]" */
  const char *type; /* "enum Enum" */
  const char *file; /* of the declaration; NULL if unknown */
  uint32_t line;
  uint32_t address;
  uint8_t size;
  const char *qualifiers; /* "volatile ", "atomic ", "" */
};
/* False if the finding is not about data. */
bool report_leaf(const struct report *report, uint32_t leaf, struct leaf_words *words);

/* The value as a hex string of the leaf's width: "0x00000000_ffffffff" with
 * `grouped`, else "0x00000000ffffffff". */
const char *report_hex(const struct report *report, uint64_t value, unsigned size,
                       bool grouped);

/* One true sentence on why the exception could come. */
const char *report_why(const struct report *report, const struct finding *finding);
/* Which masks would have kept it out, and where; NULL if no injection was needed. */
const char *report_cover(const struct report *report, const struct finding *finding);
/* The interrupted context's section that ended too early, or never began; NULL likewise. */
const char *report_section(const struct report *report, const struct finding *finding);
/* When this exception comes, as the check took it: "at any time", "after a write to
 * 0x40001000, at most once". */
const char *report_arrival(const struct report *report, unsigned exception);
/* Whether no arrival discipline narrows that. */
bool report_arrival_is_free(const struct report *report, unsigned exception);
/* The same of the finding's interrupt, with how close it came to the one before. */
const char *report_arrival_assumed(const struct report *report, const struct finding *finding);
/* "head - tail <= 8 was false: head = 3, tail = 12"; NULL: no invariant is meant. */
const char *report_invariant(const struct report *report, const struct finding *finding);
/* One sentence on what the outcome means. */
const char *outcome_sentence(enum outcome outcome);
/* Boundary of the access at which the harm is done: the torn value is read, the
 * update is lost. */
uint64_t report_harm(const struct finding *finding);
/* "tornword replay [options] TOKEN IMAGE" */
const char *report_reproduce(const struct report *report, const struct finding *finding);
/* The token alone. */
const char *report_token(const struct report *report, const struct finding *finding);

/* What silence does not mean: one sentence each, for the certificate. Returns
 * how many of `max` were written. */
size_t report_limits(const struct report *report, const char **limits, size_t max);

enum report_format { FORMAT_TEXT, FORMAT_JSON, FORMAT_HTML, FORMAT_SARIF, FORMAT_JUNIT };
/* Writes the whole report. */
bool report_write(FILE *out, const struct report *report, enum report_format format);
bool report_text(FILE *out, const struct report *report);
bool report_json(FILE *out, const struct report *report);
bool report_html(FILE *out, const struct report *report);
bool report_sarif(FILE *out, const struct report *report);
bool report_junit(FILE *out, const struct report *report);

#endif
