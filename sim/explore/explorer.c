#include "sim/explore/explorer.h"

#include <stdlib.h>
#include <string.h>

#include "sim/explore/private.h"

enum {
  STACK_SLACK = 1024,
  DEFAULT_BOUND = 100000,
  DEFAULT_DEEP = 10000,
  DEFAULT_HORIZON = 1000
};

struct explorer_options explorer_options_default(const struct image *image) {
  struct explorer_options options = {
      .machine = machine_config_default(image_core(image)),
      .max_instructions = DEFAULT_BOUND,
      .deep_instructions = DEFAULT_DEEP,
      .depth = 1,
      .shards = 1,
      .horizon = DEFAULT_HORIZON,
      .chain = EQUIVALENCE_CHAIN,
      .beats = true,
      .recalls = true,
      .detectors_most = DETECTORS_MOST,
  };
  options.machine.vtor = image_vectors(image);
  return options;
}

enum run_end explorer_end_of(enum machine_stop stop) {
  static const enum run_end ends[] = {
      [STOP_NONE] = END_BOUND,  [STOP_LIMIT] = END_BOUND,   [STOP_DONE] = END_BOUND,
      [STOP_SLEEP] = END_SLEEP, [STOP_CLOSED] = END_CLOSED, [STOP_STUCK] = END_STUCK,
      [STOP_EXIT] = END_EXIT,   [STOP_LOCKUP] = END_LOCKUP, [STOP_RESET] = END_RESET,
      [STOP_BKPT] = END_STOP,   [STOP_INPUT] = END_INPUT,
  };
  return ends[stop];
}

/* Work is divided in chunks. With a depth above 1 one is long beside what follows an
 * injection, because what was seen is forgotten at its end. */
static uint64_t deep_chunk(const struct explorer_options *options, uint64_t chain) {
  enum { SHORTEST = 4096, HORIZONS = 4 };
  uint64_t far = HORIZONS * options->horizon;
  uint64_t usual = far > SHORTEST ? far : SHORTEST;
  uint64_t length = options->chunk > 0 ? options->chunk : usual;
  return length > chain ? length / chain * chain : chain;
}

struct explorer *explorer_create(const struct image *image,
                                 const struct explorer_options *options, struct error *error) {
  struct explorer *ex = allocate(1, sizeof *ex);
  ex->image = image;
  ex->options = *options;
  ex->options.chain = options->chain > 0 ? options->chain : EQUIVALENCE_CHAIN;
  ex->ranks = true;
  ex->here = ex->levels;
  ex->machine = machine_create(image, &options->machine, error);
  if (ex->machine == NULL) {
    free(ex);
    return NULL;
  }
  ex->ahead = snapshot_create(ex->machine);
  ex->farther = snapshot_create(ex->machine);
  for (unsigned i = 0; i < CHECKPOINTS; i++) {
    ex->checkpoints[i] = snapshot_create(ex->machine);
  }
  for (unsigned i = 0; i < DEPTH_MOST; i++) {
    level_create(&ex->levels[i], ex);
  }
  panel_create(&ex->panel, ex);
  ex->certificate.depth = options->depth;
  ex->certificate.depths[0].spines = 1;
  ex->share = (struct share){options->shard, options->shards > 0 ? options->shards : 1};
  ex->jobs = 1;
  ex->chunk = options->depth > 1 ? deep_chunk(options, ex->options.chain) : ex->options.chain;
  ex->certificate.horizon = options->horizon;
  ex->certificate.deep_instructions = options->deep_instructions;
  return ex;
}

static void orders_free(struct orders *orders) {
  end_state_free(&orders->actual);
  end_state_free(&orders->before);
  end_state_free(&orders->after);
  liveness_free(&orders->live);
}

void explorer_destroy(struct explorer *ex) {
  if (ex == NULL) {
    return;
  }
  panel_destroy(&ex->panel);
  lookahead_free(&ex->lookahead);
  recall_free(&ex->recalling);
  snapshot_destroy(ex->ahead);
  snapshot_destroy(ex->farther);
  for (unsigned i = 0; i < CHECKPOINTS; i++) {
    snapshot_destroy(ex->checkpoints[i]);
  }
  for (unsigned i = 0; i < DEPTH_MOST; i++) {
    level_destroy(&ex->levels[i]);
  }
  machine_destroy(ex->machine);
  end_state_free(&ex->effect);
  findings_free(&ex->findings);
  orders_free(&ex->orders);
  orders_free(&ex->rounds);
  certificate_free(&ex->certificate);
  free(ex->decided);
  free(ex);
}

static void on_output(void *owner, const char *bytes, size_t size) {
  struct explorer *ex = owner;
  ex->options.output(ex->options.output_argument, bytes, size);
}

static void on_event(void *owner, const struct event *event) {
  struct explorer *ex = owner;
  if (ex->watches) {
    branch_watch(ex, event);
    return;
  }
  panel_observe(&ex->panel, event);
  if (ex->panel.open.all != ex->calm.suspicions) {
    machine_end_stride(ex->machine);
  }
  if (ex->listener != NULL) {
    ex->listener->event(ex->listener->owner, event);
  }
}

static void on_instruction(void *owner) {
  const struct explorer *ex = owner;
  ex->listener->instruction(ex->listener->owner);
}

uint32_t explorer_stack_low(const struct machine *m) {
  uint32_t base = m->memory.ram->base;
  return m->lowest_sp - base > STACK_SLACK ? m->lowest_sp - STACK_SLACK : base;
}

enum machine_stop explorer_bare_pass(struct explorer *ex) {
  struct machine *m = ex->machine;
  struct run run = {.mode = RUN_SPINE, .limit = ex->options.max_instructions};
  machine_reset(m);
  m->endless = ex->options.no_prune;
  m->stack_low = 0;
  lookahead_clear(&ex->lookahead);
  m->beats = false;
  m->host = (struct machine_host){
      .owner = ex,
      .place = decide_bare_place,
      .accessed = decide_bare_access,
      .output = ex->options.output != NULL ? on_output : NULL,
  };
  machine_continue(m, &run);
  for (unsigned e = 0; e < EXCEPTION_COUNT; e++) {
    if (exception_bit(ex->here->considered, e)) {
      ex->here->considered_list[ex->here->considered_count++] = (uint8_t)e;
    }
  }
  ex->spine_boundaries = m->state.boundary;
  ex->here->cut = run.stop == STOP_LIMIT ? m->state.boundary : 0;
  ex->stack_low = explorer_stack_low(m);
  return run.stop;
}

enum machine_stop explorer_probe_pass(struct explorer *ex) {
  struct machine *m = ex->machine;
  struct run run = {.mode = RUN_SPINE, .limit = ex->options.max_instructions};
  machine_reset(m);
  reads_end(&m->reads);
  panel_reset(&ex->panel, &m->memory.leaves, true); /* orders are run again untold */
  m->stack_low = ex->stack_low;
  m->beats = ex->options.beats || ex->follows;
  ex->checkpoint_count = 0;
  ex->next_checkpoint = 0;
  ex->recalling.epoch++;
  ex->only_done = false;
  ex->chunk_end = 0;
  ex->here->sighting_count = 0;
  bool listens = ex->listener != NULL;
  m->host = (struct machine_host){
      .owner = ex,
      .event = ex->panel.count > 0 || listens ? on_event : NULL,
      .stack_events = listens && ex->listener->stack_events,
      .place = decide_place,
      .instruction = listens && ex->listener->instruction != NULL ? on_instruction : NULL,
  };
  calm_begin(ex);
  machine_continue(m, &run);
  calm_end(ex);
  panel_finish(&ex->panel);
  sightings_keep_natural(ex);
  return run.stop;
}

void explorer_take(struct explorer *ex, struct check *check) {
  check->findings = ex->findings.items;
  check->finding_count = ex->findings.count;
  check->leaves = ex->machine->memory.leaves;
  check->certificate = ex->certificate;
  ex->findings.items = NULL;
  ex->findings.count = 0;
  ex->certificate.interrupts = NULL;
  ex->certificate.devices = NULL;
}

/* The spine with probes; true if it ended as the bare one did. */
static bool probe_all(struct explorer *ex, enum machine_stop bare, uint64_t bare_hash,
                      struct error *error) {
  enum machine_stop probed = STOP_NONE;
  uint64_t hash = 0;
  unsigned jobs = ex->options.audit || ex->options.decided != NULL ? 1 : ex->options.jobs;
  if (ex->merge_count > 0) {
    if (!shards_add(ex, ex->merges, ex->merge_count, &probed, &hash, error)) {
      return false;
    }
  } else if (jobs <= 1 && (ex->options.resume == NULL || ex->options.decided != NULL)) {
    probed = explorer_probe_pass(ex);
    hash = machine_state_hash(ex->machine);
  } else if (!workers_run(ex, jobs > 0 ? jobs : 1, &probed, &hash, error)) {
    return false;
  }
  ex->certificate.state_hash = hash;
  ex->certificate.complete = true;
  return (bare == probed && bare_hash == hash) ||
         error_set(error,
                   "internal error: the run with probes ended unlike the run without "
                   "them; please report this with the image");
}

static void enter(const struct explorer *ex, enum check_phase phase) {
  if (ex->options.phase != NULL) {
    ex->options.phase(ex->options.progress_argument, phase);
  }
}

static bool check_all(struct explorer *ex, struct check *check, struct error *error) {
  enter(ex, PHASE_RUN);
  enum machine_stop bare = explorer_bare_pass(ex);
  uint64_t bare_hash = machine_state_hash(ex->machine);
  account_finish(ex, bare);
  enter(ex, PHASE_DECIDE);
  if (!probe_all(ex, bare, bare_hash, error)) {
    return false;
  }
  account_interrupts(ex);
  findings_prune(&ex->findings, ex->machine);
  if (ex->options.audit) {
    enter(ex, PHASE_AUDIT);
    if (!audit_run(ex, error)) {
      return false;
    }
  }
  enter(ex, PHASE_EXPLAIN);
  explain_findings(ex);
  findings_sort(&ex->findings);
  explorer_take(ex, check);
  return true;
}

bool explorer_check(const struct image *image, const struct explorer_options *options,
                    struct check *check, struct error *error) {
  *check = (struct check){0};
  struct explorer *ex = explorer_create(image, options, error);
  if (ex == NULL) {
    return false;
  }
  bool good = check_all(ex, check, error);
  explorer_destroy(ex);
  return good;
}

bool shards_merge(const struct image *image, const struct explorer_options *options,
                  const char *const *paths, size_t count, struct check *check,
                  struct error *error) {
  *check = (struct check){0};
  struct explorer *ex = explorer_create(image, options, error);
  if (ex == NULL) {
    return false;
  }
  ex->merges = paths;
  ex->merge_count = count;
  bool good = check_all(ex, check, error);
  explorer_destroy(ex);
  return good;
}

bool explorer_run(const struct image *image, const struct explorer_options *options,
                  struct certificate *certificate, struct error *error) {
  struct explorer_options bare = *options;
  bare.detectors_most = 0;
  *certificate = (struct certificate){0};
  struct explorer *ex = explorer_create(image, &bare, error);
  if (ex == NULL) {
    return false;
  }
  enum machine_stop stop = explorer_bare_pass(ex);
  ex->certificate.state_hash = machine_state_hash(ex->machine);
  ex->certificate.complete = true;
  account_finish(ex, stop);
  account_interrupts(ex);
  *certificate = ex->certificate;
  ex->certificate.interrupts = NULL;
  ex->certificate.devices = NULL;
  explorer_destroy(ex);
  return true;
}
