/* Findings that the user knows about: suppressed by a pattern, or in a baseline.
 *
 * Suppressions have ThreadSanitizer's syntax: a line `kind:pattern`, where kind
 * is a kind of finding or `*`, and pattern a piece of a name in which `*` stands
 * for anything and `^` and `$` for its ends. It is compared with the variable and
 * with the functions and source files of both call stacks. A baseline is a JSON
 * report of an earlier check. Waived findings do not count and are not shown. */
#ifndef TORNWORD_REPORT_WAIVERS_H
#define TORNWORD_REPORT_WAIVERS_H

#include <stdbool.h>
#include <stddef.h>

#include "report/texts.h"
#include "sim/explore/explorer.h"
#include "sim/image/image.h"

struct suppression {
  const char *text; /* as it stands in the file */
  const char *kind; /* "*": any */
  const char *pattern;
  size_t matched; /* findings */
};

struct waivers {
  struct suppression *suppressions;
  size_t count, capacity;
  char **known; /* ids of the baseline, ascending */
  size_t known_count;
  bool *waived;         /* by index of the check's findings */
  size_t waived_known;  /* findings that the baseline has */
  size_t finding_count; /* of the check */
};

/* Reads the two files; either may be NULL. On failure nothing is left. */
bool waivers_open(struct waivers *waivers, const char *suppressions, const char *baseline,
                  struct texts *texts, struct error *error);
void waivers_close(struct waivers *waivers);

/* Judges the check's findings: those at or above `severity` are matched. */
void waivers_apply(struct waivers *waivers, const struct image *image,
                   const struct check *check, enum severity severity);

/* Whether a name contains the pattern. */
bool pattern_matches(const char *pattern, const char *name);

#endif
