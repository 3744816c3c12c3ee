/* Exception entry and return: ARMv7-M B1.5.6 to B1.5.8, ARMv6-M B1.5.6 to
 * B1.5.8. Integer frames; the FP context is not stacked (docs/fidelity.md). */
#include <assert.h>
#include <string.h>

#include "sim/machine/decode.h"
#include "sim/machine/private.h"

enum { FRAME_WORDS = 8, FRAME_SIZE = 32, FRAME_PC = 6, FRAME_XPSR = 7 };
enum { CONTROL_SPSEL = 2, CCR_STKALIGN = 1 << 9, SCR_SLEEPONEXIT = 2 };
enum { CFSR_UNSTKERR = 1 << 11, CFSR_STKERR = 1 << 12, CFSR_INVSTATE = 1 << 17,
       CFSR_INVPC = 1 << 18 };
static const uint32_t RETURN_HANDLER = 0xfffffff1, RETURN_MSP = 0xfffffff9,
                      RETURN_PSP = 0xfffffffd;
static const uint32_t HFSR_FORCED = 1U << 30, HFSR_VECTTBL = 1U << 1;

/* EPSR's IT or ICI bits as they are stacked (ARMv7-M B1.4.2). */
static uint32_t epsr_bits(struct machine *m) {
  const struct machine_state *s = &m->state;
  const struct interrupted_instruction *left = &s->interrupted;
  uint32_t it = s->it_state;
  if (left->armed && left->continues && left->depth == s->depth && left->pc == s->pc) {
    const struct code *code = machine_code(m, s->pc);
    unsigned next = 0;
    for (unsigned reg = 0, seen = 0; code != NULL && reg < 16; reg++) {
      if ((code->list >> reg & 1U) != 0 && seen++ == left->beat) {
        next = reg;
      }
    }
    return next << 12;
  }
  return (it & 3U) << 25 | (it >> 2) << 10;
}

static void tell(struct machine *m, enum event_kind kind, unsigned flags, struct context context,
                 struct context other) {
  const struct machine_state *s = &m->state;
  struct event event = {
      .kind = (uint8_t)kind,
      .flags = (uint8_t)flags,
      .pc = s->pc,
      .context = context,
      .other = other,
      .boundary = s->boundary,
      .leaf = LEAF_NONE,
  };
  machine_emit(m, &event);
}

static void lock_up(struct machine *m) {
  tell(m, EVENT_LOCKUP, 0, m->state.context, m->state.context);
  m->run->stop = STOP_LOCKUP;
}

void exception_fault(struct machine *m, unsigned exception, uint32_t cfsr, uint32_t address) {
  struct machine_state *s = &m->state;
  struct exceptions *x = &s->exceptions;
  struct event event = {.kind = EVENT_FAULT,
                        .pc = s->pc,
                        .context = s->context,
                        .boundary = s->boundary,
                        .address = address,
                        .leaf = LEAF_NONE,
                        .value = exception};
  machine_emit(m, &event);
  if (m->core->v7m) {
    s->scb.cfsr |= cfsr;
    s->scb.bfar = exception == EXCEPTION_BUSFAULT ? address : s->scb.bfar;
  }
  bool own = m->core->v7m && exception_bit(x->enabled, exception) &&
             exception_can_preempt(x, exception);
  if (!own && !exception_can_preempt(x, EXCEPTION_HARDFAULT)) {
    lock_up(m);
    return;
  }
  if (!own) {
    s->scb.hfsr |= HFSR_FORCED;
    exception = EXCEPTION_HARDFAULT;
  }
  machine_pend(m, exception);
}

/* Pushes the frame; false if there is no memory for it. */
static bool push_frame(struct machine *m, struct cpu_registers *registers, uint32_t *frame) {
  struct machine_state *s = &m->state;
  cpu_get(m->cpu, registers);
  bool aligns = !m->core->v7m || (s->scb.ccr & CCR_STKALIGN) != 0;
  uint32_t misaligned = aligns ? registers->sp & 4U : 0;
  *frame = (registers->sp - FRAME_SIZE) & ~misaligned;
  uint8_t *host = memory_host(&m->memory, *frame, FRAME_SIZE);
  const struct region *region = memory_region(&m->memory, *frame, FRAME_SIZE);
  if (host == NULL || !region->writable) {
    return false;
  }
  uint32_t xpsr = (registers->xpsr & 0xf80f01ffU) | 1U << 24 | epsr_bits(m);
  const uint32_t words[FRAME_WORDS] = {
      registers->r[0],  registers->r[1], registers->r[2], registers->r[3],
      registers->r[12], registers->lr,   s->pc,           xpsr | misaligned << 7};
  for (unsigned i = 0; i < FRAME_WORDS; i += 2) {
    uint64_t pair = (uint64_t)words[i + 1] << 32 | words[i];
    machine_write(m, *frame + 4 * i, 8, pair);
  }
  return true;
}

/* The exception becomes active; what it preempted waits below it. */
static void activate(struct machine *m, unsigned exception, unsigned flags) {
  struct machine_state *s = &m->state;
  struct context below = s->context;
  assert(s->depth < NESTING);
  s->preempted[s->depth++] = below;
  s->context = (struct context){
      .core = 0, .exception = (uint16_t)exception, .serial = ++s->serials};
  exception_clear(s->exceptions.pending, exception);
  exception_set(s->exceptions.active, exception);
  exception_set(s->progress.given, exception);
  exceptions_update(&s->exceptions);
  s->event_register = true;
  s->scs_touched = true;
  s->taken++;
  bool at_beat = s->interrupted.armed && s->interrupted.depth == s->depth - 1 &&
                 s->interrupted.pc == s->pc && (flags & EVENT_TAIL) == 0;
  if (m->run->mode != RUN_SPINE && exception == m->run->exception) {
    flags |= EVENT_INJECTED;
  }
  tell(m, EVENT_ENTRY, flags | (at_beat ? EVENT_AT_BEAT : 0U), s->context, below);
  s->boundary++;
}

/* Goes to the handler's first instruction. */
static void vector(struct machine *m, unsigned exception) {
  struct machine_state *s = &m->state;
  uint32_t target = (uint32_t)memory_get(&m->memory, s->scb.vtor + 4 * exception, 4);
  s->pc = target & ~1U;
  s->it_state = 0;
  s->action = ACTION_NONE;
  if (memory_host(&m->memory, s->scb.vtor + 4 * exception, 4) == NULL) {
    s->scb.hfsr |= HFSR_VECTTBL;
  }
  if ((target & 1U) == 0) {
    exception_fault(m, EXCEPTION_USAGEFAULT, CFSR_INVSTATE, target);
  }
}

void exception_enter(struct machine *m) {
  struct machine_state *s = &m->state;
  unsigned exception = s->exceptions.take;
  struct cpu_registers registers;
  uint32_t frame = 0;
  bool psp = s->context.exception == 0 && (s->control & CONTROL_SPSEL) != 0;
  if (!push_frame(m, &registers, &frame)) {
    if (s->context.exception == EXCEPTION_HARDFAULT ||
        !exception_can_preempt(&s->exceptions, EXCEPTION_HARDFAULT)) {
      lock_up(m);
      return;
    }
    s->scb.cfsr |= m->core->v7m ? CFSR_STKERR : 0;
    frame = m->memory.stack_top; /* nothing was stacked: there is no way back */
    exception_fault(m, EXCEPTION_BUSFAULT, 0, frame);
    exception = s->exceptions.take != 0 ? s->exceptions.take : exception;
  }
  uint32_t lr = s->context.exception != 0 ? RETURN_HANDLER : psp ? RETURN_PSP : RETURN_MSP;
  uint32_t msp = frame;
  if (psp) {
    msp = cpu_msp(m->cpu);
    cpu_set_psp(m->cpu, frame);
  }
  cpu_enter_handler(m->cpu, registers.xpsr, exception, msp, lr);
  s->control &= (uint8_t)~CONTROL_SPSEL;
  activate(m, exception, 0);
  vector(m, exception);
}

/* Another exception is taken instead of returning: no pop, no push. */
static void tail_chain(struct machine *m, struct context ended) {
  struct machine_state *s = &m->state;
  unsigned exception = s->exceptions.take;
  struct cpu_registers registers;
  cpu_get(m->cpu, &registers);
  s->context = s->preempted[--s->depth];
  tell(m, EVENT_RETURN, EVENT_TAIL, ended, s->context);
  cpu_enter_handler(m->cpu, registers.xpsr, exception, registers.sp, s->exc_return);
  activate(m, exception, EVENT_TAIL);
  vector(m, exception);
}

static uint8_t it_of(uint32_t xpsr) {
  uint32_t it = (xpsr >> 25 & 3U) | (xpsr >> 10 & 0x3fU) << 2;
  return (it & 0xfU) != 0 ? (uint8_t)it : 0; /* else EPSR holds ICI */
}

/* A return that cannot be right: UsageFault in the returning handler's place
 * (ARMv7-M B1.5.8). */
static void refuse_return(struct machine *m) {
  struct machine_state *s = &m->state;
  s->action = ACTION_NONE;
  s->pc = s->acting_pc;
  exception_fault(m, EXCEPTION_USAGEFAULT, CFSR_INVPC, s->exc_return);
}

static bool return_is_valid(const struct machine *m, unsigned returning) {
  const struct machine_state *s = &m->state;
  if (s->depth == 0 || !exception_bit(s->exceptions.active, returning)) {
    return false;
  }
  bool to_handler = s->exc_return == RETURN_HANDLER;
  bool nested = exceptions_active_count(&s->exceptions) > 1;
  bool known = to_handler || s->exc_return == RETURN_MSP || s->exc_return == RETURN_PSP;
  return known && to_handler == nested;
}

static void pop_frame(struct machine *m, struct context ended) {
  struct machine_state *s = &m->state;
  bool psp = s->exc_return == RETURN_PSP;
  uint32_t frame = psp ? cpu_psp(m->cpu) : cpu_msp(m->cpu);
  const uint8_t *host = memory_host(&m->memory, frame, FRAME_SIZE);
  if (host == NULL) {
    refuse_return(m);
    return;
  }
  uint32_t words[FRAME_WORDS];
  memcpy(words, host, sizeof words);
  uint32_t sp = (frame + FRAME_SIZE) | (words[FRAME_XPSR] >> 9 & 1U) << 2;
  s->context = s->preempted[--s->depth];
  cpu_resume(m->cpu, words, s->context.exception, psp, sp);
  s->control = (uint8_t)((s->control & ~CONTROL_SPSEL) | (psp ? CONTROL_SPSEL : 0));
  s->pc = words[FRAME_PC] & ~1U;
  s->it_state = it_of(words[FRAME_XPSR]);
  if (s->monitor_set) {
    cpu_clear_exclusive(m->cpu);
    s->monitor_set = false;
  }
  s->asleep = s->depth == 0 && (s->scb.scr & SCR_SLEEPONEXIT) != 0;
  tell(m, EVENT_RETURN, 0, ended, s->context);
}

void exception_return(struct machine *m) {
  struct machine_state *s = &m->state;
  struct run *run = m->run;
  struct context ended = s->context;
  if (!return_is_valid(m, ended.exception)) {
    refuse_return(m);
    return;
  }
  s->action = ACTION_NONE;
  exception_clear(s->exceptions.active, ended.exception);
  if (s->exceptions.faultmask != 0 && ended.exception != EXCEPTION_NMI) {
    s->exceptions.faultmask = 0;
    cpu_clear_faultmask(m->cpu);
  }
  exceptions_update(&s->exceptions);
  s->event_register = true;
  if (s->exceptions.take != 0) {
    tail_chain(m, ended);
    return;
  }
  pop_frame(m, ended);
  bool done = run->exception == 0 || (!exception_bit(s->exceptions.pending, run->exception) &&
                                      !exception_bit(s->exceptions.active, run->exception));
  if (run->mode == RUN_PROBE && run->stop == STOP_NONE && s->depth <= run->base_depth && done) {
    run->stop = STOP_DONE;
  }
}
