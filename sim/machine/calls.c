/* Calls of functions with static locals: told when they begin and when they return.
 *
 * A call has returned when its context is at the return address with the stack
 * where it was. What leaves otherwise (longjmp) is forgotten with the frames
 * below it; calls deeper than TRACKED are not followed. */
#include "sim/machine/private.h"

enum { SP = 13, LR = 14 };

static void tell(struct machine *m, enum event_kind kind, uint32_t pc, uint32_t function) {
  const struct machine_state *s = &m->state;
  struct event event = {
      .kind = (uint8_t)kind,
      .pc = pc,
      .context = s->context,
      .boundary = s->boundary,
      .address = function,
      .leaf = LEAF_NONE,
  };
  machine_emit(m, &event);
}

/* Those of handlers that are over, or whose part of the stack is gone. */
static void forget_left(struct machine_state *s, uint32_t sp) {
  struct tracked_calls *calls = &s->calls;
  while (calls->count > 0) {
    const struct tracked_call *top = &calls->call[calls->count - 1];
    if (top->depth < s->depth || (top->depth == s->depth && top->sp >= sp)) {
      return;
    }
    calls->count--;
  }
}

void call_begin(struct machine *m) {
  struct machine_state *s = &m->state;
  struct tracked_calls *calls = &s->calls;
  uint32_t sp = cpu_get_one(m->cpu, SP);
  forget_left(s, sp);
  if (calls->count == TRACKED) {
    return;
  }
  calls->call[calls->count++] = (struct tracked_call){
      .function = s->pc, .back = cpu_get_one(m->cpu, LR) & ~1U, .sp = sp, .depth = s->depth};
  tell(m, EVENT_CALL, s->pc, s->pc);
}

void calls_look(struct machine *m, uint32_t pc) {
  struct machine_state *s = &m->state;
  struct tracked_calls *calls = &s->calls;
  const struct tracked_call *top = &calls->call[calls->count - 1];
  if (top->depth == s->depth && top->back == pc && cpu_get_one(m->cpu, SP) >= top->sp) {
    tell(m, EVENT_LEAVE, pc, top->function);
    calls->count--;
  }
}
