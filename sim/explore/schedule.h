/* A schedule: all choices of one run, and the token that carries it.
 *
 * A run is a function of image, configuration and schedule. Arrivals that the
 * spine gives by its own policy follow from image, configuration and the
 * machine model's version, so that a token names these three (by fingerprint)
 * and lists only what was injected on top. Text form:
 *
 *   tw1-IMAGE-CONFIG-PLACE[-PLACE...]        e.g. tw1-3f9a01c2-5e11-b412.1x15
 *
 * IMAGE: first 8 hex digits of the image's SHA-256. CONFIG: 4 hex digits over
 * what shapes the run (core, priority bits, policies). PLACE: the kind's letter
 * (i boundary, b beat, e entry, r return, n: the run as it is, no injection),
 * boundary, ".beat" for beats, "x" and the exception number. */
#ifndef TORNWORD_SIM_EXPLORE_SCHEDULE_H
#define TORNWORD_SIM_EXPLORE_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/error.h"
#include "sim/machine/place.h"

enum { MODEL_VERSION = 1 }; /* raised when the same schedule would run differently */

const char *place_kind_name(enum place_kind kind); /* "boundary", ... */

struct injection {
  struct place place;
  uint8_t core;
  uint16_t exception; /* 0: no injection; the run is stopped behind this place */
};

/* The same exception at the same place. */
bool injection_equal(const struct injection *a, const struct injection *b);

enum { SCHEDULE_INJECTIONS = 8 };

struct schedule {
  uint32_t image;  /* first 4 bytes of the SHA-256, big-endian */
  uint16_t config; /* machine_config_fingerprint */
  uint8_t count;
  struct injection injections[SCHEDULE_INJECTIONS]; /* by boundary */
};

enum { SCHEDULE_TEXT = 160 };
/* Writes the token, NUL-terminated. */
void schedule_format(const struct schedule *schedule, char text[SCHEDULE_TEXT]);
/* Refuses what is no token, or one of another model version. */
bool schedule_parse(const char *text, struct schedule *schedule, struct error *error);

#endif
