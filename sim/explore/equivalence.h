/* Equivalence: places that need no probe of their own.
 *
 * A probe at a place is equivalent to the probe at the place before it when the
 * instruction between them is independent of it: it touches nothing that the
 * probe touched (one of the two writing), no mask, pending or priority state,
 * no device, no monitor, no event register, not the stack pointer; and the probe
 * used nothing of the interrupted registers, flags or frame. Then the two commute,
 * and everything that a detector could see is the same. Devices whose registers
 * the probe used follow time: it holds as long as they would do the same. Handlers
 * that never come back are compared like others. Chains of
 * equivalent places are cut at fixed boundaries, so that the result does not
 * depend on how the work is divided. */
#ifndef TORNWORD_SIM_EXPLORE_EQUIVALENCE_H
#define TORNWORD_SIM_EXPLORE_EQUIVALENCE_H

#include "sim/explore/footing.h"
#include "sim/machine/machine.h"
#include "sim/machine/place.h"

/* Boundaries: the longest chain. A longer one shares a branch among more places, and
 * makes each branch of a check that does not prune longer. */
enum { EQUIVALENCE_CHAIN = 1024 };

/* Instructions that touch what no footprint tells of. What detectors are told of beside it
 * shows in what they suspect, which is compared too. */
enum { EQUIVALENCE_STATE = FOOTPRINT_STATE & ~FOOTPRINT_TOLD };

/* Deliberate mistakes, so that tests can show that the audit catches them. */
enum equivalence_flaw {
  FLAW_NONE = 0,
  FLAW_IGNORE_STACK = 1,      /* the stack pointer */
  FLAW_IGNORE_MONITOR = 2,    /* exclusive accesses */
  FLAW_IGNORE_BUS = 4,        /* device and System Control Space accesses */
  FLAW_IGNORE_MASKS = 8,      /* masks, pending, priorities */
  FLAW_IGNORE_READS = 16,     /* what the handler read */
  FLAW_IGNORE_WRITES = 32,    /* what the handler wrote */
  FLAW_IGNORE_REGISTERS = 64, /* handlers that use interrupted registers */
  FLAW_IGNORE_TIME = 128,     /* devices that follow it */
  FLAW_IGNORE_VALUES = 256,   /* what stands where recalled handlers read (recall.h) */
  FLAW_IGNORE_UNREAD = 512,   /* which words anything reads, where states are compared */
};

/* One exception's newest probe. */
struct equivalence {
  struct footprint footprint;
  struct footprint *outer; /* was recorded ahead of this one, and goes on behind it */
  bool valid;
  bool lands;       /* it was taken at once, not when a mask opened */
  unsigned flaws;   /* of enum equivalence_flaw */
  uint64_t longest; /* boundaries at multiples of this cut the chain ... */
  uint64_t
      left_to;    /* ... and this one: what its branch would show is left to the place there */
  uint64_t until; /* serial of the last place of the chain */
  struct footing footing;
  uint32_t suspicions; /* open ahead of it */
};

/* What lies between the last place and this one. */
struct equivalence_step {
  struct place place;
  uint64_t serial;                      /* of this place; places are numbered as they come */
  const struct access_record *accesses; /* that the instruction made by now */
  unsigned access_count;
  uint32_t code_flags; /* of that instruction */
};

/* Before the probe: from here on its footprint is recorded. */
void equivalence_begin(struct equivalence *e, struct machine *machine, uint64_t serial);
/* Where its handlers are over (`over`), or will never be. `home`: they returned to where
 * it was taken. */
void equivalence_end(struct equivalence *e, struct machine *machine, bool home, bool over);

/* Whether the place belongs to the chain; then the chain ends there. */
bool equivalence_holds(struct equivalence *e, struct machine *machine,
                       const struct equivalence_step *step);

#endif
