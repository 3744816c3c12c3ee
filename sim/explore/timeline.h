/* One run as a line on which one goes forward and back: what a debugger shows.
 *
 * A position is a point between two steps of the run: before an instruction, or
 * inside one, at the beat where the schedule's exception comes. It has the number
 * of its boundary; an exception's entry is a step of its own. Forward is
 * execution; back is the newest snapshot before it, and execution from there, so
 * that the same position always shows the same machine. What the user changes
 * (memory, registers, an interrupt made pending) belongs to the position where it
 * was done and is done again whenever the line passes it; what lay ahead of it is
 * another future from then on.
 *
 * The schedule's exception comes at its place. From there, for the horizon, no
 * exception comes by itself, as in the check that made the schedule; then they do
 * again. A run that the check would close goes on for ever. */
#ifndef TORNWORD_SIM_EXPLORE_TIMELINE_H
#define TORNWORD_SIM_EXPLORE_TIMELINE_H

#include "sim/explore/explorer.h"
#include "sim/machine/machine.h"

struct timeline;

/* What ends a movement. */
enum timeline_reason {
  TIMELINE_ARRIVED, /* the step is done, or the position reached */
  TIMELINE_BREAKPOINT,
  TIMELINE_WATCH, /* forward: behind the access; back: before it */
  TIMELINE_MARK,  /* forward only */
  TIMELINE_BEGIN, /* there is nothing further back */
  TIMELINE_END,   /* the run is over: `end` */
  TIMELINE_INTERRUPTED,
};

struct watch {
  uint32_t address, size;
  bool reads, writes;
};

struct timeline_stop {
  enum timeline_reason reason;
  struct watch watch; /* TIMELINE_WATCH */
  uint32_t accessed;  /* TIMELINE_WATCH: first watched byte that was accessed */
  uint64_t position;  /* TIMELINE_WATCH: before the instruction that accessed it */
  enum run_end end;   /* TIMELINE_END */
};

/* `schedule` may be NULL: the run as it is. options->max_instructions bounds the
 * run. Refuses schedules of another image or configuration. Starts at reset. */
struct timeline *timeline_create(const struct image *image,
                                 const struct explorer_options *options,
                                 const struct schedule *schedule, struct error *error);
void timeline_destroy(struct timeline *timeline);

/* The machine at the position, to look at. Change it by the functions below. */
struct machine *timeline_machine(struct timeline *timeline);
uint64_t timeline_position(const struct timeline *timeline);
/* The run is over at this position: its last step was the one that ended it. */
bool timeline_is_over(const struct timeline *timeline);
/* Events of the step that led here, when it was reached by going forward. */
const struct event *timeline_events(const struct timeline *timeline, size_t *count);

struct timeline_stop timeline_step(struct timeline *timeline);
struct timeline_stop timeline_step_back(struct timeline *timeline);
/* To the next, or the previous, breakpoint or access that is watched. */
struct timeline_stop timeline_continue(struct timeline *timeline);
struct timeline_stop timeline_continue_back(struct timeline *timeline);
/* To this position, or the first one behind it; nothing stops it on its way. */
struct timeline_stop timeline_go(struct timeline *timeline, uint64_t position);

/* Asked now and then during long movements: true ends them. */
void timeline_set_interrupt(struct timeline *timeline, bool (*interrupted)(void *argument),
                            void *argument);

void timeline_set_breakpoint(struct timeline *timeline, uint32_t address, bool set);
/* False if there are too many. */
bool timeline_set_watch(struct timeline *timeline, const struct watch *watch, bool set);
/* Takes all breakpoints and watches away. */
void timeline_clear_points(struct timeline *timeline);
/* timeline_continue stops behind the instruction of this boundary. */
void timeline_mark(struct timeline *timeline, uint64_t boundary);

/* Changes at this position. False if it cannot be: see machine_poke. */
bool timeline_poke(struct timeline *timeline, uint32_t address, unsigned size, uint32_t value);
bool timeline_set_register(struct timeline *timeline, enum machine_register which,
                           uint64_t value);
/* The exception becomes pending here; it is taken when masks and priority let it. */
void timeline_inject(struct timeline *timeline, unsigned exception);
/* A schedule with this exception at this position, if the run up to here is the
 * bare one: without a change, and before the schedule's own exception. */
bool timeline_schedule(const struct timeline *timeline, unsigned exception,
                       struct schedule *schedule);

/* Registers of the active contexts, 0 (thread mode) to state.depth (who executes).
 * Those of a context that waits are as they were when it was preempted. */
struct context_registers {
  struct context context;
  uint32_t r[13], sp, lr, pc, xpsr;
};
void timeline_registers(struct timeline *timeline, unsigned level,
                        struct context_registers *registers);

#endif
