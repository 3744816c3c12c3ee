/* The audit: every place and exception once more, from reset, with nothing
 * pruned, and each branch run to the horizon. Its findings must be the check's.
 *
 * A check that prunes goes on farther behind an injection than the horizon, for other
 * injections' sake (deepen.c), and may find what one that does not prune finds by
 * another schedule or not at all: what it found by several injections is run once more
 * by its own schedule.
 *
 * What the audit does not repeat is the ranking: kinds that need harm shown are
 * judged as in the check, at each place by itself. Kinds that the program comes to
 * long after the interrupt (finding_traits.distant) are not compared, nor races of
 * exceptions that come by themselves behind it: the audit's branches go farther than
 * the check's. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/private.h"

/* The first finding of `left` that `right` lacks; what only the natural run shows
 * is no matter of the probes. */
static const struct finding *first_missing(const struct findings *left,
                                           const struct findings *right) {
  for (size_t i = 0; i < left->count; i++) {
    const struct finding *finding = &left->items[i];
    bool distant = finding_traits(finding->sighting.kind)->distant;
    if (finding->exception != 0 && !distant && findings_with_id(right, finding->id) == NULL) {
      return finding;
    }
  }
  return NULL;
}

static bool difference(const struct finding *finding, const char *what, struct error *error) {
  char token[SCHEDULE_TEXT];
  schedule_format(&finding->schedule, token);
  return error_set(error,
                   "audit: %s at %s is found %s: this is a fault of tornword, please report it "
                   "with the image",
                   finding_traits(finding->sighting.kind)->name, token, what);
}

static void run_again(struct explorer *ex, const struct injection *injections, unsigned count) {
  ex->only = injections;
  ex->only_count = count;
  explorer_probe_pass(ex);
}

bool audit_run(struct explorer *ex, struct error *error) {
  struct findings pruned = ex->findings;
  struct certificate certificate = ex->certificate;
  ex->findings = (struct findings){0};
  ex->audits = true;
  for (size_t i = 0; i < ex->decided_count; i++) {
    run_again(ex, &ex->decided[i], 1);
  }
  for (size_t i = 0; i < pruned.count; i++) {
    const struct schedule *schedule = &pruned.items[i].schedule;
    if (schedule->count > 1) {
      run_again(ex, schedule->injections, schedule->count);
    }
  }
  ex->only = NULL;
  ex->audits = false;
  findings_drop_unshown(&ex->findings);
  const struct finding *extra = first_missing(&pruned, &ex->findings);
  findings_prune(&ex->findings, ex->machine); /* an error may cover what the check tells */
  struct findings audited = ex->findings;
  ex->findings = pruned;
  ex->certificate = certificate;
  ex->certificate.audited = true;
  const struct finding *missed = first_missing(&audited, &pruned);
  bool same = true;
  if (missed != NULL) {
    same = difference(missed, "only without pruning", error);
  } else if (extra != NULL) {
    same = difference(extra, "only with pruning", error);
  }
  findings_free(&audited);
  return same;
}
