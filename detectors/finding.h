/* What a detector says: a sighting of one defect in one run.
 *
 * The kinds, their names and severities are one table (finding.c); reports,
 * suppressions and scenarios use these names. */
#ifndef TORNWORD_DETECTORS_FINDING_H
#define TORNWORD_DETECTORS_FINDING_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/event.h"

enum finding_kind {
  FINDING_TORN_WRITE, /* one read got bytes of two writes: the writer was interrupted */
  FINDING_TORN_READ,  /* the same: the reader was interrupted */
  FINDING_INVALID_ENUM,
  FINDING_LOST_UPDATE,
  FINDING_UNSYNCHRONISED,
  FINDING_FAULT,
  FINDING_LOCKUP,
  FINDING_STACK_OVERFLOW,
  FINDING_DEADLOCK,
  FINDING_UNINITIALISED_READ,
  FINDING_NON_REENTRANT,
  FINDING_STACK_ESCAPE,
  FINDING_SPLIT_SECTION,
  FINDING_INCONSISTENT_SNAPSHOT,
  FINDING_DOUBLE_FETCH,
  FINDING_NON_SERIALISABLE,
  FINDING_BROKEN_INVARIANT,
  FINDING_FLAG_RMW,
  FINDING_VANISHED_ACCESS,
  FINDING_TRACE, /* the example detector's */
};
enum { FINDING_KIND_COUNT = FINDING_TRACE + 1 };

enum severity { SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_ERROR };

/* What the outcome must be for a sighting to be a finding. */
enum harm {
  HARM_IMPLIED,       /* anything: it is wrong by itself */
  HARM_UNLESS_SERIAL, /* not that of a serial order, as far as they could be compared */
  HARM_SHOWN,         /* that of neither serial order */
  HARM_COMPARED,      /* the same, and both orders were run and compared */
};

struct finding_traits {
  const char *name;    /* "torn-write" */
  const char *summary; /* one line for help texts */
  enum severity severity;
  enum harm harm;
  bool fatal;   /* nothing that comes after it in the same run says anything */
  bool distant; /* comes of what the program goes on to do, perhaps long after the
                   interrupt: looked for as far as the branch is run, and no farther */
};
const struct finding_traits *finding_traits(enum finding_kind kind);
bool finding_kind_by_name(const char *name, enum finding_kind *kind);
const char *severity_name(enum severity severity);

/* One access of a sighting. */
struct access {
  uint8_t op; /* EVENT_READ or EVENT_WRITE; else the kind of event that is meant */
  uint8_t size;
  uint8_t beat;
  uint8_t flags; /* of enum event_flag */
  struct context context;
  uint32_t pc;
  uint32_t address;
  uint64_t boundary;
  uint64_t value; /* the bytes accessed, zero-extended */
};

struct access access_of(const struct event *event);
/* Whether it is an access that writes; false of events that are none. */
bool access_writes(const struct access *access);

enum { SIGHTING_ACCESSES = 4, SIGHTING_EXPECTED = 4, SIGHTING_OPERANDS = 4 };

struct sighting {
  enum finding_kind kind;
  uint32_t leaf; /* LEAF_NONE: the defect is not about data */
  /* In run order, at most SIGHTING_ACCESSES. access[victim] and
   * access[intruder] are the two that identify the defect. */
  struct access access[SIGHTING_ACCESSES];
  uint8_t accesses;
  uint8_t victim;    /* index: an access of the context that was preempted */
  uint8_t intruder;  /* index: an access of the context that preempted it */
  bool latent;       /* torn by provenance, but the halves agreed this time */
  uint64_t value;    /* what was read, or stood there: up to 8 bytes of the leaf */
  uint8_t new_bytes; /* torn: one bit for each byte that came from the newer write */
  uint64_t expected[SIGHTING_EXPECTED]; /* values that would have been right: old, new, ... */
  uint8_t expected_count;
  uint32_t invariant;                  /* that was false: index in the claims + 1; 0: none */
  uint64_t operand[SIGHTING_OPERANDS]; /* values of its first variables, in their order */
};

#endif
