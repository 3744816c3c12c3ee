#include "sim/explore/call_tracker.h"

static void push(struct call_tracker *t) {
  if (t->depth < TRACKED_CALLS) {
    t->site[t->depth] = t->last_pc;
    t->back[t->depth] = t->last_end;
    t->depth++;
  }
}

/* Returns may leave several calls at once (longjmp, tail calls). */
static void pop_to(struct call_tracker *t, uint32_t pc) {
  for (unsigned i = t->depth; i > t->base[t->activations]; i--) {
    if (t->back[i - 1] == pc) {
      t->depth = i - 1;
      return;
    }
  }
}

void call_tracker_step(struct call_tracker *t, struct machine *m) {
  uint32_t pc = m->state.pc;
  const struct code *code = machine_code(m, pc);
  if (pc != t->last_end) {
    if (t->last_called) {
      push(t);
    } else {
      pop_to(t, pc);
    }
  }
  t->last_pc = pc;
  t->last_end = pc + (code != NULL ? code_size(code) : 2);
  t->last_called = code != NULL && (code->flags & CODE_CALL) != 0;
}

void call_tracker_event(struct call_tracker *t, const struct event *event) {
  if (event->kind == EVENT_ENTRY && t->activations < NESTING) {
    if (t->last_called && event->pc != t->last_end) {
      push(t); /* interrupted at the callee's first instruction */
    }
    t->base[++t->activations] = t->depth;
    t->last_end = UINT32_MAX;
    t->last_called = false;
  } else if (event->kind == EVENT_RETURN && t->activations > 0) {
    t->depth = t->base[t->activations--];
    t->last_end = UINT32_MAX;
    t->last_called = false;
  }
}

struct call_stack call_tracker_stack(const struct call_tracker *t, uint32_t pc) {
  struct call_stack stack = {.pc = {pc}, .count = 1};
  for (unsigned i = t->depth; i > t->base[t->activations] && stack.count < STACK_CALLS; i--) {
    stack.pc[stack.count++] = t->site[i - 1];
  }
  return stack;
}
