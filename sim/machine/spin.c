/* Runs that can never end: the program's state came back.
 *
 * The same pc, registers and depth, no memory changed, no device or counter read, nothing
 * taken in between: then it goes on for ever, unless a more urgent exception changes
 * something. Of a probe's handlers it is looked for once they have taken a while. A silent
 * run, in which nothing comes by itself, is over there. */
#include <string.h>

#include "sim/machine/private.h"

enum { PATIENCE = 128, LONGEST_LOOP = 64, SETTLING = 4 };

static bool could_be_preempted(const struct machine *m) {
  const struct exceptions *x = &m->state.exceptions;
  for (unsigned e = EXCEPTION_SYSTICK; e < EXCEPTION_COUNT; e++) {
    if (exception_bit(x->enabled, e) && !exception_bit(x->active, e) &&
        exception_can_preempt(x, e)) {
      return true;
    }
  }
  return false;
}

void spin_tell(struct machine *m) {
  const struct machine_state *s = &m->state;
  struct event event = {
      .kind = EVENT_SPIN,
      .pc = s->pc,
      .context = s->context,
      .boundary = s->boundary,
      .leaf = LEAF_NONE,
      .value = could_be_preempted(m),
  };
  machine_emit(m, &event);
}

static void note_changes(const struct machine *m, struct spin *spin) {
  spin->value_changes = m->value_changes;
  spin->bus_accesses = m->state.bus_accesses;
  spin->taken = m->state.taken;
}

/* Whether nothing did since they were noted. */
static bool nothing_changed(const struct machine *m, const struct spin *spin) {
  return spin->value_changes == m->value_changes &&
         spin->bus_accesses == m->state.bus_accesses && spin->taken == m->state.taken;
}

static void anchor(struct machine *m, struct spin *spin) {
  const struct machine_state *s = &m->state;
  struct cpu_registers registers;
  cpu_get(m->cpu, &registers);
  memcpy(spin->registers, registers.r, sizeof registers.r);
  spin->registers[13] = registers.sp;
  spin->registers[14] = registers.lr;
  spin->xpsr = registers.xpsr;
  spin->pc = s->pc;
  spin->depth = s->depth;
  note_changes(m, spin);
  spin->set = true;
}

static bool came_back(struct machine *m, const struct spin *spin) {
  const struct machine_state *s = &m->state;
  struct cpu_registers registers;
  if (!spin->set || s->pc != spin->pc || s->depth != spin->depth || !nothing_changed(m, spin)) {
    return false;
  }
  cpu_get(m->cpu, &registers);
  return memcmp(spin->registers, registers.r, sizeof registers.r) == 0 &&
         spin->registers[13] == registers.sp && spin->registers[14] == registers.lr &&
         spin->xpsr == registers.xpsr;
}

void spin_look(struct machine *m) {
  struct spin *spin = &m->run->spin;
  uint64_t now = m->state.boundary;
  if (spin->from == 0) {
    spin->from = now + PATIENCE;
  }
  if (now < spin->from || m->state.context.exception == 0) {
    return;
  }
  if (came_back(m, spin)) {
    spin_tell(m);
    m->run->stop = STOP_LIMIT;
  } else if (!spin->set || ++spin->steps >= LONGEST_LOOP) {
    anchor(m, spin);
    spin->steps = 0;
  }
}

void spin_settle(struct machine *m) {
  struct spin *spin = &m->run->spin;
  if (!nothing_changed(m, spin)) { /* a loop in which nothing does is looked for from here */
    note_changes(m, spin);
    spin->steps = 0;
    spin->set = false;
  } else if (came_back(m, spin)) {
    m->run->stop = STOP_LIMIT;
  } else if (++spin->steps >= SETTLING && (spin->steps & (spin->steps - 1)) == 0) {
    anchor(m, spin); /* Brent's search: ever farther */
  }
}
