#include "detectors/registry.h"

/* In the order in which they are run; those that a check leaves out unless it
 * is asked for all stand last. */
static const struct detector *const DETECTORS[] = {
    &torn_detector,
    &invalid_enum_detector,
    &lost_update_detector,
    &unsynchronised_detector,
    &fault_detector,
    &stack_overflow_detector,
    &deadlock_detector,
    &non_reentrant_detector,
    &stack_escape_detector,
    &split_section_detector,
    &uninitialised_read_detector,
    &inconsistent_snapshot_detector,
    &double_fetch_detector,
    &non_serialisable_detector,
    &broken_invariant_detector,
    &register_update_detector,
    &vanished_access_detector,
    &trace_detector,
};
enum { ALL = sizeof DETECTORS / sizeof DETECTORS[0], EXAMPLES = 1 };

size_t detectors(const struct detector *const **list) {
  *list = DETECTORS;
  return ALL - EXAMPLES;
}

size_t detectors_all(const struct detector *const **list) {
  *list = DETECTORS;
  return ALL;
}
