/* Replay: one schedule, run again, and told step by step if someone listens. */
#include <string.h>

#include "sim/explore/private.h"
#include "sim/machine/decode.h"

enum { STEP_EVENTS = 64 };

struct narration {
  struct explorer *explorer;
  const struct narrator *narrator;
  uint64_t from; /* first boundary that is told */
  struct step step;
  struct event events[STEP_EVENTS];
  bool open; /* an instruction whose accesses are being collected */
};

static struct mask_state masks(const struct machine *m) {
  const struct exceptions *x = &m->state.exceptions;
  return (struct mask_state){.primask = x->primask,
                             .faultmask = x->faultmask,
                             .basepri = x->basepri,
                             .priority = x->execution_priority};
}

static void tell(struct narration *n) {
  if (n->open && n->step.boundary >= n->from) {
    n->narrator->step(n->narrator->argument, &n->step);
  }
  n->open = false;
  n->step.event_count = 0;
}

static void begin(struct narration *n, enum step_kind kind, uint64_t boundary, uint32_t pc) {
  const struct machine *m = n->explorer->machine;
  n->step = (struct step){
      .kind = kind,
      .boundary = boundary,
      .context = m->state.context,
      .pc = pc,
      .events = n->events,
      .on_spine = n->explorer->exception == 0,
      .mask = masks(m),
  };
  n->open = true;
}

static void on_instruction(void *owner) {
  struct narration *n = owner;
  struct machine *m = n->explorer->machine;
  const struct code *code = machine_code(m, m->state.pc);
  tell(n);
  begin(n, STEP_INSTRUCTION, m->state.boundary, m->state.pc);
  n->step.it_state = m->state.it_state;
  n->step.size = code != NULL ? code_size(code) : 2;
  n->step.bytes = memory_host(&m->memory, m->state.pc, n->step.size);
}

static void add_event(struct narration *n, const struct event *event) {
  if (n->open && n->step.event_count < STEP_EVENTS) {
    n->events[n->step.event_count++] = *event;
  }
}

static void on_event(void *owner, const struct event *event) {
  struct narration *n = owner;
  bool entry = event->kind == EVENT_ENTRY;
  bool restart = event->kind == EVENT_RESTART;
  if (!entry && !restart && event->kind != EVENT_RETURN) {
    add_event(n, event);
    return;
  }
  tell(n);
  begin(n,
        entry     ? STEP_ENTRY
        : restart ? STEP_RESTART
                  : STEP_RETURN,
        event->boundary, event->pc);
  n->step.context = event->context;
  n->step.other = event->other;
  add_event(n, event);
  tell(n);
}

static bool token_fits(const struct image *image, const struct explorer_options *options,
                       const struct schedule *schedule, struct error *error) {
  const uint8_t *sha = image_sha256(image);
  uint32_t head =
      (uint32_t)sha[0] << 24 | (uint32_t)sha[1] << 16 | (uint32_t)sha[2] << 8 | sha[3];
  if (schedule->image != head) {
    return error_set(error,
                     "the token is of another image (%08x..., %s is %08x...): replay it on the "
                     "file that was checked, or run the check again",
                     schedule->image, image_path(image), head);
  }
  if (schedule->config != machine_config_fingerprint(&options->machine)) {
    return error_set(error,
                     "the token was made with other options: give --core, --priority-bits, "
                     "--vtor and --bkpt as the check had them");
  }
  if (schedule->count != 1) {
    return error_set(error, "the token has %u injections; this tornword replays one",
                     schedule->count);
  }
  return true;
}

static uint64_t first_boundary(const struct explorer *ex, const struct schedule *schedule) {
  uint64_t first = schedule->injections[0].place.boundary;
  for (size_t i = 0; i < ex->findings.count; i++) {
    const struct sighting *sighting = &ex->findings.items[i].sighting;
    for (unsigned k = 0; k < sighting->accesses; k++) {
      uint64_t own = sighting->access[k].boundary;
      first = own < first ? own : first;
    }
  }
  return first;
}

static void narrate(struct explorer *ex, const struct schedule *schedule,
                    const struct narrator *narrator) {
  uint64_t first = first_boundary(ex, schedule);
  struct narration n = {
      .explorer = ex,
      .narrator = narrator,
      .from = first > narrator->before ? first - narrator->before : 0,
  };
  struct machine_host listener = {
      .owner = &n, .event = on_event, .instruction = on_instruction, .stack_events = true};
  struct findings kept = ex->findings;
  ex->findings = (struct findings){0};
  ex->listener = &listener;
  ex->ranks = false;
  explorer_probe_pass(ex);
  tell(&n);
  ex->listener = NULL;
  findings_free(&ex->findings);
  ex->findings = kept;
}

static void replay(struct explorer *ex, const struct schedule *schedule,
                   const struct narrator *narrator, struct check *check) {
  explorer_bare_pass(ex);
  ex->only = &schedule->injections[0];
  enum machine_stop stop = explorer_probe_pass(ex);
  ex->certificate.state_hash = machine_state_hash(ex->machine);
  account_finish(ex, stop);
  if (narrator != NULL) {
    narrate(ex, schedule, narrator);
  }
  ex->only = NULL;
  findings_prune(&ex->findings, ex->machine);
  explain_findings(ex);
  findings_sort(&ex->findings);
  check->findings = ex->findings.items;
  check->finding_count = ex->findings.count;
  check->leaves = ex->machine->memory.leaves;
  check->certificate = ex->certificate;
  ex->findings.items = NULL;
  ex->findings.count = 0;
  ex->certificate.interrupts = NULL;
  ex->certificate.devices = NULL;
}

bool explorer_replay(const struct image *image, const struct explorer_options *options,
                     const struct schedule *schedule, const struct narrator *narrator,
                     struct check *check, struct error *error) {
  *check = (struct check){0};
  if (!token_fits(image, options, schedule, error)) {
    return false;
  }
  struct explorer *ex = explorer_create(image, options, error);
  if (ex == NULL) {
    return false;
  }
  replay(ex, schedule, narrator, check);
  explorer_destroy(ex);
  return true;
}
