/* stack-overflow: the main stack grew below its limit.
 *
 * The limit is the image's: a symbol of its linker script, or the end of the
 * variable that lies nearest below the stack. A handler is told by its first
 * instruction, whether its exception frame, a push or its locals went too far.
 *
 * What it cannot see: process stacks (PSP), heaps that grow towards the stack,
 * images without symbols. */
#include "detectors/registry.h"

static size_t stack_overflow_state_size(const struct leaf_table *leaves) {
  (void)leaves;
  return 1; /* none is needed */
}

static void stack_overflow_observe(struct detection *d, const void *state,
                                   const struct event *event) {
  (void)state;
  struct sighting sighting = {.kind = FINDING_STACK_OVERFLOW,
                              .leaf = LEAF_NONE,
                              .access = {access_of(event)},
                              .accesses = 1};
  detection_report(d, &sighting);
}

const struct detector stack_overflow_detector = {
    .name = "stack-overflow",
    .summary = "the stack grows over its end into other memory",
    .events = 1U << EVENT_STACK_LOW,
    .state_size = stack_overflow_state_size,
    .observe = stack_overflow_observe,
    .hears_far = 1U << EVENT_STACK_LOW,
    .finish = NULL,
};
