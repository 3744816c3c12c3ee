/* Precise traps that the executor does not know: FP access, division by zero,
 * alignment, and accesses that privilege or the MPU forbids.
 *
 * The first three are known before the instruction executes. The last are seen
 * while it does: the machine is saved before each load or store in such a mode,
 * and an offending instruction is taken back as if it had not begun. */
#include "sim/machine/decode.h"
#include "sim/machine/private.h"
#include "sim/machine/scs.h"

enum { CCR_USERSETMPEND = 1 << 1, CCR_UNALIGN_TRP = 1 << 3, CCR_DIV_0_TRP = 1 << 4 };
enum { CONTROL_NPRIV = 1, CPACR_CP10_SHIFT = 20, STIR = 0xf00 };
static const uint32_t PPB_LOW = 0xe0000000;

bool guard_is_privileged(const struct machine *m) {
  const struct machine_state *s = &m->state;
  return s->context.exception != 0 || (s->control & CONTROL_NPRIV) == 0;
}

bool guard_fp_is_accessible(const struct machine *m, bool privileged) {
  uint32_t access = m->state.scb.cpacr >> CPACR_CP10_SHIFT & 3U;
  return m->core->has_fpu && (access == 3 || (access == 1 && privileged));
}

static bool mpu_is_on(const struct machine *m) {
  return (m->state.mpu.control & MPU_ENABLE) != 0;
}

void guard_update(struct machine *m) {
  struct machine_state *s = &m->state;
  s->traps = CODE_NOTED;
  if (!m->core->v7m) {
    s->traps &= ~(uint32_t)CODE_WORDS; /* the executor faults these itself */
  }
  if (m->core->v7m) {
    s->traps |= CODE_FP;
  }
  if ((s->scb.ccr & CCR_DIV_0_TRP) != 0) {
    s->traps |= CODE_DIVIDE;
  }
  if (!guard_is_privileged(m) || mpu_is_on(m) ||
      (m->core->v7m && (s->scb.ccr & CCR_UNALIGN_TRP) != 0)) {
    s->traps |= CODE_MEMORY;
  }
}

static void trap(struct machine *m, unsigned exception, uint32_t cfsr, uint32_t address) {
  m->trap = (struct fault){(uint8_t)exception, cfsr, address};
}

static bool negative_priority(const struct machine *m) {
  return m->state.exceptions.execution_priority < 0;
}

void guard_fetch(struct machine *m) {
  const struct machine_state *s = &m->state;
  if (s->invalid_state) {
    trap(m, EXCEPTION_USAGEFAULT, CFSR_INVSTATE, 0);
  } else if (mpu_is_on(m) && !mpu_allows(&s->mpu, s->pc, MPU_FETCH, guard_is_privileged(m),
                                         negative_priority(m))) {
    trap(m, EXCEPTION_MEMMANAGE, CFSR_IACCVIOL, s->pc);
  }
}

void guard_instruction(struct machine *m, const struct code *code) {
  const struct machine_state *s = &m->state;
  if ((code->flags & CODE_FP) != 0) {
    if (!guard_fp_is_accessible(m, guard_is_privileged(m))) {
      trap(m, EXCEPTION_USAGEFAULT, CFSR_NOCP, 0);
      return;
    }
    fp_touch(m);
    if (m->state.exceptions.take != 0) {
      return;
    }
  }
  bool words = (code->flags & CODE_WORDS) != 0 && m->core->v7m && code->base != 13;
  bool divides = (code->flags & s->traps & CODE_DIVIDE) != 0;
  if (words || divides) {
    uint32_t value = cpu_get_one(m->cpu, code->base);
    if (words && (value & 3U) != 0) {
      trap(m, EXCEPTION_USAGEFAULT, CFSR_UNALIGNED, value);
    } else if (divides && value == 0) {
      trap(m, EXCEPTION_USAGEFAULT, CFSR_DIVBYZERO, 0);
    }
  }
  m->unprivileged_access = (code->flags & CODE_UNPRIVILEGED) != 0;
  if ((code->flags & s->traps & CODE_MEMORY) != 0 || m->unprivileged_access) {
    snapshot_save(m->guard, m);
    m->guarded = true;
  }
}

static void violate(struct machine *m, unsigned exception, uint32_t cfsr, uint32_t address) {
  if (m->violation.exception == 0) {
    m->violation = (struct fault){(uint8_t)exception, cfsr, address};
  }
}

void guard_access(struct machine *m, bool write, uint32_t address, unsigned size) {
  const struct machine_state *s = &m->state;
  bool privileged = guard_is_privileged(m) && !m->unprivileged_access;
  if (!m->guarded) {
    return;
  }
  if (m->core->v7m && (s->scb.ccr & CCR_UNALIGN_TRP) != 0 && size <= 4 &&
      (address & (size - 1)) != 0) {
    violate(m, EXCEPTION_USAGEFAULT, CFSR_UNALIGNED, address);
  }
  bool stir = address == SCS_BASE + STIR && (s->scb.ccr & CCR_USERSETMPEND) != 0;
  if (!privileged && address >= PPB_LOW && !stir) {
    violate(m, EXCEPTION_BUSFAULT, CFSR_PRECISERR | CFSR_BFARVALID, address);
  }
  if (!mpu_allows(&s->mpu, address, write ? MPU_WRITE : MPU_READ, privileged,
                  negative_priority(m))) {
    violate(m, EXCEPTION_MEMMANAGE, CFSR_DACCVIOL | CFSR_MMARVALID, address);
  }
}

void guard_take_back(struct machine *m) {
  struct fault fault = m->violation;
  snapshot_restore(m->guard, m);
  m->violation = (struct fault){0};
  m->guarded = false;
  fault_pend(m, &fault);
}
