/* The least that a probe can cost on Unicorn: at each instruction boundary once
 * SysTick is enabled, save the registers, push a frame, run the handler nested
 * to its return, undo its writes and restore; every access is logged. No model, no
 * events, no detectors, no masks: the yardstick of the benchmarks, not a tool. */
#ifndef TORNWORD_TESTS_BENCH_BARE_LOOP_H
#define TORNWORD_TESTS_BENCH_BARE_LOOP_H

#include <stdint.h>

#include "sim/image/image.h"

struct bare_result {
  uint64_t boundaries, probes;
  double seconds;
};

/* Runs until `boundaries` were executed. ARMv7-M images with flash at 0. */
struct bare_result bare_loop(const struct image *image, uint64_t boundaries);

/* The same without probes: one run of the window with its two hooks. Seconds. */
double bare_run(const struct image *image, uint64_t boundaries);

/* Seconds of processor time of this process: other load counts little. */
double bench_now(void);

#endif
