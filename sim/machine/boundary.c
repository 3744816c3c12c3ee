/* A boundary: what happens before an instruction executes. */
#include <string.h>

#include "sim/machine/peripherals.h"
#include "sim/machine/private.h"

/* Stops before the next instruction. Inside an IT block the executor cannot be
 * stopped: it goes on to the block's end, and what that did is undone. */
static void stop_executor(struct machine *m, uint8_t it_state) {
  m->stopping = true;
  if (it_state == 0) {
    cpu_stop(m->cpu);
    return;
  }
  cpu_context_save(m->cpu, m->drain_context);
  m->drain_mark = undo_mark(&m->undo);
  m->draining = true;
}

SELDOM static void stop_here(struct machine *m) {
  stop_executor(m, m->state.it_state);
}

bool boundary_was_left(struct machine *m) {
  if (m->leaving) {
    m->run->stop = m->goes_on ? m->run->stop : STOP_LIMIT;
    m->leaving = m->goes_on = false;
    return true;
  }
  return false;
}

SELDOM static void drain(struct machine *m, uint32_t pc) {
  const struct code *code = machine_code(m, pc);
  if (code == NULL || code->it_state == 0) {
    cpu_stop(m->cpu);
  }
}

/* Neither masked by priority nor at its source: the NVIC's bit, or SysTick's own. */
static bool is_open(const struct machine_state *s, unsigned e) {
  const struct exceptions *x = &s->exceptions;
  bool enabled = e < EXCEPTION_IRQ0
                     ? e != EXCEPTION_SYSTICK || (s->systick.control & SYSTICK_TICKINT) != 0
                     : exception_bit(x->enabled, e);
  return enabled && exception_can_preempt(x, e);
}

/* The run's own reasons to stop before the next instruction. */
static enum machine_stop wants_stop(const struct machine *m) {
  const struct machine_state *s = &m->state;
  const struct run *run = m->run;
  if (s->boundary >= run->limit) {
    return STOP_LIMIT;
  }
  if (run->mode != RUN_BRANCH) {
    return STOP_NONE;
  }
  bool met = run->meets && s->pc == run->meet_pc && s->depth == run->meet_depth &&
             s->boundary >= run->meet_after && !s->interrupted.armed;
  bool settled = run->open != NULL && *run->open == 0;
  bool opened = run->opens_for != 0 && is_open(s, run->opens_for);
  return met || settled || opened ? STOP_DONE : STOP_NONE;
}

/* A restarted or continued instruction is met again by its own context. */
SELDOM static void meet_interrupted(struct machine *m) {
  struct machine_state *s = &m->state;
  if (s->depth != s->interrupted.depth || s->pc != s->interrupted.pc) {
    return;
  }
  struct event event = {.kind = EVENT_RESTART,
                        .pc = s->pc,
                        .context = s->context,
                        .boundary = s->boundary,
                        .leaf = LEAF_NONE,
                        .beat = s->interrupted.beat};
  machine_emit(m, &event);
  if (!s->interrupted.continues) {
    s->interrupted.armed = false;
  }
}

static void save_before(struct machine *m, const struct code *code) {
  const struct machine_state *s = &m->state;
  bool wanted =
      (code->flags & CODE_BEATS) != 0 &&
      ((m->beats && machine_offers(m)) || s->arrivals.inside > 0 || s->interrupted.armed);
  m->before_saved = wanted;
  if (wanted) {
    cpu_get(m->cpu, &m->before);
  }
}

/* What the model must do or know ahead of this instruction. False: the executor
 * must not execute it. */
SELDOM static bool note_flags(struct machine *m, const struct code *code) {
  struct machine_state *s = &m->state;
  if ((code->flags & CODE_SPECIAL) != 0) {
    m->special = true;
    return false;
  }
  guard_instruction(m, code);
  if (m->trap.exception != 0 || s->exceptions.take != 0 || m->run->stop != STOP_NONE) {
    return false;
  }
  save_before(m, code);
  if ((code->flags & CODE_MASKS) != 0) {
    s->recheck_masks = true;
  }
  if ((code->flags & (CODE_SETS_CONTROL | CODE_GETS_CONTROL)) != 0 && m->core->has_fpu) {
    bool gets = (code->flags & CODE_GETS_CONTROL) != 0 && code->base < 13;
    s->recheck_masks = true;
    s->control_written = (code->flags & CODE_SETS_CONTROL) != 0 && guard_is_privileged(m);
    s->control_into = (uint8_t)(gets ? code->base + 1 : 0);
  }
  if ((code->flags & CODE_EXCLUSIVE) != 0) {
    s->monitor_set = (code->flags & CODE_CLEARS) == 0;
  }
  if ((code->flags & CODE_SEND) != 0) {
    s->event_register = true;
  }
  if ((code->flags & CODE_STATICS) != 0) {
    call_begin(m);
  }
  return true;
}

/* Only behind its IT is an instruction in its block. */
static void note_block(struct machine *m, const struct code *code) {
  if (code == NULL || code->it_state == 0) {
    m->state.in_block = code != NULL && (code->flags & CODE_BLOCK) != 0;
  }
}

/* Whether nothing comes by itself in this run, and nobody is asked. */
static bool can_stride(const struct machine *m) {
  uint64_t from = m->run->strides_from;
  return from != 0 && m->state.boundary >= from && !machine_offers(m);
}

/* What comes to the program here: masks that the last instruction changed, an injected
 * exception, a natural arrival. */
static void offer(struct machine *m) {
  struct machine_state *s = &m->state;
  if (s->recheck_masks) {
    masks_refresh(m);
    late_mask_step(m);
  }
  if (m->host.stops != NULL && m->host.stops(m->host.owner)) {
    m->run->limit = s->boundary;
  }
  if (machine_offers(m) && s->boundary < m->run->limit) {
    m->host.place(m->host.owner, PLACE_BOUNDARY, 0);
  }
  if (machine_is_natural(m)) {
    progress_boundary(m);
  } else if (m->run->mode == RUN_PROBE) {
    spin_step(m);
    if (can_stride(m)) {
      machine_stride(m, m->run->spin.from, 0);
    }
  } else if (can_stride(m)) {
    machine_stride(m, m->run->limit, 0);
  } else if (m->run->silent) {
    spin_settle(m);
  }
  m->run->stop = m->run->stop != STOP_NONE ? m->run->stop : wants_stop(m);
}

static bool can_fetch(struct machine *m, const struct code *code) {
  if (code == NULL || (m->state.traps & CODE_MEMORY) != 0) {
    guard_fetch(m);
    if (code == NULL && m->trap.exception == 0) {
      m->trap = fault_of_fetch(m->state.pc);
    }
  }
  return m->trap.exception == 0;
}

/* Whoever follows the program hears of the instruction. */
SELDOM static void tell(struct machine *m, const struct code *code) {
  struct machine_state *s = &m->state;
  if (s->interrupted.armed) {
    meet_interrupted(m);
  }
  if (m->footprint != NULL) {
    footprint_instruction(m->footprint, code);
  }
  if (s->calls.count > 0) {
    calls_look(m, s->pc);
  }
  if (m->host.instruction != NULL) {
    m->host.instruction(m->host.owner);
  }
}

static bool is_followed(const struct machine *m) {
  const struct machine_state *s = &m->state;
  bool listens = m->footprint != NULL || m->host.instruction != NULL;
  return (unsigned)listens | s->interrupted.armed | s->calls.count;
}

/* It executes: the boundary is behind it. */
static void pass(struct machine *m, const struct code *code) {
  struct machine_state *s = &m->state;
  m->moves_stack = (code->flags & CODE_STACK) != 0;
  m->written |= code->writes;
  machine_passes(m, s->pc);
  if (m->edges.map != NULL && m->run->mode == RUN_SPINE) {
    edges_step(&m->edges, s->pc, code_size(code), s->context.serial);
  }
  s->acting = s->boundary++;
  s->acting_pc = s->pc;
  s->acting_flags = code->flags;
  s->acting_it = s->it_state;
  s->time++;
  s->instructions++;
}

SELDOM void boundary_meet_fully(struct machine *m, uint32_t pc, bool told) {
  struct machine_state *s = &m->state;
  machine_end_stride(m);
  if (!told) {
    if (m->draining) {
      drain(m, pc);
      return;
    }
    if (m->violation.exception != 0) {
      stop_here(m);
      return;
    }
    m->guarded = false;
    accesses_finish(m);
  }
  const struct code *code = machine_code(m, pc);
  uint8_t it_state = code != NULL && s->in_block ? code->it_state : 0;
  if (boundary_was_left(m)) {
    stop_executor(m, it_state);
    return;
  }
  s->pc = pc;
  s->it_state = it_state;
  note_block(m, code);
  offer(m);
  if (m->run->stop != STOP_NONE || s->exceptions.take != 0 || !can_fetch(m, code)) {
    stop_here(m);
    return;
  }
  if (is_followed(m)) {
    tell(m, code);
  }
  if ((code->flags & s->traps) != 0 && !note_flags(m, code)) {
    stop_here(m);
    return;
  }
  pass(m, code);
  if (m->stride.offered != 0) {
    stride_begin(m, code);
  }
}
