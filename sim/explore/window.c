#include "sim/explore/window.h"

#include "sim/explore/telling.h"

enum {
  TOLD_MOST = 300, /* boundaries of a place's own run */
  FOLLOWED = 16,   /* of these, behind the handlers */
};

struct looking {
  struct explorer *explorer;
  const struct window *window;
  const struct window_listener *listener;
  struct telling telling;
  struct snapshot *place; /* before a place's own run */
  struct leaf leaf;       /* size 0: none */
  uint8_t new_bytes;
  bool begun;
  bool open; /* a place whose findings are not told yet */
  struct window_end end;
};

static void on_step(void *argument, const struct step *step) {
  struct looking *looking = argument;
  uint16_t exception = looking->window->exception;
  if (!step->on_spine && step->kind == STEP_ENTRY && step->context.exception == exception &&
      !looking->end.entered) {
    looking->end.entered = true;
    looking->end.entered_at = step->boundary;
  }
  looking->listener->step(looking->listener->argument, step);
}

/* Bytes of the leaf that are of a write under way: a new one begins when all are. */
static void follow_write(struct looking *looking, const struct event *event) {
  if (event->kind != EVENT_WRITE || event->leaf != looking->window->leaf ||
      looking->leaf.size == 0) {
    return;
  }
  uint8_t all = leaf_byte_mask(&looking->leaf);
  unsigned bytes = ((1U << event->size) - 1U) << (event->address - looking->leaf.address);
  if (looking->new_bytes == all) {
    looking->new_bytes = 0;
  }
  looking->new_bytes |= (uint8_t)(bytes & all);
}

static void begin(struct looking *looking) {
  const struct machine *m = looking->explorer->machine;
  if (looking->begun) {
    return;
  }
  looking->begun = true;
  looking->telling.from = 0;
  unsigned size = looking->leaf.size < 8 ? looking->leaf.size : 8;
  const struct window_start start = {
      .boundary = m->state.boundary,
      .value = size > 0 ? memory_get(&m->memory, looking->leaf.address, size) : 0,
      .new_bytes = looking->new_bytes,
  };
  looking->explorer->here->considered_count = 1;
  looking->listener->begin(looking->listener->argument, &start);
}

/* The explorer's own probes are not told: what they run is not the spine. */
static void on_event(void *owner, const struct event *event) {
  struct looking *looking = owner;
  if (explorer_looked_at(looking->explorer)->exception != 0) {
    return;
  }
  if (looking->begun) {
    const struct machine_host host = telling_listener(&looking->telling);
    host.event(host.owner, event);
  }
  follow_write(looking, event);
}

static void on_instruction(void *owner) {
  struct looking *looking = owner;
  const struct explorer *ex = looking->explorer;
  if (explorer_looked_at(ex)->exception != 0) {
    return;
  }
  if (ex->machine->state.boundary + 1 >= looking->window->from) {
    begin(looking);
  }
  if (looking->begun) {
    const struct machine_host host = telling_listener(&looking->telling);
    host.instruction(host.owner);
  }
}

/* The exception pending here, its handlers, and a little of what follows. */
static void run_here(struct looking *looking) {
  struct explorer *ex = looking->explorer;
  struct machine *m = ex->machine;
  struct run run = probe_handlers(ex, looking->window->exception);
  run.limit = m->state.boundary + TOLD_MOST;
  machine_inject(m, looking->window->exception);
  machine_continue(m, &run);
  looking->end.cut = run.stop == STOP_LIMIT;
  if (run.stop == STOP_DONE) {
    struct run on = {
        .mode = RUN_BRANCH,
        .limit = m->state.boundary + FOLLOWED,
        .exception = looking->window->exception,
    };
    machine_continue(m, &on);
  }
  telling_flush(&looking->telling);
}

/* Tells the place's own run and takes it back. */
static void tell_place(struct looking *looking) {
  struct explorer *ex = looking->explorer;
  struct machine *m = ex->machine;
  const struct telling spine = looking->telling;
  const struct machine_host host = m->host;
  ex->here->exception = looking->window->exception;
  snapshot_save(looking->place, m);
  m->host = telling_listener(&looking->telling);
  looking->telling.step.on_spine = false;
  telling_peek(&looking->telling);
  looking->telling.open = false;
  run_here(looking);
  m->host = host;
  snapshot_restore(looking->place, m);
  ex->here->exception = 0;
  looking->telling = spine;
}

static enum window_bar bar_of(const struct explorer *ex, unsigned exception,
                              enum decision decision) {
  const struct exceptions *x = &ex->machine->state.exceptions;
  if (decision == DECISION_DISABLED) {
    return exception_bit(x->active, exception)    ? BAR_ACTIVE
           : exception_bit(x->pending, exception) ? BAR_PENDING
                                                  : BAR_NOT_ENABLED;
  }
  if (decision == DECISION_WITHHELD) {
    return BAR_WITHHELD;
  }
  bool masked = decision == DECISION_MASKED || (ex->here->place.kind == PLACE_BOUNDARY &&
                                                !exception_can_preempt(x, exception));
  return masked ? BAR_MASKED : BAR_NONE;
}

/* Ends the place that was open: its probe is over now. */
static void close_place(struct looking *looking) {
  struct findings *findings = &looking->explorer->findings;
  if (looking->open) {
    looking->end.findings = findings->items;
    looking->end.finding_count = findings->count;
    looking->listener->close(looking->listener->argument, &looking->end);
  }
  looking->open = false;
  looking->end = (struct window_end){0};
  findings_free(findings);
}

static void on_decided(void *argument, const struct place *place, unsigned exception,
                       unsigned decision) {
  struct looking *looking = argument;
  struct explorer *ex = looking->explorer;
  const struct exceptions *x = &ex->machine->state.exceptions;
  close_place(looking);
  if (place->boundary > looking->window->to) {
    ex->machine->run->stop = STOP_LIMIT;
  }
  if (place->boundary < looking->window->from || place->boundary > looking->window->to) {
    return;
  }
  begin(looking);
  if (place->kind != PLACE_BEAT) {
    telling_flush(&looking->telling);
  }
  const struct window_place opened = {
      .place = *place,
      .context = ex->machine->state.context,
      .decision = (enum decision)decision,
      .bar = bar_of(ex, exception, (enum decision)decision),
      .mask = {.primask = x->primask,
               .faultmask = x->faultmask,
               .basepri = x->basepri,
               .priority = x->execution_priority,
               .interrupt_priority = (int16_t)exception_group_priority(x, exception)},
  };
  looking->listener->open(looking->listener->argument, &opened);
  looking->open = true;
  if (decision != DECISION_DISABLED && decision != DECISION_WITHHELD) {
    tell_place(looking);
  }
  if (decision == DECISION_EQUIVALENT) {
    probe_run(ex, exception);
  }
}

static void look(struct looking *looking) {
  struct explorer *ex = looking->explorer;
  const struct machine_host listener = {
      .owner = looking, .event = on_event, .instruction = on_instruction, .stack_events = true};
  const struct window *window = looking->window;
  explorer_bare_pass(ex);
  ex->dragged = window->exception;
  ex->only = window->fixed_count > 0 ? window->fixed : NULL;
  ex->only_count = window->fixed_count;
  ex->here->considered_list[0] = (uint8_t)window->exception;
  ex->here->considered_count = window->from == 0; /* nothing is decided ahead of it */
  const struct leaf_table *leaves = &ex->machine->memory.leaves;
  if (window->leaf < leaf_total(leaves)) {
    looking->leaf = leaf_get(leaves, window->leaf);
    looking->new_bytes = leaf_byte_mask(&looking->leaf);
  }
  ex->listener = &listener;
  explorer_probe_pass(ex);
  close_place(looking);
  telling_flush(&looking->telling);
  ex->listener = NULL;
}

bool explorer_window(const struct image *image, const struct explorer_options *options,
                     const struct window *window, const struct window_listener *listener,
                     struct error *error) {
  struct looking looking = {.window = window, .listener = listener};
  struct explorer_options own = *options;
  own.output = NULL;
  own.progress = NULL;
  own.depth = window->fixed_count + 1;
  own.showed = NULL;
  own.decided = on_decided;
  own.decided_argument = &looking;
  struct explorer *ex = explorer_create(image, &own, error);
  if (ex == NULL) {
    return false;
  }
  looking.explorer = ex;
  looking.place = snapshot_create(ex->machine);
  looking.telling = (struct telling){
      .explorer = ex,
      .narrator = {.step = on_step, .argument = &looking, .states = true},
  };
  look(&looking);
  snapshot_destroy(looking.place);
  explorer_destroy(ex);
  return true;
}
