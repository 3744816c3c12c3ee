/* Explanations: each finding is replayed once, and the call stacks of its
 * accesses are read off on the way. Also the proof that its schedule shows it. */
#include <string.h>

#include "sim/explore/call_tracker.h"
#include "sim/explore/private.h"

struct explanation {
  struct explorer *explorer;
  struct finding *finding;
  struct call_tracker tracker;
  uint64_t arrived; /* time of the last arrival of the finding's exception */
  bool came;        /* there was one */
  bool taken;       /* the injected one was entered */
};

static void on_instruction(void *owner) {
  struct explanation *explanation = owner;
  call_tracker_step(&explanation->tracker, explanation->explorer->machine);
}

/* How long before the injected arrival the exception came last. */
static void note_arrival(struct explanation *explanation, const struct event *event) {
  struct finding *finding = explanation->finding;
  uint64_t now = explanation->explorer->machine->state.time;
  if (event->kind != EVENT_ENTRY || event->context.exception != finding->exception ||
      explanation->taken) {
    return;
  }
  explanation->taken = event->boundary >= finding->place.boundary;
  if (explanation->taken && explanation->came) {
    finding->since = now - explanation->arrived;
  }
  explanation->came = true;
  explanation->arrived = now;
}

static void note_section(struct explanation *explanation, const struct event *event) {
  struct finding *finding = explanation->finding;
  const struct sighting *sighting = &finding->sighting;
  if (event->kind != EVENT_MASK || explanation->taken ||
      !context_equal(event->context, sighting->access[sighting->victim].context)) {
    return;
  }
  struct section_seen *section = &finding->section;
  if (event->value != 0 && event->old == 0) {
    *section = (struct section_seen){.began = event->pc};
  } else if (event->value == 0 && event->old != 0) {
    section->ended = event->pc;
    section->ended_at = event->boundary;
  }
}

static void on_event(void *owner, const struct event *event) {
  struct explanation *explanation = owner;
  struct finding *finding = explanation->finding;
  const struct sighting *sighting = &finding->sighting;
  note_arrival(explanation, event);
  note_section(explanation, event);
  call_tracker_event(&explanation->tracker, event);
  for (unsigned i = 0; i < sighting->accesses; i++) {
    const struct access *access = &sighting->access[i];
    if (event->kind == access->op && event->boundary == access->boundary &&
        event->pc == access->pc && finding->stack[i].count == 0) {
      finding->stack[i] = call_tracker_stack(&explanation->tracker, event->pc);
    }
  }
}

static void explain(struct explorer *ex, struct finding *finding) {
  struct explanation explanation = {.explorer = ex, .finding = finding};
  struct machine_host listener = {
      .owner = &explanation, .event = on_event, .instruction = on_instruction};
  ex->listener = &listener;
  ex->only = finding->schedule.injections;
  ex->only_count = finding->schedule.count;
  explorer_probe_pass(ex);
  ex->listener = NULL;
  ex->only = NULL;
}

/* The replays count nothing and find nothing new: the check is over. */
void explain_findings(struct explorer *ex) {
  struct findings kept = ex->findings;
  struct certificate certificate = ex->certificate;
  ex->findings = (struct findings){0};
  ex->ranks = false;
  for (size_t i = 0; i < kept.count; i++) {
    explain(ex, &kept.items[i]);
    findings_free(&ex->findings);
  }
  ex->ranks = true;
  ex->findings = kept;
  ex->certificate = certificate;
}

bool finding_line(const struct finding *finding, const struct image *image, unsigned index,
                  struct source_frame *frame) {
  const struct call_stack *stack = &finding->stack[index];
  bool known = image_line_at(image, finding->sighting.access[index].pc, frame);
  for (unsigned i = 1; !known && i < stack->count && i < STACK_CALLS; i++) {
    known = image_line_at(image, stack->pc[i], frame);
  }
  return known;
}
