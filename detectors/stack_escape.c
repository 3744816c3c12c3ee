/* stack-escape: a handler touched the main stack above its own exception frame,
 * where the frames of the code that it preempted are.
 *
 * A pointer to a local variable went to a handler. That is sound only as long as
 * the function that owns the variable waits there, and nothing says so. The
 * handlers of faults and of NMI, which look at stacks on purpose, are left out.
 *
 * What it cannot see: process stacks (PSP); whose local it is. */
#include "detectors/registry.h"

enum { SAID = 8, NMI = 2, USAGEFAULT = 6, DEBUGMONITOR = 12 };

struct state {
  struct said {
    uint32_t serial; /* activation; 0: unused */
    uint32_t pc;
  } said[SAID];
  uint32_t next;
};

static size_t stack_escape_state_size(const struct leaf_table *leaves) {
  (void)leaves;
  return sizeof(struct state);
}

static void stack_escape_observe(struct detection *d, const void *state,
                                 const struct event *event) {
  const struct state *s = state;
  unsigned exception = event->context.exception;
  if ((exception >= NMI && exception <= USAGEFAULT) || exception == DEBUGMONITOR) {
    return;
  }
  for (unsigned i = 0; i < SAID; i++) {
    if (s->said[i].serial == event->context.serial && s->said[i].pc == event->pc) {
      return;
    }
  }
  const struct said *said = &s->said[s->next];
  *(struct said *)detection_edit(d, said, sizeof *said) =
      (struct said){event->context.serial, event->pc};
  *(uint32_t *)detection_edit(d, &s->next, sizeof s->next) = (s->next + 1) % SAID;
  struct sighting sighting = {.kind = FINDING_STACK_ESCAPE,
                              .leaf = LEAF_NONE,
                              .access = {access_of(event)},
                              .accesses = 1,
                              .value = event->value};
  detection_report(d, &sighting);
}

const struct detector stack_escape_detector = {
    .name = "stack-escape",
    .summary = "a handler touches the stack of the code that it interrupted",
    .events = 1U << EVENT_STACK_READ | 1U << EVENT_STACK_WRITE,
    .state_size = stack_escape_state_size,
    .observe = stack_escape_observe,
    .finish = NULL,
};
