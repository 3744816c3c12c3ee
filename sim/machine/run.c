/* A run: the executor and the model in turn, until one of them stops it. */
#include "sim/machine/private.h"

/* What kept the next instruction from executing, or the last from standing. */
static void settle_traps(struct machine *m) {
  if (m->violation.exception != 0) {
    m->queued = 0;
    guard_take_back(m);
  } else if (m->trap.exception != 0) {
    struct fault fault = m->trap;
    m->trap = (struct fault){0};
    fault_pend(m, &fault);
  } else if (m->special) {
    special_execute(m);
  }
}

/* EXC_RETURN with its bit 0, which the executor's pc does not have: as it was
 * loaded, or from BX's register. */
static uint32_t exc_return_value(struct machine *m, uint32_t shown) {
  const struct code *code = machine_code(m, m->state.acting_pc);
  uint32_t value = shown;
  if (m->queued > 0) {
    value = (uint32_t)m->queue[m->queued - 1].value;
  } else if (code != NULL && code->reads != 0 && (code->flags & CODE_MEMORY) == 0) {
    value = cpu_get_one(m->cpu, (unsigned)__builtin_ctz(code->reads));
  }
  return (value | 1U) == shown ? value : shown;
}

/* Lets the executor run until something needs the model. */
static void execute(struct machine *m) {
  struct machine_state *s = &m->state;
  if (s->invalid_state) {
    fault_raise(m, EXCEPTION_USAGEFAULT, CFSR_INVSTATE, s->pc);
    return;
  }
  m->stopping = m->special = m->guarded = false;
  struct cpu_exit exit = cpu_run(m->cpu, s->pc, s->it_state);
  machine_end_stride(m); /* whoever interrupted another run goes back to that */
  if (m->draining) {
    undo_rewind(&m->undo, m->drain_mark);
    cpu_context_restore(m->cpu, m->drain_context);
    m->draining = false;
  }
  if (m->stopping || m->violation.exception != 0) {
    settle_traps(m);
    return;
  }
  if (exit.kind == CPU_EXCEPTION_RETURN) {
    uint32_t value = exc_return_value(m, exit.value);
    accesses_finish(m);
    if (!boundary_was_left(m)) {
      s->action = ACTION_RETURN;
      s->exc_return = value;
    }
  } else if (exit.kind != CPU_STOPPED) {
    accesses_finish(m);
    if (!boundary_was_left(m)) {
      fault_of_exit(m, &exit);
    }
  }
}

static void offer(struct machine *m, enum place_kind kind) {
  /* Who may stop anywhere goes on behind the limit and is not asked twice. */
  bool before_limit = m->state.boundary < m->run->limit || m->host.stops != NULL;
  if (machine_offers(m) && before_limit) {
    m->host.place(m->host.owner, kind, 0);
  }
}

void machine_continue(struct machine *m, struct run *run) {
  struct run *outer = m->run;
  struct machine_state *s = &m->state;
  m->run = run;
  run->stop = STOP_NONE;
  while (run->stop == STOP_NONE) {
    if (s->action == ACTION_RETURN) {
      if (s->recheck_masks) {
        masks_refresh(m);
      }
      late_mask_end(m);
      offer(m, PLACE_RETURN);
      exception_return(m);
    } else if (s->action == ACTION_RESUME) {
      exception_resume(m);
    } else if (s->exceptions.take != 0) {
      offer(m, PLACE_ENTRY);
      exception_enter(m);
    } else if (s->locked_up) {
      run->stop = STOP_LOCKUP;
    } else if (s->asleep) {
      special_sleep(m, false);
    } else {
      execute(m);
    }
  }
  m->run = outer;
}
