#include "sim/explore/telling.h"

#include "sim/machine/decode.h"

enum { STACK_SHOWN = 256, EXC_RETURN_PSP = 4 };

static struct mask_state masks(const struct machine *m) {
  const struct exceptions *x = &m->state.exceptions;
  return (struct mask_state){.primask = x->primask,
                             .faultmask = x->faultmask,
                             .basepri = x->basepri,
                             .priority = x->execution_priority};
}

void telling_peek(const struct telling *telling) {
  if (telling->open && telling->step.boundary >= telling->from) {
    telling->narrator.step(telling->narrator.argument, &telling->step);
  }
}

void telling_flush(struct telling *telling) {
  telling_peek(telling);
  telling->open = false;
  telling->step.event_count = 0;
}

/* Registers and the words above SP. */
static void look_at_state(struct telling *telling) {
  struct machine *m = telling->explorer->machine;
  struct step_state *state = &telling->state;
  struct cpu_registers registers;
  cpu_get(m->cpu, &registers);
  *state = (struct step_state){.sp = registers.sp, .lr = registers.lr, .xpsr = registers.xpsr};
  for (unsigned i = 0; i < 13; i++) {
    state->r[i] = registers.r[i];
  }
  const struct region *region = memory_region(&m->memory, registers.sp, 4);
  if (region != NULL) {
    size_t above = region->size - (registers.sp - region->base);
    state->stack = region->host + (registers.sp - region->base);
    state->stack_size = above < STACK_SHOWN ? above : STACK_SHOWN;
  }
  telling->step.state = state;
}

/* Where the frame of the exception that was just entered lies. */
static void look_at_frame(struct telling *telling) {
  struct machine *m = telling->explorer->machine;
  bool process = (telling->state.lr & EXC_RETURN_PSP) != 0;
  telling->state.frame_address = process ? cpu_psp(m->cpu) : telling->state.sp;
  telling->state.frame = memory_host(&m->memory, telling->state.frame_address, FRAME_BYTES);
}

static void begin(struct telling *telling, enum step_kind kind, uint64_t boundary,
                  uint32_t pc) {
  const struct machine *m = telling->explorer->machine;
  telling->step = (struct step){
      .kind = kind,
      .boundary = boundary,
      .context = m->state.context,
      .pc = pc,
      .events = telling->events,
      .on_spine = explorer_looked_at(telling->explorer)->exception == 0,
      .mask = masks(m),
  };
  telling->open = true;
  if (telling->narrator.states && boundary >= telling->from) {
    look_at_state(telling);
  }
}

static void on_instruction(void *owner) {
  struct telling *telling = owner;
  struct machine *m = telling->explorer->machine;
  const struct code *code = machine_code(m, m->state.pc);
  telling_flush(telling);
  begin(telling, STEP_INSTRUCTION, m->state.boundary, m->state.pc);
  telling->step.it_state = m->state.it_state;
  telling->step.size = code != NULL ? code_size(code) : 2;
  telling->step.bytes = memory_host(&m->memory, m->state.pc, telling->step.size);
}

/* An event of another step ends nothing here: when a probe is taken back in the
 * middle of an instruction, the rest of that instruction is not the handler's. */
static bool belongs(const struct telling *telling, const struct event *event) {
  const struct step *step = &telling->step;
  return step->kind != STEP_INSTRUCTION ||
         (event->boundary == step->boundary && context_equal(event->context, step->context));
}

/* What only detectors care for, or what another event of the step says too. */
static bool is_told(const struct event *event) {
  return event->kind <= EVENT_SPIN;
}

static void add_event(struct telling *telling, const struct event *event) {
  if (is_told(event) && telling->open && telling->step.event_count < STEP_EVENTS &&
      belongs(telling, event)) {
    telling->events[telling->step.event_count++] = *event;
  }
}

static void on_event(void *owner, const struct event *event) {
  struct telling *telling = owner;
  bool entry = event->kind == EVENT_ENTRY;
  bool restart = event->kind == EVENT_RESTART;
  if (!entry && !restart && event->kind != EVENT_RETURN) {
    add_event(telling, event);
    return;
  }
  telling_flush(telling);
  begin(telling,
        entry     ? STEP_ENTRY
        : restart ? STEP_RESTART
                  : STEP_RETURN,
        event->boundary, event->pc);
  telling->step.context = event->context;
  telling->step.other = event->other;
  if (entry && telling->step.state != NULL) {
    look_at_frame(telling);
  }
  add_event(telling, event);
  telling_flush(telling);
}

struct machine_host telling_listener(struct telling *telling) {
  return (struct machine_host){
      .owner = telling, .event = on_event, .instruction = on_instruction, .stack_events = true};
}
