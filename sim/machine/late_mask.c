#include "sim/machine/late_mask.h"

#include <string.h>

#include "sim/machine/private.h"

void late_mask_end(struct machine *m) {
  struct machine_state *s = &m->state;
  if (!s->late.open) {
    return;
  }
  for (unsigned word = 0; word < EXCEPTION_WORDS; word++) {
    s->exceptions.enabled[word] &= ~s->late.set[word];
  }
  s->late = (struct late_mask){.open = false};
  exceptions_update(&s->exceptions);
}

void late_mask_begin(struct machine *m, const uint32_t before[EXCEPTION_WORDS]) {
  struct machine_state *s = &m->state;
  struct exceptions *x = &s->exceptions;
  for (unsigned i = 0; i < m->config.arrival_rule_count; i++) {
    const struct arrival_rule *rule = &m->config.arrival_rules[i];
    unsigned e = rule->exception;
    bool disabled = exception_bit(before, e) && !exception_bit(x->enabled, e);
    if (rule->late == 0 || !disabled || exception_bit(x->pending, e) ||
        exception_bit(x->active, e) || !exception_can_preempt(x, e)) {
      continue;
    }
    uint64_t until = s->boundary + rule->late;
    s->late.until = s->late.open && s->late.until < until ? s->late.until : until;
    s->late.open = true;
    exception_set(s->late.set, e);
    exception_set(x->enabled, e);
    s->recheck_masks = true;
  }
  if (s->late.open) {
    exceptions_update(x);
  }
}

/* Both words of the instruction that executed last: ISB has no other encoding (A7.7.37). */
static bool was_isb(const struct machine *m) {
  uint32_t pc = m->state.acting_pc;
  return memory_host(&m->memory, pc, 4) != NULL && memory_get(&m->memory, pc, 2) == 0xf3bf &&
         (memory_get(&m->memory, pc + 2, 2) & 0xfff0U) == 0x8f60;
}

void late_mask_step(struct machine *m) {
  struct machine_state *s = &m->state;
  if (!s->late.open) {
    return;
  }
  if (s->boundary >= s->late.until || was_isb(m)) {
    late_mask_end(m);
  } else {
    s->recheck_masks = true; /* to be asked at the next boundary, too */
  }
}
