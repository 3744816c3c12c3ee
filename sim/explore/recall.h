/* Recall: probes that need not be run, because their handlers would do what they did.
 *
 * What a handler does follows from what it reads. Where it finds in each byte that it read
 * or overwrote what it found there before - the exceptions, masks and stack pointer being
 * the same, too - it does the same again, and what it then said is what it would say. So a
 * probe that ended quietly (it came home, and nobody suspected anything) is kept: its
 * footprint, what stood there, and its events. At another place where all of that stands
 * the events are told from here, with that place's boundary and return address, and the
 * processor is left alone. If they concern a detector this time the probe is run after all.
 *
 * Of most handlers it does not even matter what they find: a counter is counted up whatever
 * it is. One whose run was steady (steady.h) goes the same way and accesses the same with
 * other values, and of the values detectors are only told, as long as nothing concerns
 * them, whether a write changed any (detector.h): it is taken to have.
 *
 * This is no equivalence of places (equivalence.h): each place is still decided by its own
 * probe, whose events all detectors are asked about, and values are compared, not
 * addresses. Kept are only handlers whose footprint is reusable, which accessed no device,
 * read no time, and nothing of dead stack. */
#ifndef TORNWORD_SIM_EXPLORE_RECALL_H
#define TORNWORD_SIM_EXPLORE_RECALL_H

#include "sim/explore/footing.h"
#include "sim/machine/machine.h"

enum { RECALL_ENTRIES = 8, RECALL_EVENTS = 32, RECALL_INPUTS = 64 };

/* Up to 8 bytes that the handlers read or overwrote, as they found them. */
struct recall_input {
  const uint8_t *host;
  uint64_t bytes;
  uint32_t size;
};

/* One probe. */
struct recall_entry {
  uint64_t epoch; /* 0: empty */
  uint64_t path;  /* what ran, and where it accessed (machine.h) */
  uint64_t told;  /* panel.told when its events concerned nobody last */
  struct footing footing;
  uint8_t depth;
  bool stack_below;
  uint64_t boundary;
  uint32_t serials;
  struct footprint footprint;
  unsigned input_count, event_count;
  struct recall_input inputs[RECALL_INPUTS];
  struct event events[RECALL_EVENTS];
};

/* The newest probes of one exception. */
struct recall {
  struct recall_entry entries[RECALL_ENTRIES];
  unsigned next;
  bool strays; /* the newest probe took a way of which there is no footprint */
};

/* All of them. */
struct recalling {
  struct recall *of[EXCEPTION_COUNT]; /* made when needed */
  uint64_t epoch;                     /* from 1 */
  bool wanted;                        /* the probe that is being made may be kept */
  bool recorded;                      /* its footprint is */
  unsigned likes;                     /* entries that hold but for values, one bit each */
  uint8_t failed[EXCEPTION_COUNT];    /* probes in a row of which none could be kept */
  struct footprint footprint;         /* its own, where no equivalence records one */
};

void recall_free(struct recalling *recalling);

#endif
