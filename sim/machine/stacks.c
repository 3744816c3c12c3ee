/* The main stack: its limit, and the frames of what was preempted. */
#include "sim/machine/private.h"

void stack_check(struct machine *m, uint32_t sp, uint32_t pc) {
  struct machine_state *s = &m->state;
  bool below = sp < m->stack_limit && sp >= m->memory.ram->base;
  if (below == s->stack_below) {
    return;
  }
  s->stack_below = below;
  if (!below) {
    return;
  }
  struct event event = {
      .kind = EVENT_STACK_LOW,
      .pc = pc,
      .context = s->context,
      .boundary = s->acting,
      .address = sp,
      .leaf = LEAF_NONE,
      .value = m->stack_limit,
  };
  machine_emit(m, &event);
}

/* Above the acting handler's own exception frame all of the main stack belongs to
 * others. */
bool stack_is_foreign(const struct machine *m, uint32_t address) {
  const struct machine_state *s = &m->state;
  return s->context.exception != 0 && s->depth > 0 && address >= s->frame_end[s->depth] &&
         address < m->memory.stack_top;
}
