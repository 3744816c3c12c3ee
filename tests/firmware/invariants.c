#include "tests/firmware/invariants.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void tally_add(void *argument, const struct place *place, unsigned exception,
                      unsigned decision) {
  struct tally *tally = argument;
  array_reserve((void **)&tally->rows, &tally->capacity, tally->count + 1,
                sizeof tally->rows[0]);
  tally->rows[tally->count++] = (struct decided){.boundary = place->boundary,
                                                 .exception = (uint16_t)exception,
                                                 .kind = (uint8_t)place->kind,
                                                 .beat = place->beat,
                                                 .decision = (uint8_t)decision};
}

void tally_attach(struct tally *tally, struct explorer_options *options) {
  options->decided = tally_add;
  options->decided_argument = tally;
}

void tally_free(struct tally *tally) {
  free(tally->rows);
  *tally = (struct tally){.rows = NULL};
}

static int compare(const void *left, const void *right) {
  const struct decided *a = left;
  const struct decided *b = right;
  if (a->boundary != b->boundary) {
    return a->boundary < b->boundary ? -1 : 1;
  }
  int kind = a->kind - b->kind;
  int beat = a->beat - b->beat;
  return kind != 0 ? kind : beat != 0 ? beat : a->exception - b->exception;
}

void each_place_is_decided_once(struct tally *tally, const struct certificate *certificate,
                                const char *name) {
  const struct depth_account *spine = &certificate->depths[0];
  uint64_t decided[DECISION_COUNT] = {0};
  uint64_t sum = 0;
  if (tally->count > 0) {
    qsort(tally->rows, tally->count, sizeof tally->rows[0], compare);
  }
  for (size_t i = 0; i < tally->count; i++) {
    const struct decided *row = &tally->rows[i];
    cr_assert(row->decision < DECISION_COUNT, "%s: decision %u", name, row->decision);
    decided[row->decision]++;
    cr_expect(i == 0 || compare(row - 1, row) != 0,
              "%s: exception %u at %s %" PRIu64 ".%u is decided twice", name, row->exception,
              place_kind_name((enum place_kind)row->kind), row->boundary, row->beat);
  }
  for (unsigned i = 0; i < DECISION_COUNT; i++) {
    sum += spine->decided[i];
    cr_expect(decided[i] == spine->decided[i],
              "%s: told of %" PRIu64 " places %s, the certificate says %" PRIu64, name,
              decided[i], decision_name((enum decision)i), spine->decided[i]);
  }
  cr_expect(sum == spine->places * certificate->interrupt_count,
            "%s: %" PRIu64 " decisions for %" PRIu64 " places and %zu exceptions", name, sum,
            spine->places, certificate->interrupt_count);
  cr_expect(certificate->boundaries + certificate->beats + certificate->entries +
                    certificate->returns ==
                certificate->places,
            "%s: the kinds of places do not add up", name);
}

void probes_leave_no_trace(const struct image *image, const struct explorer_options *options,
                           const struct check *check, const char *name) {
  struct certificate bare = {0};
  struct error error = {{0}};
  cr_assert(explorer_run(image, options, &bare, &error), "%s: %s", name, error.message);
  cr_expect(bare.state_hash == check->certificate.state_hash,
            "%s: the spine ends in another state than the bare run", name);
  cr_expect(bare.instructions == check->certificate.instructions,
            "%s: bare run of %" PRIu64 " instructions, spine of %" PRIu64, name,
            bare.instructions, check->certificate.instructions);
  cr_expect(bare.end == check->certificate.end, "%s: the bare run: %s; the spine: %s", name,
            run_end_text(bare.end), run_end_text(check->certificate.end));
  certificate_free(&bare);
}

void check_repeats(const struct image *image, const struct explorer_options *options,
                   const struct check *check, const char *name) {
  struct check again = {.findings = NULL};
  struct explorer_options silent = *options;
  struct error error = {{0}};
  silent.decided = NULL;
  cr_assert(explorer_check(image, &silent, &again, &error), "%s: %s", name, error.message);
  const struct certificate *one = &check->certificate;
  const struct certificate *two = &again.certificate;
  cr_expect(one->places == two->places && one->branches == two->branches &&
                one->instructions == two->instructions && one->natural == two->natural &&
                one->end == two->end && one->state_hash == two->state_hash &&
                memcmp(one->decided, two->decided, sizeof one->decided) == 0,
            "%s: a second check has another certificate", name);
  cr_expect(check->finding_count == again.finding_count, "%s: first %zu findings, then %zu",
            name, check->finding_count, again.finding_count);
  for (size_t i = 0; i < check->finding_count && i < again.finding_count; i++) {
    char first[SCHEDULE_TEXT];
    char second[SCHEDULE_TEXT];
    schedule_format(&check->findings[i].schedule, first);
    schedule_format(&again.findings[i].schedule, second);
    cr_expect(strcmp(check->findings[i].id, again.findings[i].id) == 0 &&
                  strcmp(first, second) == 0 &&
                  check->findings[i].occurrences == again.findings[i].occurrences,
              "%s: finding %zu is %s by %s, then %s by %s", name, i, check->findings[i].id,
              first, again.findings[i].id, second);
  }
  check_free(&again);
}

static bool shows(const struct check *check, const char *id) {
  for (size_t i = 0; i < check->finding_count; i++) {
    if (strcmp(check->findings[i].id, id) == 0) {
      return true;
    }
  }
  return false;
}

void tokens_replay(const struct image *image, const struct explorer_options *options,
                   const struct check *check, const char *name) {
  struct explorer_options silent = *options;
  silent.decided = NULL;
  for (size_t i = 0; i < check->finding_count; i++) {
    const struct finding *finding = &check->findings[i];
    struct check replayed = {.findings = NULL};
    struct schedule schedule;
    struct error error = {{0}};
    char token[SCHEDULE_TEXT];
    schedule_format(&finding->schedule, token);
    cr_expect(schedule_parse(token, &schedule, &error) &&
                  explorer_replay(image, &silent, &schedule, NULL, &replayed, &error),
              "%s: %s: %s", name, token, error.message);
    cr_expect(shows(&replayed, finding->id), "%s: %s does not show the %s again", name, token,
              finding_traits(finding->sighting.kind)->name);
    check_free(&replayed);
  }
}
