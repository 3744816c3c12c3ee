#include <stdlib.h>

#include "sim/explore/explorer.h"

const char *decision_name(enum decision decision) {
  static const char *const names[DECISION_COUNT] = {"disabled", "withheld", "masked", "probed",
                                                    "equivalent"};
  return names[decision];
}

uint64_t certificate_pairs(const struct certificate *certificate) {
  uint64_t pairs = 0;
  for (unsigned i = 0; i < DECISION_COUNT; i++) {
    pairs += certificate->decided[i];
  }
  return pairs;
}

const char *outcome_name(enum outcome outcome) {
  static const char *const names[] = {"unranked", "harmful", "order-dependent", "latent",
                                      "benign"};
  return names[outcome];
}

const char *run_end_text(enum run_end end) {
  static const char *const texts[] = {
      [END_BOUND] = "the instruction bound was reached",
      [END_CLOSED] = "the program's state came back: every later place is like an earlier one",
      [END_SLEEP] = "the program sleeps, and nothing enabled can wake it",
      [END_EXIT] = "the program ended itself (semihosting exit)",
      [END_LOCKUP] = "the processor locked up",
      [END_RESET] = "the program asked for a reset",
      [END_STOP] = "a breakpoint stopped it",
      [END_STUCK] = "it polls a device register, and no value that was tried ends the loop",
      [END_INPUT] = "it wants more input, or waits for it, and all of it is used up",
  };
  return texts[end];
}

void certificate_free(struct certificate *certificate) {
  free(certificate->interrupts);
  free(certificate->devices);
  certificate->interrupts = NULL;
  certificate->devices = NULL;
}

void check_free(struct check *check) {
  certificate_free(&check->certificate);
  free(check->findings);
  check->findings = NULL;
  check->finding_count = 0;
}
