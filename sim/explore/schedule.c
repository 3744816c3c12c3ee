#include "sim/explore/schedule.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char KIND_LETTERS[PLACE_KIND_COUNT] = {
    [PLACE_BOUNDARY] = 'i', [PLACE_BEAT] = 'b', [PLACE_ENTRY] = 'e', [PLACE_RETURN] = 'r'};
enum { NATURAL_LETTER = 'n' };

const char *place_kind_name(enum place_kind kind) {
  static const char *const names[PLACE_KIND_COUNT] = {"boundary", "beat", "entry", "return"};
  return names[kind];
}

bool injection_equal(const struct injection *a, const struct injection *b) {
  return a->place.kind == b->place.kind && a->place.boundary == b->place.boundary &&
         a->place.beat == b->place.beat && a->core == b->core && a->exception == b->exception;
}

static int format_injection(const struct injection *injection, char *text, size_t size) {
  const struct place *place = &injection->place;
  if (injection->exception == 0) {
    return snprintf(text, size, "-%c%" PRIu64, NATURAL_LETTER, place->boundary);
  }
  char letter = KIND_LETTERS[place->kind];
  if (place->kind == PLACE_BEAT) {
    return snprintf(text, size, "-%c%" PRIu64 ".%ux%u", letter, place->boundary, place->beat,
                    injection->exception);
  }
  return snprintf(text, size, "-%c%" PRIu64 "x%u", letter, place->boundary,
                  injection->exception);
}

void schedule_format(const struct schedule *schedule, char text[SCHEDULE_TEXT]) {
  int length = snprintf(text, SCHEDULE_TEXT, "tw%d-%08" PRIx32 "-%04x", MODEL_VERSION,
                        schedule->image, schedule->config);
  for (unsigned i = 0; i < schedule->count && length < SCHEDULE_TEXT; i++) {
    length += format_injection(&schedule->injections[i], text + length,
                               (size_t)(SCHEDULE_TEXT - length));
  }
}

/* Reads a number; moves *at behind it. */
static bool number(const char **at, int base, uint64_t most, uint64_t *value) {
  char *end = NULL;
  if (!isxdigit((unsigned char)**at)) {
    return false;
  }
  errno = 0;
  *value = strtoull(*at, &end, base);
  bool good = errno == 0 && end != *at && *value <= most;
  *at = end;
  return good;
}

static bool parse_beat(const char **at, struct injection *injection) {
  uint64_t value = 0;
  if (injection->place.kind != PLACE_BEAT) {
    return true;
  }
  if (**at != '.') {
    return false;
  }
  ++*at;
  bool good = number(at, 10, 255, &value) && value > 0;
  injection->place.beat = (uint8_t)value;
  return good;
}

/* NMI, PendSV, SysTick and interrupts: the others come by execution alone. */
static bool is_injectable(uint64_t exception) {
  enum { NMI = 2, PENDSV = 14 };
  return exception == NMI || exception >= PENDSV;
}

static bool parse_injection(const char **at, struct injection *injection) {
  uint64_t value = 0;
  char letter = **at;
  const char *found = letter != '\0' ? memchr(KIND_LETTERS, letter, PLACE_KIND_COUNT) : NULL;
  *injection = (struct injection){0};
  if (found == NULL && letter != NATURAL_LETTER) {
    return false;
  }
  ++*at;
  if (!number(at, 10, UINT64_MAX / 2, &injection->place.boundary)) {
    return false;
  }
  if (found == NULL) {
    return true;
  }
  injection->place.kind = (enum place_kind)(found - KIND_LETTERS);
  if (!parse_beat(at, injection) || **at != 'x') {
    return false;
  }
  ++*at;
  bool good = number(at, 10, 255, &value) && is_injectable(value);
  injection->exception = (uint16_t)value;
  return good;
}

static bool parse_head(const char **at, struct schedule *schedule) {
  uint64_t value = 0;
  if (**at != '-') {
    return false;
  }
  ++*at;
  if (!number(at, 16, UINT32_MAX, &value) || **at != '-') {
    return false;
  }
  schedule->image = (uint32_t)value;
  ++*at;
  if (!number(at, 16, UINT16_MAX, &value)) {
    return false;
  }
  schedule->config = (uint16_t)value;
  return true;
}

bool schedule_parse(const char *text, struct schedule *schedule, struct error *error) {
  static const char example[] = "a token looks like tw1-3f9a01c2-5e11-b412.1x15";
  uint64_t version = 0;
  const char *at = text;
  *schedule = (struct schedule){0};
  if (strncmp(at, "tw", 2) != 0 || !isdigit((unsigned char)at[2])) {
    return error_set(error, "'%.60s' is not a token: %s", text, example);
  }
  at += 2;
  if (!number(&at, 10, UINT32_MAX, &version)) {
    return error_set(error, "'%.60s' is not a token: %s", text, example);
  }
  if (version != MODEL_VERSION) {
    return error_set(error,
                     "the token is of machine model %" PRIu64
                     ", this tornword has model %d: run "
                     "the check again, or use the tornword that made the token",
                     version, MODEL_VERSION);
  }
  bool good = parse_head(&at, schedule) && *at == '-';
  while (good && *at == '-' && schedule->count < SCHEDULE_INJECTIONS) {
    at++;
    good = parse_injection(&at, &schedule->injections[schedule->count++]);
  }
  if (!good || *at != '\0' || schedule->count == 0) {
    return error_set(error, "'%.60s' is not a whole token: %s", text, example);
  }
  return true;
}
