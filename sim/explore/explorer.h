/* The explorer: chooses places, runs probes and branches, counts what it
 * decided, and collects the findings.
 *
 * explorer_check runs the spine once bare and once with a probe at each place
 * where an exception may land; explorer_replay runs one schedule and tells each
 * step. Both end in a struct check, which belongs to the caller. */
#ifndef TORNWORD_SIM_EXPLORE_EXPLORER_H
#define TORNWORD_SIM_EXPLORE_EXPLORER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "detectors/finding.h"
#include "sim/error.h"
#include "sim/explore/schedule.h"
#include "sim/image/image.h"
#include "sim/machine/config.h"

enum { DEPTH_MOST = 4 }; /* injections of one run */

/* How far a check is. With several processes the first tells of its own share, which
 * is about as much work as that of each other. */
struct explorer_progress {
  uint64_t boundary, boundaries; /* of the spine: reached, and in all */
  uint64_t decided;              /* pairs of place and exception */
  uint64_t probes;
  unsigned processes;
  size_t findings;
};

/* What a check does, in its order. */
enum check_phase {
  PHASE_RUN,     /* the program's own run */
  PHASE_DECIDE,  /* every place of it */
  PHASE_AUDIT,   /* all of them again, with audit */
  PHASE_EXPLAIN, /* each finding replayed for its call stacks */
};
enum { PHASE_COUNT = PHASE_EXPLAIN + 1 };

enum { DETECTORS_MOST = 24 };

struct explorer_options {
  struct machine_config machine;
  unsigned depth;             /* --depth: injections of one run, 1 to DEPTH_MOST */
  uint64_t max_instructions;  /* bound of the spine, in boundaries */
  uint64_t deep_instructions; /* bound of its places whose injections others follow */
  uint64_t horizon;           /* boundaries a branch may run behind its probe */
  uint64_t chain;             /* longest chain of equivalent places, boundaries; 0: as usual */
  uint64_t chunk;             /* depth > 1: shortest share of work, boundaries; 0: as usual */
  bool beats;                 /* --places=all; false: boundaries only */
  /* --interrupts: exceptions considered; none listed: all that the image enables */
  uint16_t interrupts[CONFIG_INTERRUPTS];
  unsigned interrupt_count;
  const struct claims *claims; /* detectors/claims.h; borrowed; NULL: none */
  bool all_detectors;          /* trace too */
  unsigned detectors_most;     /* the first so many of them; 0: bare probes, for benchmarks */
  bool recalls;   /* probes that were made before are told from memory (recall.h) */
  bool no_prune;  /* --no-prune: every place by its own probe, no spine is closed early */
  unsigned flaws; /* deliberate mistakes of the pruner, for tests (equivalence.h) */
  bool audit;     /* --audit: decide every place again, from reset and unpruned */
  unsigned jobs;  /* --jobs: processes that share the work; 0 and 1: this one */
  uint32_t shard, shards; /* --shard: decide this one (from 0) of so many; 0, 1: all */
  const char *resume;     /* --resume: folder of checkpoints, or NULL; borrowed */
  /* Progress, about every 50 ms of work; may be NULL. Never shapes the result. */
  void (*progress)(void *argument, const struct explorer_progress *progress);
  /* Told as each phase of a check begins; may be NULL. */
  void (*phase)(void *argument, enum check_phase phase);
  void *progress_argument; /* of both */
  /* Where semihosting output goes; NULL drops it. Only the spine's is shown. */
  void (*output)(void *argument, const char *bytes, size_t size);
  void *output_argument;
  /* Told of each decision at a place of the spine as it is made, once for each
   * (place, exception); for tests. May be NULL. See enum decision. */
  void (*decided)(void *argument, const struct place *place, unsigned exception,
                  unsigned decision);
  void *decided_argument;
  /* Told of each probe that showed a finding. May be NULL. */
  void (*showed)(void *argument, const struct place *place, unsigned exception,
                 enum finding_kind kind);
  void *showed_argument;
};
struct explorer_options explorer_options_default(const struct image *image);

enum decision {
  DECISION_DISABLED,
  DECISION_WITHHELD,
  DECISION_MASKED,
  DECISION_PROBED,
  DECISION_EQUIVALENT
};
enum { DECISION_COUNT = DECISION_EQUIVALENT + 1 };
const char *decision_name(enum decision decision);

/* How the spine ended. */
enum run_end {
  END_BOUND,  /* --max-instructions reached */
  END_CLOSED, /* a live state came back: every later place is like an earlier one */
  END_SLEEP,  /* asleep, and nothing enabled can wake it */
  END_EXIT,   /* semihosting exit */
  END_LOCKUP,
  END_RESET, /* the firmware asked for a reset */
  END_STOP,  /* a breakpoint with --bkpt=stop */
  END_STUCK, /* a register is polled and no value of it ends the loop */
  END_INPUT, /* it wants input, or waits, and --input has no more */
};
const char *run_end_text(enum run_end end); /* a sentence for reports */

struct interrupt_account {
  uint16_t exception;
  uint64_t places;          /* where it could be taken */
  uint64_t taken;           /* probes and natural arrivals taken */
  const char *reason_never; /* static text; NULL if taken */
};

struct device_account {
  uint32_t address;
  const char *name; /* of an SVD file; NULL: none. Borrowed from the configuration */
  uint64_t reads;
  uint64_t writes;
  uint64_t answers; /* polls without end that were answered */
  uint32_t answer;  /* the last value given */
};

/* What was decided with n injections on top of each other. */
struct depth_account {
  uint64_t spines; /* runs whose places were decided: 1, or what follows an injection */
  uint64_t merged; /* runs that came to a state already followed, and were not */
  uint64_t places;
  uint64_t decided[DECISION_COUNT];
  uint64_t branches;
};

struct certificate {
  unsigned depth;
  struct depth_account depths[DEPTH_MOST]; /* [n - 1]; the counts below are their sums */
  uint64_t horizon;
  uint64_t deep_instructions; /* depth > 1: behind so many injections were not followed */
  uint64_t instructions;      /* executed on the spine */
  uint64_t boundaries, beats, entries, returns; /* places of each kind */
  uint64_t places;                              /* their sum */
  uint64_t decided[DECISION_COUNT];             /* (place, exception) pairs */
  uint64_t branches;
  uint64_t recalled; /* probes whose handlers had done the same before, and were not run */
  uint64_t ranked;   /* pairs of serial orders run */
  /* What limits of the tool cut: probes whose handlers took longer than one may, and
   * what detectors said of one probe beyond the room for it. */
  uint64_t cut_handlers, cut_sightings;
  uint32_t full; /* detectors that once had no room (detection_full): 1 << index */
  bool audited;
  bool complete;
  enum run_end end;
  int exit_code;                        /* END_EXIT */
  uint64_t natural;                     /* exceptions taken on the spine */
  uint64_t given;                       /* of these, given by the tool to make progress */
  struct interrupt_account *interrupts; /* by exception number */
  size_t interrupt_count;
  struct device_account *devices; /* registers without a model, by address */
  size_t device_count;
  uint64_t state_hash; /* of the spine's end; equal to that of the bare run */
};

enum outcome {
  OUTCOME_UNRANKED,
  OUTCOME_HARMFUL,
  OUTCOME_ORDER_DEPENDENT,
  OUTCOME_LATENT,
  OUTCOME_BENIGN
};
const char *outcome_name(enum outcome outcome); /* "harmful", ... */

/* Masks and priority of the interrupted context at the place. */
struct mask_state {
  uint8_t primask, faultmask, basepri;
  int16_t priority;           /* execution priority; 256: thread mode, nothing masked */
  int16_t interrupt_priority; /* of the exception that came */
};

/* The newest section (some mask set) of the interrupted context ahead of the injection. */
struct section_seen {
  uint32_t began, ended; /* instructions; 0: it did not */
  uint64_t ended_at;     /* boundary */
};

enum { STACK_CALLS = 24 };
struct call_stack { /* innermost first: the pc itself, then call sites */
  uint32_t pc[STACK_CALLS];
  unsigned count;
};

struct finding {
  char id[17]; /* 16 hex digits over kind, leaf key and both code locations */
  struct sighting sighting;
  struct call_stack stack[SIGHTING_ACCESSES]; /* of each access */
  struct place place;
  uint16_t exception; /* that came at the place */
  enum outcome outcome;
  struct mask_state mask;
  struct section_seen section; /* as the stacks: of the explained finding */
  struct schedule schedule;
  uint64_t since;            /* time from its last arrival to the entry; 0: it was the first */
  bool late_mask;            /* it came behind the write that disabled it */
  bool assumed;              /* no model raised the interrupt: that it can come is assumed */
  bool early;                /* judge: its handler used a device that nobody had set up */
  bool shown;                /* false while no place showed the harm that its kind needs */
  uint64_t occurrences;      /* places that showed these accesses */
  uint64_t seen[DEPTH_MOST]; /* the same, by injections on top of each other, from 1 */
  uint64_t order;            /* number of the place that it was found at, for merging */
};

/* Where access number `index` stands in the user's own source: the innermost
 * frame that is not library, along the calls. False where no line is known. */
bool finding_line(const struct finding *finding, const struct image *image, unsigned index,
                  struct source_frame *frame);

struct check {
  struct certificate certificate;
  struct finding *findings; /* by severity, kind, variable, code location */
  size_t finding_count;
  struct leaf_table leaves; /* the image's, and RAM's untyped words */
};
void check_free(struct check *check);

/* False only for input that cannot be checked (error says why). */
bool explorer_check(const struct image *image, const struct explorer_options *options,
                    struct check *check, struct error *error);

/* Decides one shard (options) and writes it to a file, whole or not at all. */
bool shards_write(const struct image *image, const struct explorer_options *options,
                  const char *path, struct error *error);
/* The check that all shards of a set make up: the same as explorer_check's. */
bool shards_merge(const struct image *image, const struct explorer_options *options,
                  const char *const *paths, size_t count, struct check *check,
                  struct error *error);

/* One step of a narrated run: an instruction with its accesses, or an entry or
 * a return. Steps are told as they happen, pointers live for the call only. */
enum step_kind { STEP_INSTRUCTION, STEP_ENTRY, STEP_RETURN, STEP_RESTART };
enum { FRAME_BYTES = 32 };
struct step_state {
  uint32_t r[13], sp, lr, xpsr; /* instruction: before it; entry, return: behind it */
  const uint8_t *stack;         /* bytes from sp up, or NULL */
  size_t stack_size;
  uint32_t frame_address; /* entry: of the frame that it pushed */
  const uint8_t *frame;   /* FRAME_BYTES: r0 to r3, r12, lr, pc, xPSR; NULL if none */
};
struct step {
  enum step_kind kind;
  uint64_t boundary;
  struct context context; /* who acts; entry: the new activation; return: the ended one */
  struct context other;
  uint32_t pc;
  uint8_t it_state;     /* ITSTATE of the instruction, for its text */
  const uint8_t *bytes; /* its encoding, 2 or 4 bytes (STEP_INSTRUCTION) */
  unsigned size;
  const struct event *events; /* accesses it made, at a beat only those so far */
  size_t event_count;
  bool on_spine; /* before the injection */
  struct mask_state mask;
  const struct step_state *state; /* NULL unless the narrator asked */
};
struct narrator {
  void (*step)(void *argument, const struct step *step);
  void *argument;
  uint64_t
      before;  /* steps before the first access of the finding to tell; others are skipped */
  bool states; /* wants registers and stack */
};

/* Runs one schedule. Refuses a token of another image or configuration. The
 * check holds the findings of that run (usually one). narrator may be NULL. */
bool explorer_replay(const struct image *image, const struct explorer_options *options,
                     const struct schedule *schedule, const struct narrator *narrator,
                     struct check *check, struct error *error);

/* Runs the image as it is, natural arrivals only, no detectors. */
bool explorer_run(const struct image *image, const struct explorer_options *options,
                  struct certificate *certificate, struct error *error);
void certificate_free(struct certificate *certificate);
/* Pairs of a place and an exception: all that was decided. */
uint64_t certificate_pairs(const struct certificate *certificate);

#endif
