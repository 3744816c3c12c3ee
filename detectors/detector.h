/* What a detector is.
 *
 * A detector reads the events of one run and names what is wrong in it. It is
 * a constant table of functions plus a block of plain state that the core hands
 * out (zeroed). The core runs the firmware forward, and back again after each
 * probe, and the state must follow: so state is const to a detector, and it
 * writes only through detection_edit, which saves the bytes for the way back.
 *
 * A sighting often takes two steps: a handler does something suspicious, and
 * only what the interrupted code does next shows whether it was wrong. Between
 * the two the detector holds a suspicion open (detection_open/_close): as long
 * as any is open the core does not undo the probe but lets the interrupted code
 * go on, up to the horizon, and then calls finish.
 *
 * The smallest detector is trace.c: copy it. Then add it to registry.c. */
#ifndef TORNWORD_DETECTORS_DETECTOR_H
#define TORNWORD_DETECTORS_DETECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "detectors/finding.h"
#include "detectors/nesting.h"
#include "sim/event.h"
#include "sim/leaf.h"

struct claims;
struct undo;

/* Suspicions open, all detectors together; rewinds with the run. Who holds one keeps
 * the number of the run in which it was opened: a probe goes on for its own alone. */
enum { SPINE_RUN = 1, SUSPECTING_RUNS = 8 };
struct suspicions {
  uint32_t all;
  uint32_t of[SUSPECTING_RUNS]; /* by run */
};

/* What the suspicions of a probe need, should their branch be left to a later place. */
struct awaited {
  bool anything;   /* not known of all of them */
  uint64_t oldest; /* boundary of the oldest access that one of them stands on */
  uint64_t reach;  /* how far one of a distant kind is looked at, in boundaries */
};

/* What the core gives a detector with each call; one for each detector and run. */
struct detection {
  const struct leaf_table *leaves;
  const struct claims *claims;   /* what the user says of variables; NULL: nothing */
  struct undo *undo;             /* for detection_edit */
  void *state;                   /* what detection_edit writes to */
  const struct nesting *nesting; /* who preempted whom; kept by the core */
  size_t region_count;           /* that the scenario names */
  uint64_t horizon;              /* in boundaries: older accesses need not be remembered */
  struct suspicions *open;
  struct suspicions *distant; /* the same for detection_watch */
  struct awaited *awaited;    /* never rewinds: the core clears it ahead of each probe */
  const uint8_t *run;  /* whose events these are: SPINE_RUN, 2 a probe's of it, and so on */
  const bool *rewinds; /* whether that run is taken back: else edits need not be saved */
  uint32_t *full;      /* one bit for each detector: detection_full; never rewinds */
  uint32_t bit;        /* this detector's */
  uint32_t held;       /* suspicions that it holds, of either kind ... */
  uint32_t *holders;   /* ... and the bits of all detectors that hold one */
  void (*report)(void *sink, const struct sighting *sighting);
  void *sink;
  /* Whether two instructions belong to one statement: the same function and,
   * where line information exists, the same line of it. Slow: ask last. */
  bool (*same_statement)(const void *image, uint32_t pc, uint32_t other);
  /* Whether two instructions are of one expression of the source, as those are that a
   * compiler made twice of it (same function, line and column); false if no column
   * is known. Slow: ask last. */
  bool (*same_expression)(const void *image, uint32_t pc, uint32_t other);
  /* Whether two instructions are of one function. Slow: ask last. */
  bool (*same_function)(const void *image, uint32_t pc, uint32_t other);
  /* Whether the source asks for this very access, as a volatile or atomic one. Slow: ask
   * last. */
  bool (*is_deliberate)(const void *image, uint32_t pc);
  /* Whether the instruction is of a short loop that accesses no memory and changes
   * nothing that could end it. Slow: ask last. */
  bool (*loops_blindly)(const void *image, uint32_t pc);
  /* Whether the image itself puts something there before the program starts. */
  bool (*is_loaded)(const void *image, uint32_t address);
  const void *image;
  /* Bits of a device register (its word) that are cleared by writing 1, or 0, to them;
   * 0 where nothing is known of it. */
  uint32_t (*flags_of)(const void *registers, uint32_t word);
  const void *registers;
};

struct detector {
  const char *name;
  const char *summary;
  uint32_t events; /* wanted: an OR of 1 << enum event_kind */
  /* Of these, accesses that mean nothing to it in thread mode, ever. */
  uint32_t not_in_thread;
  /* Size of the state in bytes; it may grow with the number of leaves. */
  size_t (*state_size)(const struct leaf_table *leaves);
  /* Whether this run can show anything of it at all. NULL: every run can. */
  bool (*applies)(const struct detection *d);
  /* Whether accesses to this leaf mean anything to it while it holds no suspicion itself;
   * asked once for each leaf ahead of the run. NULL: those to any leaf do. */
  bool (*cares)(const struct detection *d, uint32_t leaf);
  void (*observe)(struct detection *d, const void *state, const struct event *event);
  /* Many probes concern nobody: their handler comes, does what means nothing to anyone,
   * and is undone. So the core holds a probe's events back (the entry of one handler, its
   * reads and writes, its return) until one of them may make a detector report or
   * suspect something, and then tells them all, in order.
   * `remembers`: events (as `events`) at which no handler does that, if nobody held a
   * suspicion when it came: observe takes notes at most. Of all others `concerns` is
   * asked: whether this one may, by what is in the state, which knows nothing yet of the
   * handler's own events (the nesting does). Yes is always right, and NULL says yes. Of an
   * access's values (value, old, whole) it may look at one thing only: whether a write
   * changed anything, value != old. Others may stand there (recall.h).
   * A no to an access stands until a detector is told of something: time alone must not
   * make it a yes (recall.h does not ask again). */
  uint32_t remembers;
  bool (*concerns)(const struct detection *d, const void *state, const struct event *event);
  /* Events (as `events`) that show a distant kind (finding_traits) in a branch that is
   * looked at farther for one: of all else there nobody is told. Never accesses. */
  uint32_t hears_far;
  /* The branch ends at the horizon or the run at its end, with suspicions still
   * open: settle them. May be NULL. */
  void (*finish)(struct detection *d, const void *state);
};

/* Whether an event may be held back (detector.remembers) behind `last`, the newest one that
 * is; NULL: it would be the first. Held back is one activation's: its entry, its accesses,
 * its return. */
bool detection_can_hold(const struct event *last, const struct event *event);

/* A writable view of `size` bytes at `field` within the state, saved for undo. */
void *detection_edit(struct detection *d, const void *field, size_t size);
/* The number of the run, never 0, to be given back when the suspicion is closed. */
uint8_t detection_open(struct detection *d);
/* The same where only this can settle it: an access to what the handler touched, an
 * exception, a change of masks, a device. It stands on an access of boundary `since`, and
 * would be suspected at a later place too until that is older than the horizon: the core
 * may then leave the branch to such a place, which is nearer to what settles it. */
uint8_t detection_await(struct detection *d, uint64_t since);
void detection_close(struct detection *d, uint32_t opened);
/* A suspicion of a distant kind (finding_traits.distant): the branch is looked at
 * farther for it, by `reach` boundaries behind the handler at most, but what else is
 * judged ends where it would without it. 0, and nothing is held: on the spine, which goes
 * on by itself. */
uint8_t detection_watch(struct detection *d, uint64_t reach);
void detection_unwatch(struct detection *d, uint32_t opened);
/* There was no room to remember something that may matter: the certificate says so. */
void detection_full(struct detection *d);
void detection_report(struct detection *d, const struct sighting *sighting);

/* The detectors, in the order in which they are run. trace is the last, and is
 * not part of a check unless asked for (`all`). */
size_t detectors(const struct detector *const **list);
size_t detectors_all(const struct detector *const **list);

#endif
