/* Who called whom, followed from reset: a shadow of the call stack.
 *
 * A call pushes its site when the next instruction is not the one behind it; an
 * instruction at a return address on the shadow stack pops. Each activation of a
 * handler stands on its own part. Tail calls do not push, as in a debugger. */
#ifndef TORNWORD_SIM_EXPLORE_CALL_TRACKER_H
#define TORNWORD_SIM_EXPLORE_CALL_TRACKER_H

#include "sim/explore/explorer.h"
#include "sim/machine/machine.h"

enum { TRACKED_CALLS = 512 };

struct call_tracker {
  uint32_t site[TRACKED_CALLS]; /* pc of the call */
  uint32_t back[TRACKED_CALLS]; /* its return address */
  unsigned depth;
  unsigned base[NESTING + 1]; /* where each activation's part begins */
  unsigned activations;
  uint32_t last_pc, last_end;
  bool last_called;
};

/* Before the instruction at the machine's pc executes. */
void call_tracker_step(struct call_tracker *tracker, struct machine *machine);
void call_tracker_event(struct call_tracker *tracker, const struct event *event);
/* The stack with `pc` innermost. */
struct call_stack call_tracker_stack(const struct call_tracker *tracker, uint32_t pc);

#endif
