#include "tests/firmware/trial.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static bool any_finding(const struct trial *trial, const struct expectation *expectation) {
  for (size_t i = 0; i < trial->check.finding_count; i++) {
    if (expectation_met(expectation, trial->image, &trial->check, &trial->check.findings[i])) {
      return true;
    }
  }
  return false;
}

static bool any_expectation(const struct trial *trial, const struct expectation *rows,
                            size_t count, const struct finding *finding) {
  for (size_t i = 0; i < count; i++) {
    if (expectation_applies(&rows[i], trial->core, trial->optimisation) &&
        expectation_met(&rows[i], trial->image, &trial->check, finding)) {
      return true;
    }
  }
  return false;
}

void nothing_is_missing(const struct trial *trial, const struct expectation *rows, size_t count,
                        const char *where) {
  for (size_t i = 0; i < count; i++) {
    bool applies = expectation_applies(&rows[i], trial->core, trial->optimisation);
    cr_expect(!applies || any_finding(trial, &rows[i]), "%s: missing: %s of %s in %s (%s, %zu)",
              trial->name, finding_traits(rows[i].kind)->name,
              rows[i].variable ? rows[i].variable : "anything",
              rows[i].function ? rows[i].function : "its line", where, i + 1);
  }
}

void nothing_is_unexpected(const struct trial *trial) {
  const struct scenario_program *program = trial->program;
  for (size_t i = 0; i < trial->check.finding_count; i++) {
    const struct finding *finding = &trial->check.findings[i];
    const struct sighting *sighting = &finding->sighting;
    if (finding_traits(sighting->kind)->severity == SEVERITY_NOTE) {
      continue;
    }
    char token[SCHEDULE_TEXT];
    char *leaf = sighting->leaf == LEAF_NONE
                     ? duplicate_text("nothing")
                     : image_leaf_name(trial->image, &trial->check.leaves, sighting->leaf);
    struct source_frame frame = {.file = "?"};
    finding_line(finding, trial->image, sighting->victim, &frame);
    schedule_format(&finding->schedule, token);
    cr_expect(any_expectation(trial, program->expect, program->expect_count, finding),
              "%s: unexpected: %s of %s, %s:%u, %s, %s, %s", trial->name,
              finding_traits(sighting->kind)->name, leaf, frame.file, frame.line,
              place_kind_name(finding->place.kind), outcome_name(finding->outcome), token);
    cr_expect(trial->comments == NULL || any_expectation(trial, trial->comments->rows,
                                                         trial->comments->count, finding),
              "%s: not stated on its line: %s of %s, %s:%u", trial->name,
              finding_traits(sighting->kind)->name, leaf, frame.file, frame.line);
    free(leaf);
  }
}
