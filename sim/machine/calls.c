/* Calls of functions with static locals, and regions: told when they begin and when
 * they are over.
 *
 * A call has returned when its context is at the return address with the stack
 * where it was; a region that is no function ends where its context comes to its
 * end. What leaves otherwise (longjmp) is forgotten with the frames below it; more
 * than TRACKED at a time are not followed. */
#include "sim/machine/private.h"

enum { SP = 13, LR = 14 };

unsigned calls_region(const struct machine *m, uint32_t pc) {
  for (unsigned i = 0; i < m->config.region_count; i++) {
    if (m->config.regions[i].begin == pc) {
      return i + 1;
    }
  }
  return 0;
}

static void tell(struct machine *m, enum event_kind kind, uint32_t pc,
                 const struct tracked_call *call) {
  const struct machine_state *s = &m->state;
  struct event event = {
      .kind = (uint8_t)kind,
      .pc = pc,
      .context = s->context,
      .boundary = s->boundary,
      .address = call->function,
      .leaf = LEAF_NONE,
      .value = call->region > 0 ? call->region - 1U : 0,
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

static void begin(struct machine *m, uint32_t sp, uint32_t back, unsigned region) {
  struct machine_state *s = &m->state;
  struct tracked_calls *calls = &s->calls;
  if (calls->count == TRACKED) {
    return;
  }
  struct tracked_call *call = &calls->call[calls->count++];
  *call = (struct tracked_call){
      .function = s->pc, .back = back, .sp = sp, .depth = s->depth, .region = (uint16_t)region};
  tell(m, region > 0 ? EVENT_REGION : EVENT_CALL, s->pc, call);
}

void call_begin(struct machine *m) {
  uint32_t sp = cpu_get_one(m->cpu, SP);
  uint32_t back = cpu_get_one(m->cpu, LR) & ~1U;
  unsigned region = calls_region(m, m->state.pc);
  forget_left(&m->state, sp);
  if (region > 0) {
    uint32_t end = m->config.regions[region - 1].end;
    begin(m, sp, end != 0 ? end : back, region);
  }
  if (image_has_statics(m->image, m->state.pc)) {
    begin(m, sp, back, 0);
  }
}

void calls_look(struct machine *m, uint32_t pc) {
  struct machine_state *s = &m->state;
  struct tracked_calls *calls = &s->calls;
  while (calls->count > 0) {
    const struct tracked_call *top = &calls->call[calls->count - 1];
    if (top->depth != s->depth || top->back != pc || cpu_get_one(m->cpu, SP) < top->sp) {
      return;
    }
    tell(m, top->region > 0 ? EVENT_REGION_END : EVENT_LEAVE, pc, top);
    calls->count--;
  }
}
