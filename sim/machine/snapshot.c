#include <assert.h>
#include <stdlib.h>

#include "sim/machine/private.h"

struct snapshot {
  struct cpu_context *context;
  struct machine_state state;
  uint64_t mark;
};

struct snapshot *snapshot_create(struct machine *m) {
  struct snapshot *snapshot = allocate(1, sizeof *snapshot);
  snapshot->context = cpu_context_create(m->cpu);
  return snapshot;
}

void snapshot_destroy(struct snapshot *snapshot) {
  if (snapshot != NULL) {
    cpu_context_destroy(snapshot->context);
    free(snapshot);
  }
}

void snapshot_save(struct snapshot *snapshot, struct machine *m) {
  assert(m->queued == 0);
  cpu_context_save(m->cpu, snapshot->context);
  snapshot->state = m->state;
  snapshot->mark = undo_mark(&m->undo);
}

void snapshot_restore_registers(const struct snapshot *snapshot, struct machine *m) {
  m->state = snapshot->state;
  m->queued = 0;
  m->stopping = m->special = false;
  cpu_context_restore(m->cpu, snapshot->context);
}

void snapshot_restore(struct snapshot *snapshot, struct machine *m) {
  if (m->code_in_ram) {
    code_forget_undone(m, snapshot->mark);
  }
  undo_rewind(&m->undo, snapshot->mark);
  snapshot_restore_registers(snapshot, m);
}

bool snapshot_kept_registers(const struct snapshot *snapshot, struct machine *m) {
  enum { CALLEE_SAVED = 0x0ff0, SP = 13 };
  unsigned lost = 0;
  for (unsigned left = m->written & CALLEE_SAVED; left != 0; left &= left - 1) {
    unsigned reg = (unsigned)__builtin_ctz(left);
    lost += cpu_get_one(m->cpu, reg) != cpu_context_get_one(snapshot->context, reg);
  }
  if (lost == 0) {
    return true;
  }
  machine_settle(m);
  return cpu_get_one(m->cpu, SP) != cpu_context_get_one(snapshot->context, SP);
}

uint64_t snapshot_mark(const struct snapshot *snapshot) {
  return snapshot->mark;
}

const struct machine_state *snapshot_state(const struct snapshot *snapshot) {
  return &snapshot->state;
}
