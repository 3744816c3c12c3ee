/* The detectors, each defined in the file of its name. */
#ifndef TORNWORD_DETECTORS_REGISTRY_H
#define TORNWORD_DETECTORS_REGISTRY_H

#include "detectors/detector.h"

extern const struct detector torn_detector;
extern const struct detector invalid_enum_detector;
extern const struct detector lost_update_detector;
extern const struct detector unsynchronised_detector;
extern const struct detector fault_detector;
extern const struct detector stack_overflow_detector;
extern const struct detector deadlock_detector;
extern const struct detector non_reentrant_detector;
extern const struct detector stack_escape_detector;
extern const struct detector split_section_detector;
extern const struct detector uninitialised_read_detector;
extern const struct detector inconsistent_snapshot_detector;
extern const struct detector double_fetch_detector;
extern const struct detector non_serialisable_detector;
extern const struct detector broken_invariant_detector;
extern const struct detector register_update_detector;
extern const struct detector vanished_access_detector;
extern const struct detector trace_detector;

#endif
