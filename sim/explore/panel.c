/* The panel: all detectors of a check, fed with the machine's events. */
#include <stdlib.h>
#include <string.h>

#include "sim/explore/private.h"
#include "sim/pages.h"

static void take_sighting(void *sink, const struct sighting *sighting) {
  struct explorer *ex = sink;
  machine_end_stride(ex->machine); /* the spine keeps its own at the next place */
  if (finding_traits(sighting->kind)->fatal && ex->here->exception != 0) {
    struct run *run = ex->machine->run;
    run->limit = ex->machine->state.boundary; /* the probe is over */
  }
  if (ex->here->sighting_count < SIGHTINGS_MOST) {
    ex->here->sightings[ex->here->sighting_count++] = *sighting;
  } else {
    ex->certificate.cut_sightings++;
  }
}

static bool same_statement(const void *context, uint32_t pc, uint32_t other) {
  const struct image *image = context;
  struct source_frame one = {0};
  struct source_frame two = {0};
  const struct function *function = image_function_at(image, pc);
  if (pc == other) {
    return true;
  }
  if (function != image_function_at(image, other)) {
    return false;
  }
  if (!image_line_at(image, pc, &one) || !image_line_at(image, other, &two)) {
    return function != NULL;
  }
  bool same_file = one.file != NULL && two.file != NULL && strcmp(one.file, two.file) == 0;
  return same_file && one.line == two.line;
}

static bool same_expression(const void *context, uint32_t pc, uint32_t other) {
  const struct image *image = context;
  struct source_frame one = {0};
  struct source_frame two = {0};
  return same_statement(context, pc, other) && image_line_at(image, pc, &one) &&
         image_line_at(image, other, &two) && one.column != 0 && one.column == two.column;
}

static bool same_function(const void *context, uint32_t pc, uint32_t other) {
  const struct image *image = context;
  const struct function *function = image_function_at(image, pc);
  return function != NULL && function == image_function_at(image, other);
}

static bool is_deliberate(const void *context, uint32_t pc) {
  return image_is_deliberate(context, pc);
}

static bool loops_blindly(const void *context, uint32_t pc) {
  return image_loops_blindly(context, pc);
}

static bool is_loaded(const void *context, uint32_t address) {
  const struct segment *segments = NULL;
  size_t count = image_segments(context, &segments);
  for (size_t i = 0; i < count; i++) {
    if (address - segments[i].address < segments[i].size) {
      return true;
    }
  }
  return false;
}

static uint32_t flags_of(const void *registers, uint32_t word) {
  const struct register_model *model = registers_find(registers, word);
  return model != NULL ? model->clear_by_one | model->clear_by_zero : 0;
}

_Static_assert(DETECTORS_MOST <= 32, "a set of detectors is a word");

static void note_interests(struct panel *panel, size_t index, uint32_t leaves) {
  const struct detector *detector = panel->list[index];
  if (detector->applies != NULL && !detector->applies(&panel->detection[index])) {
    return;
  }
  for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
    uint32_t in_thread = detector->events & ~detector->not_in_thread;
    panel->wanted.of[kind] |= (detector->events >> kind & 1U) << index;
    panel->wanted.in_thread[kind] |= (in_thread >> kind & 1U) << index;
    panel->far.of[kind] |= (detector->hears_far >> kind & 1U) << index;
    panel->far.in_thread[kind] = panel->far.of[kind];
    panel->alarming[kind] |= ((detector->events & ~detector->remembers) >> kind & 1U) << index;
  }
  for (uint32_t leaf = 0; leaf < leaves; leaf++) {
    bool cares = detector->cares == NULL || detector->cares(&panel->detection[index], leaf);
    panel->caring[leaf] |= (uint32_t)cares << index;
  }
}

void panel_create(struct panel *panel, struct explorer *ex) {
  const struct leaf_table *leaves = &ex->machine->memory.leaves;
  panel->count =
      ex->options.all_detectors ? detectors_all(&panel->list) : detectors(&panel->list);
  if (panel->count > ex->options.detectors_most) {
    panel->count = ex->options.detectors_most;
  }
  uint32_t leaf_count = leaf_total(leaves);
  panel->undo = &ex->machine->undo;
  panel->caring = allocate(leaf_count + 1, sizeof *panel->caring);
  for (size_t i = 0; i < panel->count; i++) {
    panel->detection[i] = (struct detection){
        .leaves = leaves,
        .claims = ex->options.claims,
        .undo = panel->undo,
        .state = pages_create(panel->list[i]->state_size(leaves)),
        .nesting = &panel->nesting,
        .region_count = ex->options.machine.region_count,
        .horizon = ex->options.horizon,
        .open = &panel->open,
        .distant = &panel->distant,
        .awaited = &panel->awaited,
        .holders = &panel->holders,
        .run = &panel->run,
        .rewinds = &panel->rewinds,
        .full = &ex->certificate.full,
        .bit = 1U << i,
        .report = take_sighting,
        .sink = ex,
        .same_statement = same_statement,
        .same_expression = same_expression,
        .same_function = same_function,
        .is_deliberate = is_deliberate,
        .loops_blindly = loops_blindly,
        .is_loaded = is_loaded,
        .image = ex->image,
        .flags_of = flags_of,
        .registers = ex->options.machine.registers,
    };
    panel->each[i] = (struct told_detector){panel->list[i]->observe, &panel->detection[i],
                                            panel->detection[i].state};
    note_interests(panel, i, leaf_count);
  }
}

void panel_destroy(struct panel *panel) {
  for (size_t i = 0; i < panel->count; i++) {
    const struct detection *detection = &panel->detection[i];
    pages_destroy(detection->state, panel->list[i]->state_size(detection->leaves));
  }
  free(panel->caring);
}

void panel_set_run(struct panel *panel, uint8_t run) {
  panel->run = run;
  panel->rewinds = !panel->lasts || run != SPINE_RUN;
}

void panel_reset(struct panel *panel, const struct leaf_table *leaves, bool lasts) {
  for (size_t i = 0; i < panel->count; i++) {
    pages_clear(panel->detection[i].state, panel->list[i]->state_size(leaves));
    panel->detection[i].held = 0;
  }
  panel->nesting = (struct nesting){0};
  panel->open = (struct suspicions){0};
  panel->distant = (struct suspicions){0};
  panel->holders = 0;
  panel->hearing = &panel->wanted;
  panel->lasts = lasts;
  panel_set_run(panel, SPINE_RUN);
  panel->held.holds = false;
}

/* Who suspects something waits for uses and for time: it is told of every access. */
static uint32_t audience(const struct panel *panel, const struct event *event) {
  bool access = event->kind == EVENT_READ || event->kind == EVENT_WRITE;
  uint32_t wanted = event->context.exception == 0 ? panel->hearing->in_thread[event->kind]
                                                  : panel->hearing->of[event->kind];
  return access && event->leaf != LEAF_NONE
             ? wanted & (panel->caring[event->leaf] | panel->holders)
             : wanted;
}

static void deliver(struct panel *panel, const struct event *event) {
  uint32_t hears = audience(panel, event);
  panel->told += hears != 0;
  for (uint32_t left = hears; left != 0; left &= left - 1) {
    unsigned i = (unsigned)__builtin_ctz(left);
    const struct told_detector *each = &panel->each[i];
    each->observe(each->detection, each->state, event);
  }
  if (event->kind == EVENT_RETURN) {
    nesting_leave(&panel->nesting, panel->undo, event);
  }
}

static void enter(struct panel *panel, const struct event *event) {
  if (event->kind == EVENT_ENTRY) {
    nesting_enter(&panel->nesting, panel->undo, event);
  }
}

/* Nobody holds a suspicion: else nothing is held back. */
static bool concerns_anyone(const struct panel *panel, const struct event *event) {
  for (uint32_t left = audience(panel, event) & panel->alarming[event->kind]; left != 0;
       left &= left - 1) {
    unsigned i = (unsigned)__builtin_ctz(left);
    const struct detector *detector = panel->list[i];
    const struct detection *detection = &panel->detection[i];
    if (detector->concerns == NULL || detector->concerns(detection, detection->state, event)) {
      return true;
    }
  }
  return false;
}

static bool can_hold(const struct held *held, const struct event *event) {
  const struct event *last = held->count > 0 ? &held->event[held->count - 1] : NULL;
  return held->count < HELD_MOST && detection_can_hold(last, event);
}

/* The nesting has entered the activation already. */
void panel_release(struct panel *panel) {
  struct held *held = &panel->held;
  unsigned count = held->holds ? held->count : 0;
  held->holds = false;
  for (unsigned i = 0; i < count; i++) {
    deliver(panel, &held->event[i]);
  }
}

void panel_observe(struct panel *panel, const struct event *event) {
  struct held *held = &panel->held;
  bool holds = held->holds && can_hold(held, event);
  if (held->holds && !holds) {
    panel_release(panel);
  }
  enter(panel, event);
  if (!holds) {
    deliver(panel, event);
  } else if (concerns_anyone(panel, event)) {
    panel_release(panel);
    deliver(panel, event);
  } else {
    held->event[held->count++] = *event;
  }
}

bool panel_ask(struct panel *panel, const struct event *event) {
  enter(panel, event);
  return !concerns_anyone(panel, event);
}

void panel_hear_far(struct panel *panel, bool far) {
  panel->hearing = far ? &panel->far : &panel->wanted;
}

void panel_hold(struct panel *panel) {
  panel->held.holds = panel->holders == 0;
  panel->held.quiet = false;
  panel->held.count = 0;
}

void panel_drop(struct panel *panel) {
  panel->held.quiet = panel->held.holds;
  panel->held.holds = false;
}

void panel_finish(struct panel *panel) {
  for (size_t i = 0; i < panel->count; i++) {
    if (panel->list[i]->finish != NULL) {
      panel->list[i]->finish(&panel->detection[i], panel->detection[i].state);
    }
  }
}
