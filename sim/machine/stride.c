#include "sim/machine/stride.h"

#include "sim/machine/footprint.h"
#include "sim/machine/peripherals.h"
#include "sim/machine/private.h"

/* Instructions that do more than compute and access memory. */
enum { ROUGH = CODE_NOTED | CODE_STACK | CODE_BLOCK | CODE_TO_PC | FOOTPRINT_STATE };

/* Whether nothing is under way that each boundary must look at. */
static bool is_smooth(const struct machine *m) {
  const struct machine_state *s = &m->state;
  const struct machine_host *host = &m->host;
  bool asked = host->stops != NULL || host->instruction != NULL || m->footprint != NULL ||
               m->edges.map != NULL || s->calls.count > 0;
  bool given = m->config.stimulus != NULL || m->config.arrival_rule_count > 0;
  bool delayed = s->recheck_masks || s->late.open || s->interrupted.armed || s->invalid_state;
  bool block = s->in_block || s->it_state != 0;
  bool came = m->stride.changes != s->exceptions.changes ||
              m->stride.bus_accesses != s->bus_accesses; /* behind the listener's back */
  return (m->run->mode == RUN_SPINE || m->run->strides_from != 0) && !came && !asked &&
         !given && !delayed && !block && !m->code_in_ram && (s->traps & CODE_MEMORY) == 0;
}

static uint64_t least(uint64_t one, uint64_t other) {
  return one < other ? one : other;
}

/* How often this can be counted up before it comes to the limit. */
static uint64_t room(uint64_t value, uint64_t limit) {
  return limit > value ? limit - value : 0;
}

/* The boundary at which something comes by itself, or is looked for, in a run in which it
 * does. */
static uint64_t next_natural(const struct machine *m) {
  const struct machine_state *s = &m->state;
  const struct progress *p = &s->progress;
  uint64_t due = least(least(peripherals_due(&m->devices), s->next_period), s->next_arrival);
  uint64_t steps = least(room(s->time, due), room(p->walked + 1, p->next_anchor));
  return least(p->next_gift, s->boundary + steps);
}

void stride_begin(struct machine *m, const struct code *code) {
  if ((code->flags & (ROUGH | m->state.traps)) != 0 || !is_smooth(m)) {
    return;
  }
  uint64_t end = least(m->stride.offered, m->run->limit - 1); /* the last place is asked for */
  m->stride.until = machine_is_natural(m) ? least(end, next_natural(m)) : end;
}

/* Whether the listener need not know of what the last instruction accessed. */
static inline bool is_apart(const struct machine *m) {
  const struct access_record *access = &m->queue[0];
  uint64_t likely = m->stride.likely;
  if (m->queued == 0 || likely == 0) {
    return m->queued <= 1;
  }
  return m->queued == 1 && likely != UINT64_MAX &&
         !footprint_may_meet(likely, m, access->address, access->size);
}

/* The instruction there, if it is one that a stride passes, behind the one ahead of it. */
static inline const struct code *next_of_stride(const struct machine *m, uint32_t pc) {
  const struct machine_state *s = &m->state;
  const struct progress *p = &s->progress;
  uint32_t offset = pc - m->recent.base;
  const struct code *code = &m->recent.codes[offset / 2];
  bool known = offset < m->recent.size && code->flags != 0;
  return known && (code->flags & (ROUGH | s->traps)) == 0 &&
                 !progress_may_recur(m, &p->tight, pc) &&
                 !progress_may_recur(m, &p->loop, pc) && is_apart(m)
             ? code
             : NULL;
}

/* False: whoever heard of it ended the stride. */
static inline bool tell(struct machine *m) {
  accesses_tell(m);
  if (m->host.accessed != NULL) {
    m->host.accessed(m->host.owner);
  }
  return m->stride.until != 0;
}

void stride_meet(struct machine *m, uint32_t pc) {
  struct machine_state *s = &m->state;
  const struct code *code = next_of_stride(m, pc);
  if (code == NULL) {
    boundary_meet_fully(m, pc, false);
    return;
  }
  m->last_count = m->queued;
  if (m->queued > 0 && !tell(m)) {
    boundary_meet_fully(m, pc, true);
    return;
  }
  if (m->run->mode == RUN_SPINE) {
    m->stride.passed++;
  } else {
    m->written |= code->writes;
    machine_passes(m, pc);
  }
  s->progress.walked++;
  s->pc = pc;
  s->acting = s->boundary++;
  s->acting_pc = pc;
  s->acting_flags = code->flags;
  s->time++;
  s->instructions++;
}
