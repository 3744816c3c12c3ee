/* The steps of a narrated run, copied: which of them matter is known only when
 * the run is over and its finding named. */
#ifndef TORNWORD_REPORT_RECORDING_H
#define TORNWORD_REPORT_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/event.h"
#include "sim/explore/explorer.h"

enum { CODE_BYTES = 4 };

struct recorded {
  struct step step; /* its pointers are not used */
  uint8_t code[CODE_BYTES];
  size_t first_event; /* index in the recording's events */
};

struct recording {
  struct recorded *steps;
  size_t count, capacity;
  struct event *events;
  size_t event_count, event_capacity;
};

/* A zeroed struct recording is an empty one. */
void recording_free(struct recording *recording);

/* narrator.step, with a struct recording as its argument. */
void recording_add(void *argument, const struct step *step);

/* The accesses of a step; step.event_count of them. */
const struct event *recording_events(const struct recording *recording, size_t index);

#endif
