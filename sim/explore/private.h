/* Shared by the files of the explorer; nobody else includes it. */
#ifndef TORNWORD_SIM_EXPLORE_PRIVATE_H
#define TORNWORD_SIM_EXPLORE_PRIVATE_H

#include <time.h>

#include "detectors/detector.h"
#include "sim/explore/end_state.h"
#include "sim/explore/equivalence.h"
#include "sim/explore/explorer.h"
#include "sim/explore/findings.h"
#include "sim/explore/lookahead.h"
#include "sim/explore/parcel.h"
#include "sim/explore/recall.h"
#include "sim/explore/seen.h"
#include "sim/machine/machine.h"

enum {
  SIGHTINGS_MOST = 64, /* of one probe */
  CHECKPOINTS = 32,
  CHECKPOINT_SPAN = 2048, /* boundaries that they reach back, or twice the horizon */
  HANDLER_MOST = 20000,   /* boundaries that a probe's handlers may take */
  LIVENESS_STEPS = 256,
  FORGET_EVERY = 4096, /* boundaries between clearings of the bare pass's undo log */
  DISTURBS_ALL = 1,    /* no exception that can be injected has this number */
  FOLLOW_MOST = 64,    /* boundaries to look for the victim's next access, or an opening */
};

/* One injection on top of another: the spine is level 0, the run that continues
 * an injection on level n is level n + 1. What is decided at a level's places is
 * its own; the spine is where a check of depth 1 ends. */
struct level {
  /* The place being decided, and what was injected there. */
  struct place place;
  uint16_t exception; /* 0: nothing, this level's own run goes on */
  struct snapshot *at_place;
  struct sighting sightings[SIGHTINGS_MOST];
  size_t sighting_count;

  /* Pruning. */
  struct equivalence *equivalences[EXCEPTION_COUNT]; /* by exception, made when needed */
  struct equivalence *deeper[EXCEPTION_COUNT];       /* the same, with all that came on top */
  uint64_t place_serial;
  struct access_record last[MACHINE_QUEUE]; /* of the instruction ahead of the place */
  struct equivalence_step step;             /* that instruction */

  /* From the bare pass over this level's run: */
  uint8_t *disturbs; /* one byte a boundary: its step touches pending state
                        (DISTURBS_ALL), or this exception's alone; 0: neither */
  size_t disturbs_capacity;
  uint64_t disturbs_first, disturbs_count;
  uint64_t looked_to; /* boundary where the last one ended, behind the handlers */
  uint64_t cut; /* the limit ended the run ahead of this boundary; 0: something else did */
  uint32_t considered[EXCEPTION_WORDS];
  uint8_t considered_list[EXCEPTION_COUNT]; /* the same, ascending */
  unsigned considered_count;
  bool pendsv_seen;
  uint32_t noted_pending[EXCEPTION_WORDS];
  uint32_t noted_changes; /* state of the exceptions and of SysTick that was looked at */
  uint64_t noted_bus;

  /* Arrival discipline: exceptions that came while they were masked and land where
   * the mask opens, and those that may land at this place. */
  uint32_t held_back[EXCEPTION_WORDS];
  uint32_t comes[EXCEPTION_WORDS];

  /* What follows the injection (deepen.c). */
  bool suspicious;   /* its probe left a detector suspicious */
  bool behind;       /* its handlers are over, their victim goes on */
  uint64_t followed; /* a state up to this boundary is followed far enough */
  struct seen seen;  /* such states of this level's runs */
  struct seen ahead; /* of the bare run that is under way */
};

/* A stretch of the spine in which every exception's chain goes on and nothing happens
 * that could end one: its places are counted together. Or another process decides it,
 * and nothing is to be done. */
struct calm {
  bool allowed; /* by the options */
  bool holds;
  bool mine;           /* its places are this process's */
  uint64_t until;      /* boundary */
  uint64_t time;       /* the same, in time */
  uint64_t places;     /* passed, and not yet counted */
  uint64_t passed;     /* the machine's strides that are among them (stride.passed) */
  uint32_t changes;    /* state that must stay: of the exceptions, */
  uint32_t suspicions; /* of the detectors, and of what else counts */
  uint64_t bus_accesses, code_changes;
  uint64_t likely; /* what the handlers touch (footprint_may_meet) */
  uint8_t control; /* an FP instruction changes it: larger frames */
};

/* Events of a probe that are held back: see detector.remembers. */
enum { HELD_MOST = 128 };
struct held {
  bool holds;
  bool quiet; /* what was dropped was all, and concerned nobody */
  unsigned count;
  struct event event[HELD_MOST];
};

/* The running detectors with their state. Sets of detectors are bits by their index. */
struct panel {
  const struct detector *const *list;
  size_t count;
  struct detection detection[DETECTORS_MOST];
  struct undo *undo;      /* the machine's */
  struct nesting nesting; /* one for all */
  struct hearers {
    uint32_t of[EVENT_KIND_COUNT];        /* who hears of a handler's events, */
    uint32_t in_thread[EVENT_KIND_COUNT]; /* and of thread mode's */
  } wanted, far;                          /* far: where a branch is looked at farther */
  const struct hearers *hearing;          /* which of these holds now */
  struct told_detector {                  /* by index, as it is told */
    void (*observe)(struct detection *d, const void *state, const struct event *event);
    struct detection *detection;
    const void *state;
  } each[DETECTORS_MOST];
  uint32_t alarming[EVENT_KIND_COUNT]; /* who does more of it than remember */
  uint32_t *caring;                    /* by leaf: whom accesses mean something to */
  uint64_t told;                       /* events that anyone heard of; never rewinds */
  struct suspicions open;
  struct suspicions distant; /* whose consequence may be farther off */
  struct awaited awaited;    /* by those of the newest probe */
  uint32_t holders;          /* who holds any of them */
  uint8_t run;               /* who opens them now: see detection.run */
  bool lasts;                /* see panel_reset */
  bool rewinds;              /* see detection.rewinds */
  struct held held;
};

struct explorer {
  const struct image *image;
  struct explorer_options options;
  struct machine *machine;
  struct panel panel;
  struct findings findings;
  struct certificate certificate;

  struct level levels[DEPTH_MOST];
  struct level *here; /* the level whose places are being decided */
  struct calm calm;
  struct recalling recalling;

  struct lookahead lookahead; /* from the bare pass, as the next */
  uint32_t stack_low;
  uint64_t spine_boundaries; /* where it ended */
  uint64_t could[EXCEPTION_COUNT], taken[EXCEPTION_COUNT];
  uint64_t bars[CONFIG_ARRIVALS][ARRIVAL_BARS]; /* from the bare pass: boundaries, by rule */
  uint64_t probes;
  uint64_t probes_told;
  struct snapshot *ahead, *farther;
  struct end_state effect; /* of an injection, before another follows it */

  /* Ways back, for the serial orders. */
  struct snapshot *checkpoints[CHECKPOINTS];
  unsigned checkpoint_count; /* made so far */
  uint64_t next_checkpoint;
  struct orders {
    struct end_state actual, before, after;
    struct liveness live;
    uint32_t meet_pc; /* where the states are taken ... */
    uint8_t meet_depth;
    uint32_t meet_behind;     /* ... once this was executed; 0: nothing is known */
  } orders, rounds;           /* behind the operation; where it begins anew */
  struct snapshot *meet_base; /* checkpoint that end states are taken from; NULL: the
                                 branch did not end where orders can meet */
  uint64_t last_open;         /* found while the spine is run again */
  struct context watched;     /* the victim's next access to this leaf ends a branch */
  uint32_t watched_leaf;
  uint32_t unmet;        /* 1 until it came */
  bool watches;          /* who waits for it hears of events, and nobody else */
  struct landing landed; /* where the probe was taken: a mask may have delayed it */
  uint64_t ranked_first; /* boundary that `before` was run for */
  unsigned moved;        /* level of the first injection that the orders move */

  /* Division of work: chunks of boundaries, in turn. */
  struct share share; /* of the spine's places that this process decides */
  uint32_t jobs;      /* that work on the check, or on its shard */
  bool is_worker;
  const char *const *merges; /* files of shards to add up instead of deciding */
  size_t merge_count;
  time_t saved_at;     /* the last checkpoint */
  uint64_t resumes_at; /* places ahead of this boundary are decided already */
  uint64_t chunk;      /* length in boundaries */
  uint64_t chunk_end;  /* of the one being decided */
  bool chunk_mine;     /* this process decides it */
  bool clocked;        /* in it, a run that continues an injection read the time */
  bool flagged;        /* or COUNTFLAG: in such a run it follows from the injected ticks */
  uint64_t heeded;     /* generation of the machine's reads that `seen` is of */

  /* Audit: what was decided by a probe, or by equivalence, or as masked. */
  bool audits;
  struct injection *decided;
  size_t decided_count, decided_capacity;

  /* Replay: only these are injected, each on top of the one before it. */
  const struct injection *only;
  unsigned only_count;
  bool only_done;
  uint16_t dragged; /* a window: decided at each place of what follows `only`; 0: none */
  bool follows; /* judge: only arrivals that come by themselves are probed, each where it comes
                 */
  bool early;   /* judge: the probe's handler came before its device was set up */
  bool ranks;   /* serial orders are run */
  const struct machine_host *listener; /* who narrates or collects stacks, or NULL */
};

/* panel.c */
void panel_create(struct panel *panel, struct explorer *ex);
void panel_destroy(struct panel *panel);
/* A run begins. `lasts`: its spine is never taken back while detectors hear of it. */
void panel_reset(struct panel *panel, const struct leaf_table *leaves, bool lasts);
/* Whose events come from here on: see detection.run. */
void panel_set_run(struct panel *panel, uint8_t run);
void panel_observe(struct panel *panel, const struct event *event);
/* From here on only those hear whose kinds are distant; and all again. */
void panel_hear_far(struct panel *panel, bool far);
/* From here on, where an exception is about to come, until panel_drop: events are held
 * back as long as they concern no detector. */
void panel_hold(struct panel *panel);
/* What is still held back is forgotten: the run is undone to where the holding began. */
void panel_drop(struct panel *panel);
/* Whether the event, should it come now, concerns no detector. Enters what it enters. */
bool panel_ask(struct panel *panel, const struct event *event);
/* The detectors hear of what is still held back: the run goes on. */
void panel_release(struct panel *panel);
void panel_finish(struct panel *panel);

/* levels.c */
void level_create(struct level *level, struct explorer *ex);
void level_destroy(struct level *level);
/* Nothing is known of the run that is about to begin; it goes on from `below`'s
 * place, or from reset (NULL). */
void level_begin(struct level *level, const struct level *below);
unsigned level_number(const struct explorer *ex); /* of ex->here: 0 is the spine */
/* Begins to record the exception that is about to come at this level's place, for the places
 * behind it. `kept` is one of the level's own. NULL: nothing is pruned. */
struct equivalence *level_record(struct explorer *ex, struct equivalence **kept);

/* probe.c: pends the exception at this level's place and judges what follows. */
void probe_run(struct explorer *ex, unsigned exception);
/* The interrupted code goes on where it was left? A context switch does not. */
bool probe_came_home(const struct explorer *ex, const struct run *run);
/* The run of the handlers of an exception that comes at this level's place. As long as
 * masks hold it back the spine goes on as it is. */
struct run probe_handlers(const struct explorer *ex, unsigned exception);
/* Activations below those of an exception that comes at this level's place. */
uint8_t probe_base(const struct explorer *ex);

/* How a probe ended. */
enum homecoming {
  HOME,     /* the branch ended in the victim, where other orders can be met */
  AT_ONCE,  /* there was none: the handlers showed something, and nobody waits for more */
  AWAY,     /* it ended elsewhere: nothing to compare */
  STRANDED, /* the handlers did not come to an end */
  LEFT,     /* there was none, either: a later place decides what it would show */
};
/* The probe that is being made, once its handlers are over. */
struct probe {
  struct run handlers;
  struct equivalence *equivalence; /* that recorded it, or NULL */
  bool back;                       /* the interrupted code goes on where it was left, */
  bool lost;                       /* with other registers than it had */
  const uint32_t *open;            /* what its branch waited for; NULL: there was none */
};

/* branch.c: goes on behind the handlers as long as a suspicion is open. */
enum homecoming branch_run(struct explorer *ex, struct probe *probe);
/* Where a branch from this level's place ends: the same for all places of a chain. */
uint64_t branch_horizon(const struct explorer *ex);
/* Where a distant suspicion is open: goes on from the branch's end, and keeps the distant
 * sightings. The machine stands at the branch's end again. */
void branch_look_farther(struct explorer *ex);
/* Runs on until the first sighting's victim has touched its leaf again, if that
 * comes soon. */
bool branch_follow_victim(struct explorer *ex);
/* While a branch follows the victim: has it touched the leaf again? */
void branch_watch(struct explorer *ex, const struct event *event);

/* sightings.c: takes the probe back, from where its branch ended, and keeps what it
 * showed. */
void sightings_keep(struct explorer *ex, enum homecoming how);
/* The same behind an audit's branch, which is compared for what it shows of contexts with a
 * serial up to this one. */
void sightings_keep_audited(struct explorer *ex, uint32_t serials);
/* Keeps what the spine itself shows. */
void sightings_keep_natural(struct explorer *ex);

/* recall.c: whether a probe of this exception at this level's place is told from memory:
 * nobody is concerned, and nothing was run. */
bool recall_probe(struct explorer *ex, unsigned exception);
/* A probe is about to be made: where its footprint goes if nobody else wants it. NULL: it
 * will not be kept. */
struct footprint *recall_begin(struct explorer *ex, unsigned exception);
/* It was quiet, and was taken back: kept, if it can be recalled. */
void recall_note(struct explorer *ex, unsigned exception, const struct footprint *footprint);

/* deepen.c: pends the exception at this level's place, and decides the places of
 * what follows: those of its handlers, and (`behind`) those of the interrupted
 * code behind them, up to the horizon. */
void deepen_run(struct explorer *ex, unsigned exception, bool behind);
/* At a place of the spine: what was seen so far is forgotten. */
void deepen_begin(struct explorer *ex);
/* Whether a bare run showed what comes behind this level's place. One ends where the state
 * was seen before; but a word that counts only since then may tell the two apart. */
bool deepen_knows(const struct explorer *ex);
/* Shows it. The machine stands at the place again. */
void deepen_look_on(struct explorer *ex);
/* At a place of a run that follows an injection: whether the state here is followed
 * already; if not, it counts as followed from now on (of a bare run: in it alone). */
bool deepen_merges(struct explorer *ex, bool bare);

/* ranking.c: the outcome of the probe that the machine just ran (it stands
 * where the probe's branch ended). On return the machine is at ex->at_place. */
void ranking_prepare(struct explorer *ex, enum homecoming how);
enum outcome ranking_judge(struct explorer *ex, const struct sighting *sighting);
void ranking_checkpoint(struct explorer *ex);

/* decide.c: what becomes of each exception at a place of the spine. */
void decide_place(void *explorer, enum place_kind kind, unsigned beat);
/* Whether the probe at the place before this one decides this one too. */
bool decide_is_equivalent(struct explorer *ex, unsigned exception);
/* Whether what is injected at this level's place is followed by other injections. */
bool decide_deepens(const struct explorer *ex);
/* Whether runs are pruned at all. */
bool decide_prunes(const struct explorer *ex);
/* Whether the exception would be taken at once if it were injected now. */
bool decide_is_free(const struct explorer *ex, unsigned exception);
/* Whether it is taken first where it comes at this level's place. */
bool decide_lands(const struct explorer *ex, unsigned exception);
/* Whether it would be free in another state of the machine. */
bool decide_was_free(const struct explorer *ex, const struct machine_state *s, unsigned e);
void decide_bare_place(void *explorer, enum place_kind kind, unsigned beat);
/* In a stride of the bare pass. */
void decide_bare_access(void *explorer);

/* calm.c: before a pass with probes; where a stretch ends, and after the pass. */
void calm_begin(struct explorer *ex);
void calm_end(struct explorer *ex);
/* Behind a place of the spine that was decided (or, if not `mine`, left to another
 * process): whether a stretch begins. */
void calm_look(struct explorer *ex, bool mine);
/* Whether it goes on here: the instruction accessed nothing, and touched nothing else
 * that two places can differ in. */
bool calm_stays(const struct explorer *ex, enum place_kind kind);
/* Ahead of that: the places of the stretch that the machine did not ask for. */
void calm_count(struct explorer *ex);
/* Behind a place: the machine need not ask for those of the stretch. */
void calm_stride(struct explorer *ex, enum place_kind kind);

/* account.c: the certificate's lists. */
void account_finish(struct explorer *ex, enum machine_stop stop); /* after a spine */
void account_interrupts(struct explorer *ex);                     /* after the probes */

/* audit.c: false if the audit finds other findings than the check. */
bool audit_run(struct explorer *ex, struct error *error);

/* workers.c: the probe pass in `count` processes. */
bool workers_run(struct explorer *ex, unsigned count, enum machine_stop *stop, uint64_t *hash,
                 struct error *error);
/* Adds what another process decided. */
void workers_add(struct explorer *ex, const struct parcel *parcel);
/* At the first place of a chunk: saves what is decided, now and then. */
void workers_checkpoint(struct explorer *ex);
/* Adds the shards in these files. Refuses what is not a whole set of this check. */
bool shards_add(struct explorer *ex, const char *const *paths, size_t count,
                enum machine_stop *stop, uint64_t *hash, struct error *error);
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

/* The level whose own run a window looks at: that behind its fixed injections. */
const struct level *explorer_looked_at(const struct explorer *ex);

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
