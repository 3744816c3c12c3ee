/* Instructions that the executor leaves to the model: SVC, BKPT and waiting. */
#include "sim/machine/decode.h"
#include "sim/machine/private.h"

enum { SEMIHOSTING = 0xab };

/* The instruction counts as executed; ITSTATE moves on. */
static void retire(struct machine *m, const struct code *code) {
  struct machine_state *s = &m->state;
  s->acting = s->boundary++;
  s->acting_pc = s->pc;
  s->acting_flags = code->flags;
  s->acting_it = s->it_state;
  s->time++;
  s->instructions++;
  s->pc += code_size(code);
  s->it_state = decode_it_advance(s->it_state);
}

static void breakpoint(struct machine *m, const struct code *code) {
  struct machine_state *s = &m->state;
  if (code->value == SEMIHOSTING) {
    retire(m, code);
    semihosting_call(m);
    return;
  }
  struct event event = {.kind = EVENT_BKPT,
                        .pc = s->pc,
                        .context = s->context,
                        .boundary = s->boundary,
                        .leaf = LEAF_NONE,
                        .value = code->value};
  machine_emit(m, &event);
  switch (m->config.bkpt) {
    case BKPT_CONTINUE:
      retire(m, code);
      break;
    case BKPT_STOP:
      m->run->stop = STOP_BKPT;
      break;
    case BKPT_FAULT: /* no debugger: DebugMonitor or HardFault (ARMv7-M C1.6) */
      fault_breakpoint(m);
      break;
  }
}

/* SVC is synchronous: if it cannot be taken it escalates (ARMv7-M B1.5.14). */
static void supervisor_call(struct machine *m, const struct code *code) {
  struct machine_state *s = &m->state;
  if (exception_can_preempt(&s->exceptions, EXCEPTION_SVCALL)) {
    retire(m, code);
    machine_pend(m, EXCEPTION_SVCALL);
  } else {
    fault_raise(m, EXCEPTION_SVCALL, 0, s->pc);
  }
}

void special_sleep(struct machine *m, bool event) {
  struct machine_state *s = &m->state;
  bool woken = exceptions_would_wake(&s->exceptions);
  if (event && s->event_register) {
    s->event_register = false;
    woken = true;
  }
  s->scs_touched = true; /* sleep sees what is pending */
  s->asleep = !woken;
  if (woken) {
    return;
  }
  struct event sleep = {.kind = EVENT_SLEEP,
                        .pc = s->pc,
                        .context = s->context,
                        .boundary = s->boundary,
                        .leaf = LEAF_NONE};
  machine_emit(m, &sleep);
  if (!machine_is_natural(m) || !progress_wake(m)) {
    m->run->stop = STOP_SLEEP;
    return;
  }
  s->asleep = false;
}

const struct code_stub *special_stub(const struct machine *m, uint32_t pc) {
  for (size_t i = 0; i < m->config.stub_count; i++) {
    if (m->config.stubs[i].address == pc) {
      return &m->config.stubs[i];
    }
  }
  return NULL;
}

/* As if the function began with a return: one instruction. */
static void stub_return(struct machine *m, const struct code *code,
                        const struct code_stub *stub) {
  struct machine_state *s = &m->state;
  enum { LR = 14 };
  uint32_t lr = cpu_get_one(m->cpu, LR);
  retire(m, code);
  if (stub->value_of != 0) {
    cpu_set_one(m->cpu, 0, (uint32_t)machine_device_read(m, stub->value_of, 4));
  } else if (stub->has_value) {
    cpu_set_one(m->cpu, 0, stub->value);
  }
  if (lr >= 0xf0000000 && s->context.exception != 0) {
    s->action = ACTION_RETURN;
    s->exc_return = lr;
  } else {
    s->pc = lr & ~1U;
  }
}

static void stub_execute(struct machine *m, const struct code *code) {
  const struct code_stub *stub = special_stub(m, m->state.pc);
  switch (stub->kind) {
    case STUB_RETURN:
      stub_return(m, code, stub);
      break;
    case STUB_EXIT:
      m->state.exit_code = (int)stub->value;
      m->run->stop = STOP_EXIT;
      break;
    case STUB_CRASH:
      fault_lock_up(m);
      break;
  }
}

void special_execute(struct machine *m) {
  struct machine_state *s = &m->state;
  const struct code *code = machine_code(m, s->pc);
  m->special = false;
  if ((code->flags & CODE_STUB) != 0) {
    stub_execute(m, code);
  } else if ((code->flags & CODE_SVC) != 0) {
    supervisor_call(m, code);
  } else if ((code->flags & CODE_BKPT) != 0) {
    breakpoint(m, code);
  } else {
    retire(m, code);
    if ((code->flags & (CODE_WFI | CODE_WFE)) != 0) {
      special_sleep(m, (code->flags & CODE_WFE) != 0);
    }
  }
}
