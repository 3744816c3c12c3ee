#include "sim/explore/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "sim/explore/private.h"
#include "sim/explore/timeline_private.h"

enum { FIRST_INTERVAL = 4096, FRAME_SIZE = 32, FP_FRAME_SIZE = 0x68, XPSR_ALIGN = 1 << 9 };

struct timeline *timeline_create(const struct image *image,
                                 const struct explorer_options *options,
                                 const struct schedule *schedule, struct error *error) {
  if (schedule != NULL && !explorer_token_fits(image, options, schedule, error)) {
    return NULL;
  }
  struct machine *machine = machine_create(image, &options->machine, error);
  if (machine == NULL) {
    return NULL;
  }
  struct timeline *t = allocate(1, sizeof *t);
  t->machine = machine;
  t->image = explorer_image_tag(image);
  t->config = machine_config_fingerprint(&options->machine);
  t->bound = options->max_instructions;
  t->horizon = options->horizon;
  t->interval = FIRST_INTERVAL;
  t->output = options->output;
  t->output_argument = options->output_argument;
  if (schedule != NULL) {
    t->injection = schedule->injections[0];
  }
  machine->endless = true;
  machine->host = timeline_host(t);
  timeline_go(t, 0);
  return t;
}

void timeline_destroy(struct timeline *t) {
  if (t == NULL) {
    return;
  }
  timeline_forget_moments(t, 0);
  machine_destroy(t->machine);
  free(t->moments);
  free(t->edits);
  free(t->breakpoints);
  free(t);
}

struct machine *timeline_machine(struct timeline *t) {
  return t->machine;
}

uint64_t timeline_position(const struct timeline *t) {
  return t->machine->state.boundary;
}

bool timeline_is_over(const struct timeline *t) {
  return t->course.over;
}

const struct event *timeline_events(const struct timeline *t, size_t *count) {
  const struct step_events *events = &t->events[t->filling ^ 1U];
  *count = events->count;
  return events->list;
}

void timeline_set_interrupt(struct timeline *t, bool (*interrupted)(void *argument),
                            void *argument) {
  t->interrupted = interrupted;
  t->interrupt_argument = argument;
}

void timeline_set_breakpoint(struct timeline *t, uint32_t address, bool set) {
  size_t kept = 0;
  for (size_t i = 0; i < t->breakpoint_count; i++) {
    if (t->breakpoints[i] != address) {
      t->breakpoints[kept++] = t->breakpoints[i];
    }
  }
  t->breakpoint_count = kept;
  if (set) {
    array_reserve((void **)&t->breakpoints, &t->breakpoint_capacity, kept + 1,
                  sizeof *t->breakpoints);
    t->breakpoints[t->breakpoint_count++] = address;
  }
}

static bool same_watch(const struct watch *a, const struct watch *b) {
  return a->address == b->address && a->size == b->size && a->reads == b->reads &&
         a->writes == b->writes;
}

bool timeline_set_watch(struct timeline *t, const struct watch *watch, bool set) {
  size_t kept = 0;
  for (size_t i = 0; i < t->watch_count; i++) {
    if (!same_watch(&t->watches[i], watch)) {
      t->watches[kept++] = t->watches[i];
    }
  }
  t->watch_count = kept;
  if (set && kept == WATCHES) {
    return false;
  }
  if (set) {
    t->watches[t->watch_count++] = *watch;
  }
  return true;
}

void timeline_clear_points(struct timeline *t) {
  t->breakpoint_count = 0;
  t->watch_count = 0;
}

void timeline_mark(struct timeline *t, uint64_t boundary) {
  t->mark = boundary;
  t->has_mark = true;
}

static void begin_movement(struct timeline *t, enum seeking seeking, uint64_t first) {
  t->seeking = seeking;
  t->hit = (struct hit){0};
  t->start = timeline_position(t);
  t->next_visit = first;
  t->was_interrupted = false;
}

static struct timeline_stop stop_of(const struct timeline *t) {
  struct timeline_stop stop = {.reason = TIMELINE_ARRIVED, .end = t->course.end};
  if (t->was_interrupted) {
    stop.reason = TIMELINE_INTERRUPTED;
  } else if (t->seeking == SEEK_FIRST && t->hit.met) {
    stop.reason = t->hit.reason;
    stop.watch = t->hit.watch;
    stop.accessed = t->hit.accessed;
    stop.position = t->hit.position;
  } else if (t->course.over) {
    stop.reason = TIMELINE_END;
  }
  return stop;
}

static struct timeline_stop forward(struct timeline *t, enum seeking seeking, uint64_t limit) {
  begin_movement(t, seeking, timeline_position(t) + 1);
  timeline_run(t, limit);
  return stop_of(t);
}

struct timeline_stop timeline_step(struct timeline *t) {
  return forward(t, SEEK_FIRST, timeline_position(t) + 1);
}

struct timeline_stop timeline_continue(struct timeline *t) {
  return forward(t, SEEK_FIRST, UINT64_MAX);
}

struct timeline_stop timeline_go(struct timeline *t, uint64_t position) {
  if (position <= timeline_position(t)) {
    timeline_rewind(t, position);
  }
  return forward(t, SEEK_NOTHING, position);
}

/* Runs the stretch [from the way back at or before `end` - 1, end) again; true if
 * something was met there. It began at *begin. */
static bool search_stretch(struct timeline *t, enum seeking seeking, uint64_t end,
                           uint64_t *begin) {
  timeline_rewind(t, end - 1);
  *begin = timeline_position(t);
  begin_movement(t, seeking, *begin);
  t->end = end;
  timeline_run(t, end);
  return t->hit.met && !t->was_interrupted;
}

/* Back to the last position before this one where something is met. */
static struct timeline_stop backward(struct timeline *t, enum seeking seeking) {
  uint64_t end = timeline_position(t) + (t->course.over ? 1 : 0);
  struct timeline_stop stop = {.reason = TIMELINE_BEGIN};
  while (end > 0) {
    uint64_t begin = 0;
    if (search_stretch(t, seeking, end, &begin)) {
      const struct hit hit = t->hit;
      timeline_go(t, hit.position);
      stop = (struct timeline_stop){.reason = hit.reason,
                                    .watch = hit.watch,
                                    .accessed = hit.accessed,
                                    .position = hit.position};
      return stop;
    }
    if (t->was_interrupted) {
      stop.reason = TIMELINE_INTERRUPTED;
      return stop;
    }
    end = begin;
    if (t->interrupted != NULL && t->interrupted(t->interrupt_argument)) {
      timeline_go(t, begin);
      stop.reason = TIMELINE_INTERRUPTED;
      return stop;
    }
  }
  timeline_go(t, 0);
  return stop;
}

struct timeline_stop timeline_step_back(struct timeline *t) {
  return backward(t, SEEK_STEPS);
}

struct timeline_stop timeline_continue_back(struct timeline *t) {
  return backward(t, SEEK_LAST);
}

/* The present is changed, so that another future lies ahead. */
static void change(struct timeline *t, const struct edit *edit) {
  t->edit_count = t->course.edits;
  array_reserve((void **)&t->edits, &t->edit_capacity, t->edit_count + 1, sizeof *t->edits);
  t->edits[t->edit_count++] = *edit;
  t->course.edits++;
}

bool timeline_poke(struct timeline *t, uint32_t address, unsigned size, uint32_t value) {
  const struct edit edit = {.kind = EDIT_MEMORY,
                            .boundary = timeline_position(t),
                            .where = address,
                            .size = size,
                            .value = value};
  bool good = machine_poke(t->machine, address, size, value);
  if (good) {
    change(t, &edit);
  }
  return good;
}

bool timeline_set_register(struct timeline *t, enum machine_register which, uint64_t value) {
  const struct edit edit = {
      .kind = EDIT_REGISTER, .boundary = timeline_position(t), .where = which, .value = value};
  bool good = machine_set_register(t->machine, which, value);
  if (good) {
    change(t, &edit);
  }
  return good;
}

void timeline_inject(struct timeline *t, unsigned exception) {
  const struct edit edit = {
      .kind = EDIT_INJECT, .boundary = timeline_position(t), .where = exception};
  machine_inject(t->machine, exception);
  change(t, &edit);
}

bool timeline_schedule(const struct timeline *t, unsigned exception,
                       struct schedule *schedule) {
  const struct machine_state *s = &t->machine->state;
  if (t->course.edits > 0 || t->course.injected || t->course.over) {
    return false;
  }
  *schedule = (struct schedule){.image = t->image, .config = t->config, .count = 1};
  schedule->injections[0] = (struct injection){.place = {.boundary = s->boundary, .pc = s->pc},
                                               .exception = (uint16_t)exception};
  return true;
}

/* A context that waits: its frame, and what no frame holds. */
static void waiting_registers(struct timeline *t, unsigned level,
                              struct context_registers *registers) {
  const struct waiting *waiting = &t->waiting[level];
  uint32_t frame[8] = {0};
  for (unsigned i = 0; i < 8; i++) {
    machine_peek(t->machine, waiting->frame + 4 * i, 4, &frame[i]);
  }
  memcpy(&registers->r[0], &frame[0], 4 * sizeof frame[0]);
  memcpy(&registers->r[4], waiting->r4_to_r11, sizeof waiting->r4_to_r11);
  registers->r[12] = frame[4];
  registers->lr = frame[5];
  registers->pc = frame[6] & ~1U;
  registers->xpsr = frame[7] & ~(uint32_t)XPSR_ALIGN;
  registers->sp = (waiting->frame + (waiting->fp ? FP_FRAME_SIZE : FRAME_SIZE)) |
                  ((frame[7] & XPSR_ALIGN) != 0 ? 4U : 0U);
}

void timeline_registers(struct timeline *t, unsigned level,
                        struct context_registers *registers) {
  const struct machine_state *s = &t->machine->state;
  *registers = (struct context_registers){0};
  if (level < s->depth) {
    registers->context = s->preempted[level];
    waiting_registers(t, level, registers);
    return;
  }
  registers->context = s->context;
  for (unsigned i = 0; i < 13; i++) {
    registers->r[i] = (uint32_t)machine_register(t->machine, i);
  }
  registers->sp = (uint32_t)machine_register(t->machine, REGISTER_SP);
  registers->lr = (uint32_t)machine_register(t->machine, REGISTER_LR);
  registers->pc = s->pc;
  registers->xpsr = (uint32_t)machine_register(t->machine, REGISTER_XPSR);
}
