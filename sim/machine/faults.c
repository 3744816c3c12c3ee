/* Faults: how they are raised, and where they escalate.
 *
 * Sources: ARMv7-M B1.5.14 (escalation), B3.2.15 to B3.2.18 (status and address
 * registers); on ARMv6-M every fault is HardFault. */
#include "sim/machine/private.h"

enum { HFSR_FORCED = 1 << 30 };
static const uint32_t HFSR_DEBUGEVT = 1U << 31;
enum { DFSR_BKPT = 1 << 1 };

static void note_status(struct machine *m, const struct fault *fault) {
  struct scb *scb = &m->state.scb;
  if (!m->core->v7m) {
    return;
  }
  scb->cfsr |= fault->cfsr;
  if ((fault->cfsr & CFSR_MMARVALID) != 0) {
    scb->mmfar = fault->address;
  }
  if ((fault->cfsr & CFSR_BFARVALID) != 0) {
    scb->bfar = fault->address;
  }
}

static void tell(struct machine *m, enum event_kind kind, const struct fault *fault) {
  const struct machine_state *s = &m->state;
  struct event event = {
      .kind = (uint8_t)kind,
      .pc = s->pc,
      .context = s->context,
      .boundary = s->boundary,
      .address = fault->address,
      .leaf = LEAF_NONE,
      .value = fault->exception,
  };
  machine_emit(m, &event);
}

void fault_lock_up(struct machine *m) {
  const struct fault none = {0};
  tell(m, EVENT_LOCKUP, &none);
  m->state.locked_up = true;
  m->run->stop = STOP_LOCKUP;
}

unsigned fault_target(const struct machine *m, unsigned exception) {
  const struct exceptions *x = &m->state.exceptions;
  bool own = m->core->v7m && exception_bit(x->enabled, exception) &&
             exception_can_preempt(x, exception);
  if (own && exception != EXCEPTION_HARDFAULT) {
    return exception;
  }
  return exception_can_preempt(x, EXCEPTION_HARDFAULT) ? EXCEPTION_HARDFAULT : 0;
}

bool fault_pend(struct machine *m, const struct fault *fault) {
  struct machine_state *s = &m->state;
  tell(m, EVENT_FAULT, fault);
  note_status(m, fault);
  unsigned target = fault_target(m, fault->exception);
  if (target == 0) {
    fault_lock_up(m);
    return false;
  }
  if (target != fault->exception && m->core->v7m) {
    s->scb.hfsr |= HFSR_FORCED;
  }
  machine_pend(m, target);
  return true;
}

bool fault_pend_lazily(struct machine *m, const struct fault *fault, bool own_ready,
                       bool hard_ready) {
  struct machine_state *s = &m->state;
  tell(m, EVENT_FAULT, fault);
  note_status(m, fault);
  if (!own_ready && !hard_ready) {
    fault_lock_up(m);
    return false;
  }
  s->scb.hfsr |= own_ready ? 0U : (uint32_t)HFSR_FORCED;
  machine_pend(m, own_ready ? fault->exception : EXCEPTION_HARDFAULT);
  return true;
}

void fault_raise(struct machine *m, unsigned exception, uint32_t cfsr, uint32_t address) {
  const struct fault fault = {(uint8_t)exception, cfsr, address};
  fault_pend(m, &fault);
}

void fault_breakpoint(struct machine *m) {
  struct machine_state *s = &m->state;
  const struct fault fault = {.exception = EXCEPTION_HARDFAULT, .address = s->pc};
  if (!m->core->v7m) {
    fault_pend(m, &fault);
    return;
  }
  s->scb.dfsr |= DFSR_BKPT;
  if (exception_bit(s->exceptions.enabled, EXCEPTION_DEBUGMONITOR) &&
      exception_can_preempt(&s->exceptions, EXCEPTION_DEBUGMONITOR)) {
    machine_pend(m, EXCEPTION_DEBUGMONITOR);
    return;
  }
  if (!exception_can_preempt(&s->exceptions, EXCEPTION_HARDFAULT)) {
    fault_lock_up(m);
    return;
  }
  tell(m, EVENT_FAULT, &fault);
  s->scb.hfsr |= HFSR_DEBUGEVT;
  machine_pend(m, EXCEPTION_HARDFAULT);
}

/* Execute-never by the default memory map (ARMv7-M B3.1). */
struct fault fault_of_fetch(uint32_t address) {
  bool never = address >= 0xa0000000 || (address >= 0x40000000 && address < 0x60000000);
  return never ? (struct fault){EXCEPTION_MEMMANAGE, CFSR_IACCVIOL, address}
               : (struct fault){EXCEPTION_BUSFAULT, CFSR_IBUSERR, address};
}

void fault_of_exit(struct machine *m, const struct cpu_exit *exit) {
  enum { CCR_BFHFNMIGN = 1 << 8 };
  static const struct {
    uint32_t cfsr;
    uint8_t exception;
  } faults[] = {
      [CPU_UNDEFINED] = {CFSR_UNDEFINSTR, EXCEPTION_USAGEFAULT},
      [CPU_NO_COPROCESSOR] = {CFSR_NOCP, EXCEPTION_USAGEFAULT},
      [CPU_UNALIGNED] = {CFSR_UNALIGNED, EXCEPTION_USAGEFAULT},
      [CPU_BAD_READ] = {CFSR_PRECISERR | CFSR_BFARVALID, EXCEPTION_BUSFAULT},
      [CPU_BAD_WRITE] = {CFSR_PRECISERR | CFSR_BFARVALID, EXCEPTION_BUSFAULT},
      [CPU_SVC] = {CFSR_UNDEFINSTR, EXCEPTION_USAGEFAULT},
      [CPU_BKPT] = {CFSR_UNDEFINSTR, EXCEPTION_USAGEFAULT},
      [CPU_HALTED] = {CFSR_UNDEFINSTR, EXCEPTION_USAGEFAULT},
  };
  struct machine_state *s = &m->state;
  s->pc = exit->pc & ~1U;
  if (exit->kind == CPU_INVALID_STATE) {
    s->invalid_state = true; /* faults before its first instruction */
    return;
  }
  if (exit->kind == CPU_BAD_FETCH) {
    struct fault fault = fault_of_fetch(s->pc);
    fault_pend(m, &fault);
    return;
  }
  bool data = exit->kind == CPU_BAD_READ || exit->kind == CPU_BAD_WRITE;
  const struct code *code = machine_code(m, s->pc);
  if (data && code != NULL && (s->scb.ccr & CCR_BFHFNMIGN) != 0 &&
      s->exceptions.execution_priority < 0) { /* ignored: a load gives anything */
    s->scb.cfsr |= CFSR_PRECISERR | CFSR_BFARVALID;
    s->scb.bfar = exit->address;
    s->pc += code_size(code);
    return;
  }
  fault_raise(m, faults[exit->kind].exception, faults[exit->kind].cfsr, exit->address);
}
