/* Exception entry and return: ARMv7-M B1.5.6 to B1.5.8, ARMv6-M B1.5.6 to
 * B1.5.8. */
#include <assert.h>
#include <string.h>

#include "sim/machine/private.h"

enum { FRAME_WORDS = 8, FRAME_SIZE = 32, FP_FRAME_SIZE = 0x68, FRAME_PC = 6, FRAME_XPSR = 7 };
enum {
  CONTROL_NPRIV = 1,
  CONTROL_SPSEL = 2,
  CONTROL_FPCA = 4,
  CCR_NONBASETHRDENA = 1,
  CCR_STKALIGN = 1 << 9
};
enum { SCR_SLEEPONEXIT = 2, XPSR_THUMB = 1 << 24, XPSR_ALIGN = 1 << 9, IPSR_MASK = 0x1ff };
enum { HFSR_VECTTBL = 1 << 1 };
/* EXC_RETURN: the low nibble says where to, bit 4 clear says FP frame. */
enum { TO_HANDLER = 1, TO_THREAD_MSP = 9, TO_THREAD_PSP = 13, NO_FP = 1 << 4 };
static const uint32_t EXC_RETURN_ONES = 0xffffffe0;
/* Where a processor that locked up stands (B1.5.15). */
static const uint32_t LOCKUP_PC = 0xfffffffe;

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

static void tell(struct machine *m, enum event_kind kind, unsigned flags,
                 struct context context, struct context other) {
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

/* The frame that is to be pushed, or is to be popped. */
struct frame {
  uint32_t address;
  uint32_t words[FRAME_WORDS];
  bool fp;
  bool psp;
};

static uint32_t frame_size(const struct frame *frame) {
  return frame->fp ? FP_FRAME_SIZE : FRAME_SIZE;
}

static struct frame build_frame(struct machine *m, const struct cpu_registers *registers) {
  const struct machine_state *s = &m->state;
  struct frame frame = {
      .fp = fp_is_active(m),
      .psp = s->context.exception == 0 && (s->control & CONTROL_SPSEL) != 0,
  };
  bool aligns = !m->core->v7m || (s->scb.ccr & CCR_STKALIGN) != 0 || frame.fp;
  uint32_t misaligned = aligns ? registers->sp & 4U : 0;
  frame.address = (registers->sp - frame_size(&frame)) & ~misaligned;
  uint32_t xpsr = (registers->xpsr & 0xf80f0000U) | s->context.exception | epsr_bits(m);
  xpsr |= (s->invalid_state ? 0U : XPSR_THUMB) | (misaligned != 0 ? XPSR_ALIGN : 0U);
  const uint32_t words[FRAME_WORDS] = {
      registers->r[0],  registers->r[1], registers->r[2], registers->r[3],
      registers->r[12], registers->lr,   s->pc,           xpsr};
  memcpy(frame.words, words, sizeof words);
  return frame;
}

static bool inside_ram(const struct machine *m, const struct frame *frame) {
  const struct region *ram = m->memory.ram;
  uint32_t offset = frame->address - ram->base;
  return offset < ram->size && ram->size - offset >= frame_size(frame);
}

/* Whether a return leads to a handler, or to thread mode that is privileged. */
static bool returns_privileged(const struct machine_state *s) {
  return (s->exc_return & 0xfU) == TO_HANDLER || (s->control & CONTROL_NPRIV) == 0;
}

/* CFSR bit of what forbids the frame's memory, or 0. */
static uint32_t frame_fault(const struct machine *m, const struct frame *frame, bool push) {
  const struct machine_state *s = &m->state;
  bool privileged = push ? guard_is_privileged(m) : returns_privileged(s);
  bool negative = s->exceptions.execution_priority < 0;
  enum mpu_access access = push ? MPU_WRITE : MPU_READ;
  uint32_t last = frame->address + frame_size(frame) - 4;
  if ((s->mpu.control & MPU_ENABLE) != 0 &&
      (!mpu_allows(&s->mpu, frame->address, access, privileged, negative) ||
       !mpu_allows(&s->mpu, last, access, privileged, negative))) {
    return push ? CFSR_MSTKERR : CFSR_MUNSTKERR;
  }
  if (inside_ram(m, frame)) {
    return 0;
  }
  const struct region *region = memory_region(&m->memory, frame->address, frame_size(frame));
  if (region == NULL || (push && !region->writable)) {
    return push ? CFSR_STKERR : CFSR_UNSTKERR;
  }
  return 0;
}

static unsigned stack_exception(uint32_t cfsr) {
  if (cfsr == CFSR_NOCP) {
    return EXCEPTION_USAGEFAULT;
  }
  return (cfsr & (CFSR_MSTKERR | CFSR_MUNSTKERR)) != 0 ? EXCEPTION_MEMMANAGE
                                                       : EXCEPTION_BUSFAULT;
}

/* A fault of the stacking itself is pending beside the exception that is being
 * entered, and the more urgent of the two is taken. False: neither can be. */
static bool push_frame(struct machine *m, const struct frame *frame) {
  uint32_t cfsr = frame_fault(m, frame, true);
  if (cfsr == 0) {
    machine_write_words(m, frame->address, frame->words, FRAME_WORDS);
    cfsr = frame->fp && !fp_push(m, frame->address) ? CFSR_NOCP : 0U;
  }
  const struct fault fault = {.exception = (uint8_t)stack_exception(cfsr), .cfsr = cfsr};
  return cfsr == 0 || fault_pend(m, &fault);
}

enum { KEPT_FROM = 4, KEPT = 8 }; /* r4 to r11: nobody restores them for a handler */

static void note_kept(struct machine *m, struct landing *taken, uint32_t frame) {
  taken->behind = true;
  taken->frame = frame;
  for (unsigned i = 0; i < KEPT; i++) {
    taken->registers[i] = cpu_get_one(m->cpu, KEPT_FROM + i);
  }
}

/* The interrupted code goes on, but for one whose stack is not the same: another task. */
static void look_at_kept(struct machine *m, uint32_t frame) {
  struct landing *taken = &m->run->taken;
  if (!taken->behind || taken->frame != frame) {
    return;
  }
  taken->frame = 0; /* it is popped once */
  for (unsigned i = 0; i < KEPT; i++) {
    taken->lost |= taken->registers[i] != cpu_get_one(m->cpu, KEPT_FROM + i);
  }
}

/* The one that the run is about: where it was taken first. */
static void note_taken(struct machine *m, uint32_t frame, unsigned flags) {
  const struct machine_state *s = &m->state;
  struct landing *taken = &m->run->taken;
  if (taken->happened) {
    return;
  }
  taken->happened = true;
  taken->late = m->run->natural;
  taken->boundary = s->boundary;
  taken->pc = s->pc;
  taken->serials = s->serials - 1;
  if (taken->late) {
    memcpy(taken->pending, s->exceptions.pending, sizeof taken->pending);
  }
  if (m->path != 0 || (flags & EVENT_TAIL) != 0) { /* something ran since it was pended */
    note_kept(m, taken, frame);
  }
  m->run->natural = false;
}

/* The exception becomes active; what it preempted waits below it, in the frame. */
static void activate(struct machine *m, unsigned exception, uint32_t frame, unsigned flags) {
  struct machine_state *s = &m->state;
  struct context below = s->context;
  assert(s->depth < NESTING);
  s->preempted[s->depth++] = below;
  s->context = (struct context){.exception = (uint16_t)exception, .serial = ++s->serials};
  exception_clear(s->exceptions.pending, exception);
  exception_set(s->exceptions.active, exception);
  exception_set(s->progress.given, exception);
  late_mask_end(m);
  exceptions_update(&s->exceptions);
  s->event_register = true;
  s->scs_touched = true;
  s->asleep = false;
  s->taken++;
  bool at_beat = s->interrupted.armed && s->interrupted.depth == s->depth - 1 &&
                 s->interrupted.pc == s->pc && (flags & EVENT_TAIL) == 0;
  if (m->run->mode != RUN_SPINE && exception == m->run->exception) {
    flags |= EVENT_INJECTED;
    note_taken(m, frame, flags);
  }
  tell(m, EVENT_ENTRY, flags | (at_beat ? EVENT_AT_BEAT : 0U), s->context, below);
  s->boundary++;
}

/* Goes to the handler's first instruction. */
static void vector(struct machine *m, unsigned exception) {
  struct machine_state *s = &m->state;
  uint32_t slot = s->scb.vtor + 4 * exception;
  reads_add(&m->reads, slot, 4);
  uint32_t target = (uint32_t)memory_get(&m->memory, slot, 4);
  s->pc = target & ~1U;
  s->it_state = 0;
  s->in_block = false;
  s->action = ACTION_NONE;
  s->invalid_state = (target & 1U) == 0;
  guard_update(m);
  if (memory_host(&m->memory, slot, 4) != NULL) {
    return;
  }
  s->scb.hfsr |= m->core->v7m ? HFSR_VECTTBL : 0;
  s->invalid_state = false;
  if (exception_can_preempt(&s->exceptions, EXCEPTION_HARDFAULT)) {
    machine_pend(m, EXCEPTION_HARDFAULT);
  } else {
    fault_lock_up(m);
  }
}

static uint32_t exc_return_of(const struct machine *m, const struct frame *frame) {
  unsigned where = m->state.context.exception != 0 ? TO_HANDLER
                   : frame->psp                    ? TO_THREAD_PSP
                                                   : TO_THREAD_MSP;
  return EXC_RETURN_ONES | (frame->fp ? 0U : NO_FP) | where;
}

static void enter_mode(struct machine *m, const struct cpu_entry *entry) {
  cpu_enter_handler(m->cpu, entry);
  m->state.control &= (uint8_t) ~(CONTROL_SPSEL | CONTROL_FPCA);
}

void exception_enter(struct machine *m) {
  struct machine_state *s = &m->state;
  struct cpu_registers registers;
  if (s->depth == NESTING) {
    fault_lock_up(m);
    return;
  }
  s->pc = s->locked_up ? LOCKUP_PC : s->pc;
  s->locked_up = false;
  cpu_get_frame(m->cpu, &registers);
  struct frame frame = build_frame(m, &registers);
  if (!push_frame(m, &frame)) {
    return;
  }
  unsigned exception = s->exceptions.take;
  uint32_t lr = exc_return_of(m, &frame);
  uint32_t msp = frame.address;
  if (frame.psp) {
    msp = cpu_msp(m->cpu);
    cpu_set_psp(m->cpu, frame.address);
  }
  const struct cpu_entry entry = {
      .xpsr = registers.xpsr,
      .msp = msp,
      .lr = lr,
      .exception = exception,
      .from_process_stack = (s->control & CONTROL_SPSEL) != 0,
  };
  uint32_t end = frame.psp ? msp : frame.address + frame_size(&frame);
  enter_mode(m, &entry);
  activate(m, exception, frame.address, 0);
  s->frame_end[s->depth] = end;
  vector(m, exception);
  stack_check(m, msp, s->pc);
}

/* Whom a return leads to: the frame says which exception number. */
static struct context below_context(const struct machine *m, unsigned exception) {
  const struct machine_state *s = &m->state;
  for (unsigned i = s->depth; i > 0; i--) {
    if (s->preempted[i - 1].exception == exception) {
      return s->preempted[i - 1];
    }
  }
  return (struct context){.exception = (uint16_t)exception};
}

/* That the handler which ends now leads back by. */
static struct frame read_frame(struct machine *m) {
  const struct machine_state *s = &m->state;
  struct frame frame = {
      .psp = (s->exc_return & 0xfU) == TO_THREAD_PSP,
      .fp = m->core->has_fpu && (s->exc_return & NO_FP) == 0,
  };
  frame.address = frame.psp ? cpu_psp(m->cpu) : cpu_msp(m->cpu);
  return frame;
}

/* Another exception is taken instead of returning: no pop, no push. */
static void tail_chain(struct machine *m, struct context ended) {
  struct machine_state *s = &m->state;
  unsigned exception = s->exceptions.take;
  struct cpu_registers registers;
  cpu_get_frame(m->cpu, &registers);
  if (s->depth > 0) {
    s->context = s->preempted[--s->depth];
  }
  tell(m, EVENT_RETURN, EVENT_TAIL, ended, s->context);
  const struct cpu_entry entry = {
      .xpsr = registers.xpsr, .msp = registers.sp, .lr = s->exc_return, .exception = exception};
  enter_mode(m, &entry);
  activate(m, exception, read_frame(m).address, EVENT_TAIL);
  vector(m, exception);
}

/* A fault of the return itself is tail-chained: the frame stays where it is. */
static void fault_on_return(struct machine *m, struct context ended, unsigned exception,
                            uint32_t cfsr) {
  const struct fault fault = {.exception = (uint8_t)exception, .cfsr = cfsr};
  m->state.action = ACTION_NONE;
  if (fault_pend(m, &fault)) {
    tail_chain(m, ended);
  }
}

/* EXC_RETURN's own checks (B1.5.8): CFSR bit of what is wrong, or 0. */
static uint32_t return_error(const struct machine *m, bool was_active, unsigned active) {
  const struct machine_state *s = &m->state;
  bool base = active == 1 || (m->core->v7m && (s->scb.ccr & CCR_NONBASETHRDENA) != 0);
  unsigned where = s->exc_return & 0xfU;
  bool known = where == TO_HANDLER || where == TO_THREAD_MSP || where == TO_THREAD_PSP;
  if (!was_active || !known || (where != TO_HANDLER && !base)) {
    return CFSR_INVPC;
  }
  return 0;
}

static uint8_t it_of(uint32_t xpsr) {
  uint32_t it = (xpsr >> 25 & 3U) | (xpsr >> 10 & 0x3fU) << 2;
  return (it & 0xfU) != 0 ? (uint8_t)it : 0; /* else EPSR holds ICI */
}

/* Registers and mode as the frame has them. */
static void resume(struct machine *m, const struct frame *frame, unsigned exception) {
  struct machine_state *s = &m->state;
  uint32_t xpsr = frame->words[FRAME_XPSR];
  uint32_t sp = (frame->address + frame_size(frame)) | ((xpsr & XPSR_ALIGN) != 0 ? 4U : 0U);
  bool aligns = !m->core->v7m || (s->scb.ccr & CCR_STKALIGN) != 0 || frame->fp;
  sp = aligns ? sp : frame->address + frame_size(frame);
  cpu_resume(m->cpu, frame->words, exception, frame->psp, sp);
  unsigned kept = s->control & ~(unsigned)(CONTROL_SPSEL | CONTROL_FPCA);
  s->control =
      (uint8_t)(kept | (frame->psp ? CONTROL_SPSEL : 0U) | (frame->fp ? CONTROL_FPCA : 0U));
  s->pc = frame->words[FRAME_PC] & ~1U;
  s->locked_up = s->pc == LOCKUP_PC;
  s->it_state = it_of(xpsr);
  s->in_block = s->it_state != 0;
  s->invalid_state = (xpsr & XPSR_THUMB) == 0;
}

/* What a return that then fails has already popped. */
static void pop_scratch(struct machine *m, const struct frame *frame) {
  static const uint8_t registers[] = {0, 1, 2, 3, 12};
  for (unsigned i = 0; i < sizeof registers; i++) {
    cpu_set_one(m->cpu, registers[i], frame->words[i]);
  }
}

/* The frame is that of another mode: it was popped, and is pushed again where it is
 * (B1.5.8). */
static void pop_in_vain(struct machine *m, const struct frame *frame) {
  struct machine_state *s = &m->state;
  struct context ended = s->context;
  pop_scratch(m, frame);
  if (frame->fp) {
    s->context.exception = frame->words[FRAME_XPSR] & IPSR_MASK;
    fp_pop(m, frame->address);
    fp_push(m, frame->address);
    s->context = ended;
  }
}

/* The frame is sound: the return will happen. */
static bool fetch_frame(struct machine *m, struct context ended, struct frame *frame) {
  struct machine_state *s = &m->state;
  *frame = read_frame(m);
  uint32_t cfsr = frame_fault(m, frame, false);
  if (cfsr != 0) {
    fault_on_return(m, ended, stack_exception(cfsr), cfsr);
    return false;
  }
  memcpy(frame->words, memory_host(&m->memory, frame->address, FRAME_SIZE), FRAME_SIZE);
  bool to_handler = (s->exc_return & 0xfU) == TO_HANDLER;
  if (frame->fp && !fp_can_pop(m, returns_privileged(s))) {
    pop_scratch(m, frame);
    fault_on_return(m, ended, EXCEPTION_USAGEFAULT, CFSR_NOCP);
    return false;
  }
  unsigned exception = frame->words[FRAME_XPSR] & IPSR_MASK;
  if (to_handler != (exception != 0)) {
    pop_in_vain(m, frame);
    fault_on_return(m, ended, EXCEPTION_USAGEFAULT, CFSR_INVPC);
    return false;
  }
  return true;
}

/* Registers, mode and monitor as they were: the interrupted code goes on. */
void exception_resume(struct machine *m) {
  struct machine_state *s = &m->state;
  struct frame frame = read_frame(m);
  memcpy(frame.words, memory_host(&m->memory, frame.address, FRAME_SIZE), FRAME_SIZE);
  s->action = ACTION_NONE;
  if (frame.fp) {
    fp_pop(m, frame.address);
  }
  resume(m, &frame, frame.words[FRAME_XPSR] & IPSR_MASK);
  if (s->monitor_set) {
    cpu_clear_exclusive(m->cpu);
    s->monitor_set = false;
  }
  s->asleep = s->context.exception == 0 && (s->scb.scr & SCR_SLEEPONEXIT) != 0;
  guard_update(m);
}

/* The model's side of the return; the registers follow in exception_resume, and
 * not at all if the run is over with it and is taken back. */
static void pop_frame(struct machine *m, struct context ended) {
  struct machine_state *s = &m->state;
  struct frame frame;
  if (!fetch_frame(m, ended, &frame)) {
    return;
  }
  look_at_kept(m, frame.address);
  s->stack_below &= frame.psp || frame.address + frame_size(&frame) < m->stack_limit;
  s->context = below_context(m, frame.words[FRAME_XPSR] & IPSR_MASK);
  s->depth = s->depth > 0 ? (uint8_t)(s->depth - 1) : 0;
  s->pc = frame.words[FRAME_PC] & ~1U;
  s->action = ACTION_RESUME;
  tell(m, EVENT_RETURN, 0, ended, s->context);
}

/* The returning exception is no longer active; FAULTMASK ends with it. */
static void deactivate(struct machine *m, unsigned exception) {
  struct machine_state *s = &m->state;
  exception_clear(s->exceptions.active, exception);
  if (exception_bit(s->exceptions.line, exception)) {
    exception_set(s->exceptions.pending, exception);
  }
  if (s->exceptions.faultmask != 0 && exception != EXCEPTION_NMI) {
    s->exceptions.faultmask = 0;
    cpu_clear_faultmask(m->cpu);
  }
  exceptions_update(&s->exceptions);
  s->event_register = true;
}

static bool probe_is_over(const struct machine *m) {
  const struct exceptions *x = &m->state.exceptions;
  const struct run *run = m->run;
  bool done = run->exception == 0 || (!exception_bit(x->pending, run->exception) &&
                                      !exception_bit(x->active, run->exception));
  return run->mode == RUN_PROBE && run->stop == STOP_NONE && done &&
         m->state.depth <= run->base_depth;
}

void exception_return(struct machine *m) {
  struct machine_state *s = &m->state;
  struct context ended = s->context;
  bool was_active = exception_bit(s->exceptions.active, ended.exception);
  uint32_t error = return_error(m, was_active, exceptions_active_count(&s->exceptions));
  deactivate(m, ended.exception);
  s->action = ACTION_NONE;
  if (error != 0) {
    fault_on_return(m, ended, EXCEPTION_USAGEFAULT, error);
    return;
  }
  if (s->exceptions.take != 0) {
    tail_chain(m, ended);
    return;
  }
  pop_frame(m, ended);
  if (probe_is_over(m)) {
    m->run->stop = STOP_DONE;
  }
}
