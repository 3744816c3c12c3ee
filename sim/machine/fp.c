/* The FP context on exception entry and return, saved at once or lazily.
 *
 * What is not saved lazily is subject to CPACR, as an instruction would be; what
 * is saved lazily is not: the instruction that asks for it was already checked.
 * Source: ARMv7-M B1.5.7 (lazy preservation), B1.5.6 and B1.5.8. */
#include "sim/machine/private.h"

enum { CONTROL_FPCA = 4, FP_WORDS = 16, FP_OFFSET = 0x20, FPSCR_OFFSET = 0x60 };
enum { FP_SIZE = 0x44 }; /* S0 to S15 and FPSCR */
enum {
  FPCCR_LSPACT = 1,
  FPCCR_USER = 2,
  FPCCR_THREAD = 8,
  FPCCR_HFRDY = 16,
  FPCCR_MMRDY = 32,
  FPCCR_BFRDY = 64,
  FPCCR_MONRDY = 256
};
static const uint32_t FPCCR_LSPEN = 1U << 30, FPCCR_ASPEN = 1U << 31;
static const uint32_t FPDSCR_BITS = 0x07c00000;

bool fp_is_active(const struct machine *m) {
  return m->core->has_fpu && (m->state.control & CONTROL_FPCA) != 0;
}

static void store(struct machine *m, uint32_t address) {
  struct cpu_fp fp;
  cpu_get_fp(m->cpu, &fp);
  machine_write_words(m, address, fp.s, FP_WORDS);
  machine_write_words(m, address + FP_WORDS * sizeof fp.fpscr, &fp.fpscr, 1);
}

static void set_default_status(struct machine *m) {
  uint32_t fpscr = cpu_get_fpscr(m->cpu);
  cpu_set_fpscr(m->cpu, (fpscr & ~FPDSCR_BITS) | (m->state.scb.fpdscr & FPDSCR_BITS));
}

/* What forbids a lazy store, with the privilege and the priority of the code whose
 * state it is. */
static struct fault lazy_fault(const struct machine *m) {
  const struct machine_state *s = &m->state;
  uint32_t address = s->scb.fpcar, last = address + FP_SIZE - 4;
  bool privileged = (s->scb.fpccr & FPCCR_USER) == 0;
  bool negative = (s->scb.fpccr & FPCCR_HFRDY) == 0;
  if ((s->mpu.control & MPU_ENABLE) != 0 &&
      (!mpu_allows(&s->mpu, address, MPU_WRITE, privileged, negative) ||
       !mpu_allows(&s->mpu, last, MPU_WRITE, privileged, negative))) {
    return (struct fault){.exception = EXCEPTION_MEMMANAGE, .cfsr = CFSR_MLSPERR};
  }
  const struct region *region = memory_region(&m->memory, address, FP_SIZE);
  if (region == NULL || !region->writable) {
    return (struct fault){.exception = EXCEPTION_BUSFAULT, .cfsr = CFSR_LSPERR};
  }
  return (struct fault){0};
}

/* False: a fault is taken instead, and the state is still to be saved. A fault that
 * cannot be taken yet stays pending, and the state is lost. */
static bool save_lazily(struct machine *m) {
  struct machine_state *s = &m->state;
  struct fault fault = lazy_fault(m);
  if (fault.exception == 0) {
    store(m, s->scb.fpcar);
  } else {
    bool memory = fault.exception == EXCEPTION_MEMMANAGE;
    bool own = (s->scb.fpccr & (memory ? FPCCR_MMRDY : FPCCR_BFRDY)) != 0;
    bool hard = (s->scb.fpccr & FPCCR_HFRDY) != 0;
    if (!fault_pend_lazily(m, &fault, own, hard) || s->exceptions.take != 0) {
      return false;
    }
  }
  s->scb.fpccr &= ~(uint32_t)FPCCR_LSPACT;
  set_default_status(m);
  return true;
}

void fp_touch(struct machine *m) {
  struct machine_state *s = &m->state;
  if ((s->scb.fpccr & FPCCR_LSPACT) != 0 && !save_lazily(m)) {
    return;
  }
  if ((s->scb.fpccr & FPCCR_ASPEN) != 0 && (s->control & CONTROL_FPCA) == 0) {
    set_default_status(m);
    s->control |= CONTROL_FPCA;
  }
}

/* Which exceptions could be taken where the state would be saved late. */
static uint32_t ready_bits(const struct machine *m) {
  static const struct {
    uint8_t exception;
    uint32_t bit;
  } rows[] = {{EXCEPTION_HARDFAULT, FPCCR_HFRDY},
              {EXCEPTION_MEMMANAGE, FPCCR_MMRDY},
              {EXCEPTION_BUSFAULT, FPCCR_BFRDY},
              {EXCEPTION_DEBUGMONITOR, FPCCR_MONRDY}};
  const struct exceptions *x = &m->state.exceptions;
  uint32_t bits = 0;
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    bool ready = exception_bit(x->enabled, rows[i].exception) &&
                 exception_can_preempt(x, rows[i].exception);
    bits |= ready ? rows[i].bit : 0;
  }
  return bits;
}

bool fp_push(struct machine *m, uint32_t frame) {
  struct scb *scb = &m->state.scb;
  bool privileged = guard_is_privileged(m);
  if ((scb->fpccr & FPCCR_LSPEN) == 0) {
    if (guard_fp_is_accessible(m, privileged)) {
      store(m, frame + FP_OFFSET);
      return true;
    }
    return false;
  }
  bool thread = m->state.context.exception == 0;
  scb->fpcar = frame + FP_OFFSET;
  scb->fpccr &= FPCCR_LSPEN | FPCCR_ASPEN;
  scb->fpccr |= FPCCR_LSPACT | ready_bits(m) | (thread ? FPCCR_THREAD : 0U) |
                (privileged ? 0U : FPCCR_USER);
  return true;
}

bool fp_can_pop(const struct machine *m, bool privileged) {
  bool never_saved = (m->state.scb.fpccr & FPCCR_LSPACT) != 0;
  return never_saved || guard_fp_is_accessible(m, privileged);
}

void fp_pop(struct machine *m, uint32_t frame) {
  struct scb *scb = &m->state.scb;
  if ((scb->fpccr & FPCCR_LSPACT) != 0) { /* never saved: the registers still hold it */
    scb->fpccr &= ~(uint32_t)FPCCR_LSPACT;
    return;
  }
  struct cpu_fp fp;
  for (unsigned i = 0; i < FP_WORDS; i++) {
    fp.s[i] = (uint32_t)memory_get(&m->memory, frame + FP_OFFSET + 4 * i, 4);
  }
  fp.fpscr = (uint32_t)memory_get(&m->memory, frame + FPSCR_OFFSET, 4);
  cpu_set_fp(m->cpu, &fp);
}
