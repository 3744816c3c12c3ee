/* PRIMASK, FAULTMASK, BASEPRI and CONTROL, which the executor keeps: read from there
 * behind each instruction that may have changed them. */
#include "sim/machine/private.h"

/* CONTROL.FPCA is ours: in the executor it is always set, or it would begin FP
 * contexts by its own rules and wipe FPSCR. What MSR wrote is taken from there,
 * and what MRS read is put right. */
static void note_control(struct machine *m, uint32_t control) {
  enum { CONTROL_FPCA = 4 };
  struct machine_state *s = &m->state;
  unsigned own = s->control_written ? control : s->control;
  if (!m->core->has_fpu) {
    s->control = (uint8_t)control;
    return;
  }
  s->control = (uint8_t)((control & ~(unsigned)CONTROL_FPCA) | (own & CONTROL_FPCA));
  if (s->control_written) {
    cpu_set_fpca(m->cpu, true);
  }
  if (s->control_into > 0) {
    cpu_set_one(m->cpu, s->control_into - 1U, s->control);
  }
  s->control_written = false;
  s->control_into = 0;
}

/* CPS, or MSR to one of PRIMASK, BASEPRI, BASEPRI_MAX, FAULTMASK: which, else 0. */
static bool sets_masks(const struct machine *m, uint32_t pc, uint32_t *special) {
  enum { CPS = 0xb660, CPS_BITS = 0xffe8, MSR = 0xf380, FIRST = 16, LAST = 19 };
  unsigned first = (unsigned)memory_get(&m->memory, pc, 2);
  if ((first & CPS_BITS) == CPS) {
    *special = 0;
    return true;
  }
  *special = (uint32_t)memory_get(&m->memory, pc + 2, 2) & 0xffU;
  return (first & 0xfff0U) == MSR && *special >= FIRST && *special <= LAST;
}

static uint64_t masks_of(const struct machine *m) {
  const struct exceptions *x = &m->state.exceptions;
  return event_masks(x->primask, x->faultmask, x->basepri);
}

static void tell_masks(struct machine *m, uint64_t old) {
  const struct machine_state *s = &m->state;
  uint32_t special = 0;
  if (m->host.event == NULL || !sets_masks(m, s->acting_pc, &special)) {
    return;
  }
  struct event event = {.kind = EVENT_MASK,
                        .pc = s->acting_pc,
                        .context = s->context,
                        .boundary = s->acting,
                        .address = special,
                        .leaf = LEAF_NONE,
                        .value = masks_of(m),
                        .old = old};
  machine_emit(m, &event);
}

void masks_refresh(struct machine *m) {
  struct machine_state *s = &m->state;
  struct cpu_special special;
  cpu_get_special(m->cpu, &special);
  s->recheck_masks = false;
  note_control(m, special.control);
  if (s->context.exception == 0 && (special.control & 1U) != 0) {
    guard_update(m);
    return; /* cannot change them, and reads them as zero */
  }
  bool was_set = s->exceptions.faultmask != 0;
  uint64_t old = masks_of(m);
  s->exceptions.primask = special.primask & 1U;
  s->exceptions.faultmask = special.faultmask & 1U;
  s->exceptions.basepri = (uint8_t)special.basepri & s->exceptions.priority_mask;
  bool negative = exceptions_active_priority(&s->exceptions) < 0;
  if (s->exceptions.faultmask != 0 && !was_set && negative) { /* CPSID f has no effect there */
    s->exceptions.faultmask = 0;
    cpu_clear_faultmask(m->cpu);
  }
  exceptions_update(&s->exceptions);
  guard_update(m);
  tell_masks(m, old);
}
