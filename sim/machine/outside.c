/* Looking at a machine, and changing it, between two runs: what a debugger does. */
#include <assert.h>

#include "sim/machine/private.h"

/* Where accesses have a meaning (ARMv7-M B3.1): bit-band alias, peripherals, PPB. */
static bool is_device(const struct machine *m, uint32_t address) {
  bool alias = bitband_exists(m) && address - 0x22000000U < 0x02000000U;
  return alias || address - 0x40000000U < 0x20000000U || address - 0xe0000000U < 0x00100000U;
}

/* The machine as if a run were under way, with nobody listening. */
struct visit {
  struct machine_host host;
  struct run run;
};

static void begin_visit(struct machine *m, struct visit *visit) {
  assert(m->queued == 0);
  *visit = (struct visit){.host = m->host, .run = {.mode = RUN_SPINE}};
  m->host = (struct machine_host){0};
  m->run = &visit->run;
  m->guarded = false;
}

static void end_visit(struct machine *m, const struct visit *visit) {
  m->host = visit->host;
  m->run = NULL;
  m->queued = 0;
}

bool machine_peek(struct machine *m, uint32_t address, unsigned size, uint32_t *value) {
  if (memory_host(&m->memory, address, size) != NULL) {
    *value = (uint32_t)memory_get(&m->memory, address, size);
    return true;
  }
  if (!is_device(m, address)) {
    return false;
  }
  struct visit visit;
  begin_visit(m, &visit);
  snapshot_save(m->trial, m);
  *value = (uint32_t)machine_device_read(m, address, size);
  m->queued = 0;
  snapshot_restore(m->trial, m);
  end_visit(m, &visit);
  return true;
}

bool machine_poke(struct machine *m, uint32_t address, unsigned size, uint32_t value) {
  const struct region *region = memory_region(&m->memory, address, size);
  bool writable = region != NULL ? region->writable : is_device(m, address);
  if (!writable) {
    return false;
  }
  struct visit visit;
  begin_visit(m, &visit);
  if (region != NULL) {
    machine_write(m, address, size, value);
  } else {
    machine_device_write(m, address, size, value);
    exceptions_update(&m->state.exceptions);
  }
  end_visit(m, &visit);
  return true;
}

uint64_t machine_register(struct machine *m, enum machine_register which) {
  struct cpu_registers registers;
  struct cpu_special special;
  cpu_get(m->cpu, &registers);
  if (which < REGISTER_SP) {
    return registers.r[which];
  }
  if (which >= REGISTER_D0 && which < REGISTER_FPSCR) {
    return cpu_get_double(m->cpu, which - REGISTER_D0);
  }
  cpu_get_special(m->cpu, &special);
  switch (which) {
    case REGISTER_SP:
      return registers.sp;
    case REGISTER_LR:
      return registers.lr;
    case REGISTER_PC:
      return m->state.pc;
    case REGISTER_XPSR:
      return (registers.xpsr & 0xff0f0000U) | 1U << 24 | m->state.context.exception;
    case REGISTER_MSP:
      return cpu_msp(m->cpu);
    case REGISTER_PSP:
      return cpu_psp(m->cpu);
    case REGISTER_PRIMASK:
      return special.primask;
    case REGISTER_BASEPRI:
      return special.basepri;
    case REGISTER_FAULTMASK:
      return special.faultmask;
    case REGISTER_CONTROL:
      return m->state.control;
    case REGISTER_FPSCR:
      return cpu_get_fpscr(m->cpu);
    default:
      return 0;
  }
}

static void set_pc(struct machine *m, uint32_t pc) {
  m->state.pc = pc & ~1U;
  m->state.it_state = 0;
  m->state.in_block = false;
  m->state.interrupted.armed = false;
}

/* The masks decide what is taken next. */
static void set_mask(struct machine *m, enum machine_register which, uint32_t value) {
  struct exceptions *x = &m->state.exceptions;
  struct cpu_special special;
  cpu_get_special(m->cpu, &special);
  if (which == REGISTER_PRIMASK) {
    special.primask = value & 1U;
  } else if (which == REGISTER_FAULTMASK) {
    special.faultmask = value & 1U;
  } else {
    special.basepri = value & x->priority_mask;
  }
  cpu_set_masks(m->cpu, &special);
  x->primask = (uint8_t)special.primask;
  x->faultmask = (uint8_t)special.faultmask;
  x->basepri = (uint8_t)special.basepri;
  exceptions_update(x);
}

bool machine_set_register(struct machine *m, enum machine_register which, uint64_t value) {
  uint32_t word = (uint32_t)value;
  if (which >= REGISTER_D0 && which < REGISTER_FPSCR) {
    cpu_set_double(m->cpu, which - REGISTER_D0, value);
    return true;
  }
  switch (which) {
    case REGISTER_PC:
      set_pc(m, word);
      return true;
    case REGISTER_XPSR:
      cpu_set_flags(m->cpu, word);
      return true;
    case REGISTER_MSP:
      cpu_set_msp(m->cpu, word & ~3U);
      return true;
    case REGISTER_PSP:
      cpu_set_psp(m->cpu, word & ~3U);
      return true;
    case REGISTER_BASEPRI:
    case REGISTER_FAULTMASK:
      if (!m->core->v7m) {
        return false;
      }
      set_mask(m, which, word);
      return true;
    case REGISTER_PRIMASK:
      set_mask(m, which, word);
      return true;
    case REGISTER_CONTROL:
      return false;
    case REGISTER_FPSCR:
      cpu_set_fpscr(m->cpu, word);
      return true;
    default:
      break;
  }
  if (which > REGISTER_LR) {
    return false;
  }
  cpu_set_one(m->cpu, which, word);
  return true;
}
