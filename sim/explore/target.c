#include "sim/explore/target.h"

#include <stdlib.h>
#include <string.h>

#include "sim/explore/judge.h"
#include "sim/explore/private.h"

/* Who wrote a leaf last, in which run. */
struct writer {
  uint32_t run;
  uint32_t pc;
  uint16_t exception;
};

struct target {
  struct explorer *ex;
  struct judge *judge; /* made when first needed */
  const struct image *image;
  struct explorer_options options;
  enum severity severity;
  struct stimulus stimulus;
  struct snapshot *root;
  uint64_t shared;
  struct writer *writers; /* by leaf */
  uint32_t run;
  unsigned map_bits;
  uint32_t *inputs;
  size_t input_count, input_capacity;
};

enum { STACK_ROOM = 4096, SALT_ENTRY = 0x51ed270b, SALT_READ = 0x2545f491 };

/* Reads-from pairs between contexts, and the places where handlers came. */
static void note_interleaving(struct target *t, const struct event *event) {
  const struct edges *edges = &t->ex->machine->edges;
  if (event->kind == EVENT_ENTRY) {
    edge_count(edges, event->pc ^ SALT_ENTRY, event->context.exception);
  } else if (event->kind == EVENT_WRITE && event->leaf != LEAF_NONE) {
    t->writers[event->leaf] = (struct writer){t->run, event->pc, event->context.exception};
  } else if (event->kind == EVENT_READ && event->leaf != LEAF_NONE) {
    const struct writer *writer = &t->writers[event->leaf];
    if (writer->run == t->run && writer->exception != event->context.exception) {
      edge_count(edges, writer->pc ^ SALT_READ, event->pc);
    }
  }
}

static void on_event(void *owner, const struct event *event) {
  struct target *t = owner;
  panel_observe(&t->ex->panel, event);
  if (t->ex->machine->edges.map != NULL) {
    note_interleaving(t, event);
  }
}

/* From reset up to the boundary `limit`. */
static struct run run_from_reset(struct target *t, uint64_t limit) {
  struct machine *m = t->ex->machine;
  struct run run = {.mode = RUN_SPINE, .limit = limit};
  machine_reset(m);
  panel_reset(&t->ex->panel, &m->memory.leaves, false);
  m->host = (struct machine_host){.owner = t, .event = on_event};
  machine_continue(m, &run);
  return run;
}

/* Words of RAM below it are never a stack's. */
static uint32_t stack_low(const struct machine *m) {
  const struct leaf_table *leaves = &m->memory.leaves;
  uint32_t low = m->memory.ram->base;
  if (leaves->count > 0) {
    const struct leaf *last = &leaves->leaves[leaves->count - 1];
    uint32_t end = last->address + last->size;
    low = end > low && end < m->memory.stack_top ? end : low;
  }
  return m->lowest_sp - low > STACK_ROOM && m->lowest_sp > low ? m->lowest_sp - STACK_ROOM
                                                               : low;
}

/* The snapshot ahead of the instruction that first asks the stimulus. */
static void find_root(struct target *t) {
  struct machine *m = t->ex->machine;
  struct stimulus *stimulus = &t->stimulus;
  stimulus_parse(stimulus, NULL, 0);
  stimulus->awaited = true;
  machine_set_stimulus(m, stimulus);
  struct run run = run_from_reset(t, t->options.max_instructions);
  uint64_t asks = run.stop == STOP_LIMIT ? 0 : m->state.acting;
  stimulus->awaited = false;
  run_from_reset(t, t->options.max_instructions); /* the empty one: for the stack */
  uint32_t low = stack_low(m);
  stimulus->awaited = true;
  m->stack_low = low;
  run_from_reset(t, asks);
  stimulus->awaited = false;
  t->shared = m->state.instructions;
  t->ex->here->sighting_count = 0;
  snapshot_save(t->root, m);
  undo_forget(&m->undo, undo_mark(&m->undo));
}

struct target *target_create(const struct image *image, const struct explorer_options *options,
                             enum severity severity, struct error *error) {
  struct explorer *ex = explorer_create(image, options, error);
  if (ex == NULL) {
    return NULL;
  }
  struct target *t = allocate(1, sizeof *t);
  t->ex = ex;
  t->image = image;
  t->options = *options;
  t->severity = severity;
  t->map_bits = EDGE_MAP_BITS;
  t->writers = allocate(leaf_total(&ex->machine->memory.leaves), sizeof *t->writers);
  t->root = snapshot_create(ex->machine);
  find_root(t);
  return t;
}

void target_destroy(struct target *t) {
  if (t == NULL) {
    return;
  }
  snapshot_destroy(t->root);
  explorer_destroy(t->ex);
  judge_destroy(t->judge);
  stimulus_fini(&t->stimulus);
  free(t->writers);
  free(t->inputs);
  free(t);
}

size_t target_fit_map(struct target *t) {
  enum { BITS_LEAST = 12 };
  const struct segment *segments = NULL;
  size_t count = image_segments(t->image, &segments);
  size_t code = 0;
  for (size_t i = 0; i < count; i++) {
    code += segments[i].writable ? 0 : segments[i].size;
  }
  t->map_bits = BITS_LEAST;
  while (t->map_bits < EDGE_MAP_BITS && (size_t)1 << t->map_bits < code) {
    t->map_bits++;
  }
  return (size_t)1 << t->map_bits;
}

static bool counts(const struct target *t, enum finding_kind kind) {
  return finding_traits(kind)->severity >= t->severity;
}

static void take_kind(struct target_run *result, enum finding_kind kind) {
  if (!result->found || kind < result->kind) {
    result->found = true;
    result->kind = kind;
  }
}

/* Kinds that need their harm shown are judged; the others are what they are. */
static void judge_sightings(struct target *t, struct target_run *result) {
  struct explorer *ex = t->ex;
  bool doubtful = false;
  for (size_t i = 0; i < ex->here->sighting_count; i++) {
    enum finding_kind kind = ex->here->sightings[i].kind;
    if (counts(t, kind) && finding_traits(kind)->harm == HARM_IMPLIED) {
      take_kind(result, kind);
    }
    doubtful |= counts(t, kind) && finding_traits(kind)->harm != HARM_IMPLIED;
  }
  if (result->found || !doubtful) {
    return;
  }
  if (t->judge == NULL) {
    t->judge = judge_create(t->image, &t->options, NULL);
  }
  size_t count = 0;
  const struct finding *findings = judge_decide(t->judge, &t->stimulus, &count);
  for (size_t i = 0; i < count; i++) {
    if (counts(t, findings[i].sighting.kind)) {
      take_kind(result, findings[i].sighting.kind);
    }
  }
}

static void new_run(struct target *t) {
  t->run++;
  if (t->run == 0) {
    memset(t->writers, 0, leaf_total(&t->ex->machine->memory.leaves) * sizeof *t->writers);
    t->run = 1;
  }
}

struct target_run target_execute(struct target *t, const uint8_t *bytes, size_t size,
                                 uint8_t *map) {
  struct explorer *ex = t->ex;
  struct machine *m = ex->machine;
  struct run run = {.mode = RUN_SPINE, .limit = t->options.max_instructions};
  snapshot_restore(t->root, m);
  stimulus_parse(&t->stimulus, bytes, size);
  new_run(t);
  m->edges = (struct edges){.map = map, .bits = t->map_bits, .expected = m->state.pc};
  ex->here->sighting_count = 0;
  machine_continue(m, &run);
  panel_finish(&ex->panel);
  m->edges.map = NULL;
  struct target_run result = {
      .end = explorer_end_of(run.stop),
      .instructions = m->state.instructions - t->shared,
      .arrivals = m->state.arrivals.came,
  };
  judge_sightings(t, &result);
  return result;
}

uint64_t target_state_hash(const struct target *t) {
  return machine_state_hash(t->ex->machine);
}

uint64_t target_shared(const struct target *t) {
  return t->shared;
}

uint32_t target_taken(const struct target *t, unsigned tag) {
  const struct machine *m = t->ex->machine;
  return tag == STREAM_INTERRUPTS ? m->state.arrivals.position : m->devices.taken[tag];
}

static void add_input(struct target *t, uint32_t word) {
  size_t at = 0;
  while (at < t->input_count && t->inputs[at] < word) {
    at++;
  }
  if (word == 0 || (at < t->input_count && t->inputs[at] == word)) {
    return;
  }
  array_reserve((void **)&t->inputs, &t->input_capacity, t->input_count + 1, sizeof word);
  memmove(t->inputs + at + 1, t->inputs + at, (t->input_count - at) * sizeof word);
  t->inputs[at] = word;
  t->input_count++;
}

void target_note_inputs(struct target *t) {
  const struct devices *devices = &t->ex->machine->devices;
  for (size_t i = 0; i < devices->capacity; i++) {
    const struct device_register *slot = &devices->slots[i];
    if (slot->used && slot->reads > 0 && slot->model == NULL &&
        registers_draw(devices->set, slot->address)) {
      add_input(t, slot->address);
    }
  }
  const struct register_set *set = devices->set;
  for (size_t i = 0; set != NULL && i < set->model_count; i++) {
    add_input(t, set->models[i].draws > 0 ? set->models[i].address : 0);
  }
  for (size_t i = 0; set != NULL && i < set->effect_count; i++) {
    add_input(t, set->effects[i].input_to);
    add_input(t, set->effects[i].fill_at);
  }
}

size_t target_inputs(const struct target *t, const uint32_t **words) {
  *words = t->inputs;
  return t->input_count;
}
