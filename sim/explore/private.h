/* Shared by the files of the explorer; nobody else includes it. */
#ifndef TORNWORD_SIM_EXPLORE_PRIVATE_H
#define TORNWORD_SIM_EXPLORE_PRIVATE_H

#include "detectors/detector.h"
#include "sim/explore/end_state.h"
#include "sim/explore/equivalence.h"
#include "sim/explore/explorer.h"
#include "sim/explore/findings.h"
#include "sim/machine/machine.h"

enum {
  DETECTORS_MOST = 16,
  SIGHTINGS_MOST = 64, /* of one probe */
  CHECKPOINTS = 32,
  CHECKPOINT_SPAN = 2048, /* boundaries that they reach back, or twice the horizon */
  HANDLER_MOST = 20000,   /* boundaries that a probe's handlers may take */
  LIVENESS_STEPS = 256,
  FORGET_EVERY = 4096, /* boundaries between clearings of the bare pass's undo log */
  FOLLOW_MOST = 64,    /* boundaries to look for the victim's next access, or an opening */
};

/* The running detectors with their state. */
struct panel {
  const struct detector *const *list;
  size_t count;
  struct detection detection[DETECTORS_MOST];
  uint32_t open;
  uint32_t distant; /* suspicions whose consequence may be farther off */
};

struct explorer {
  const struct image *image;
  struct explorer_options options;
  struct machine *machine;
  struct panel panel;
  struct findings findings;
  struct certificate certificate;

  /* From the bare pass: */
  uint8_t *disturbs; /* one byte a boundary: its step touches pending state */
  size_t disturbs_capacity;
  uint64_t disturbs_count;
  uint32_t considered[EXCEPTION_WORDS];
  uint8_t considered_list[EXCEPTION_COUNT]; /* the same, ascending */
  unsigned considered_count;
  uint32_t stack_low;
  uint64_t could[EXCEPTION_COUNT], taken[EXCEPTION_COUNT];
  bool pendsv_seen;

  /* The place being decided. */
  struct place place;
  uint16_t exception; /* 0: the spine itself runs */
  struct snapshot *at_place, *ahead, *farther;
  struct sighting sightings[SIGHTINGS_MOST];
  size_t sighting_count;
  uint64_t probes;
  uint64_t probes_told;

  /* Pruning. */
  struct equivalence *equivalences[EXCEPTION_COUNT]; /* by exception, made when needed */
  uint64_t place_serial;
  struct access_record last[MACHINE_QUEUE]; /* of the instruction ahead of the place */
  unsigned last_count;
  uint32_t last_flags;

  /* Ways back, for the serial orders. */
  struct snapshot *checkpoints[CHECKPOINTS];
  unsigned checkpoint_count; /* made so far */
  uint64_t next_checkpoint;
  struct end_state actual, before, after;
  struct liveness live;
  struct snapshot *meet_base; /* checkpoint that end states are taken from; NULL: the
                                 branch did not end where orders can meet */
  uint32_t meet_pc;           /* that point */
  uint8_t meet_depth;
  uint64_t last_open;     /* found while the spine is run again */
  struct context watched; /* the victim's next access to this leaf ends a branch */
  uint32_t watched_leaf;
  uint32_t unmet;        /* 1 until it came */
  uint64_t ranked_first; /* boundary that `before` was run for */

  /* Division of work: chunks of boundaries, in turn. */
  unsigned shards, shard;

  /* Audit: what was decided by a probe, or by equivalence, or as masked. */
  bool audits;
  struct injection *decided;
  size_t decided_count, decided_capacity;

  /* Replay: only this place and exception is probed. */
  const struct injection *only;
  bool only_done;
  bool ranks;                          /* serial orders are run */
  const struct machine_host *listener; /* who narrates or collects stacks, or NULL */
};

/* panel.c */
void panel_create(struct panel *panel, struct explorer *ex);
void panel_destroy(struct panel *panel);
void panel_reset(struct panel *panel, const struct leaf_table *leaves);
void panel_observe(struct panel *panel, const struct event *event);
void panel_finish(struct panel *panel);

/* probe.c: pends the exception at ex->place and judges what follows. */
void probe_run(struct explorer *ex, unsigned exception);
/* Runs on until the first sighting's victim has touched its leaf again, if that
 * comes soon. */
bool probe_follow_victim(struct explorer *ex);
/* While a branch follows the victim: has it touched the leaf again? */
void probe_watch(struct explorer *ex, const struct event *event);
/* Sightings of the spine itself. */
void probe_settle_spine(struct explorer *ex);

/* ranking.c: the outcome of the probe that the machine just ran (it stands
 * where the probe's branch ended). On return the machine is at ex->at_place. */
enum homecoming {
  HOME,     /* the branch ended in the victim, where other orders can be met */
  AWAY,     /* it ended elsewhere: nothing to compare */
  STRANDED, /* the handlers did not come to an end */
};
void ranking_prepare(struct explorer *ex, enum homecoming how);
enum outcome ranking_judge(struct explorer *ex, const struct sighting *sighting);
void ranking_checkpoint(struct explorer *ex);

/* decide.c: what becomes of each exception at a place of the spine. */
void decide_place(void *explorer, enum place_kind kind, unsigned beat);
/* Whether the probe at the place before this one decides this one too. */
bool decide_is_equivalent(struct explorer *ex, unsigned exception);
/* Whether the exception would be taken at once if it were injected now. */
bool decide_is_free(const struct explorer *ex, unsigned exception);
void decide_bare_place(void *explorer, enum place_kind kind, unsigned beat);

/* account.c: the certificate's lists. */
void account_finish(struct explorer *ex, enum machine_stop stop); /* after a spine */
void account_interrupts(struct explorer *ex);                     /* after the probes */

/* audit.c: false if the audit finds other findings than the check. */
bool audit_run(struct explorer *ex, struct error *error);

/* workers.c: the probe pass in `count` processes. */
bool workers_run(struct explorer *ex, unsigned count, enum machine_stop *stop, uint64_t *hash,
                 struct error *error);
/* Whether this process decides the places of this boundary. */
bool workers_owns(const struct explorer *ex, uint64_t boundary);

/* explain.c: call stacks of a finding's accesses, by replaying it. */
void explain_findings(struct explorer *ex);

/* replay.c */
/* First 4 bytes of the image's SHA-256, as tokens name it. */
uint32_t explorer_image_tag(const struct image *image);
/* Refuses a schedule of another image or configuration. */
bool explorer_token_fits(const struct image *image, const struct explorer_options *options,
                         const struct schedule *schedule, struct error *error);

/* explorer.c */
struct explorer *explorer_create(const struct image *image,
                                 const struct explorer_options *options, struct error *error);
void explorer_destroy(struct explorer *ex);
/* The spine without probes, and with them (or the one of ex->only). */
enum machine_stop explorer_bare_pass(struct explorer *ex);
enum machine_stop explorer_probe_pass(struct explorer *ex);
/* Where the stack begins, by a run that the machine just made. */
uint32_t explorer_stack_low(const struct machine *machine);
/* Hands findings and certificate over: they are the check's from here on. */
void explorer_take(struct explorer *ex, struct check *check);
enum run_end explorer_end_of(enum machine_stop stop);

#endif
