/* A fuzzing target: one image, run again and again with another stimulus.
 *
 * The machine is run once up to where it first asks the stimulus for anything;
 * each run then begins there, from a snapshot. What a run shows is a function of
 * image, configuration and stimulus alone, never of the runs before. */
#ifndef TORNWORD_SIM_EXPLORE_TARGET_H
#define TORNWORD_SIM_EXPLORE_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/explore/explorer.h"
#include "sim/machine/edges.h"

struct target;

/* The severity from which a finding counts; kinds that need their harm shown are
 * judged (judge.h) before they count. Options are copied. */
struct target *target_create(const struct image *image, const struct explorer_options *options,
                             enum severity severity, struct error *error);
void target_destroy(struct target *target);

struct target_run {
  enum run_end end;
  uint64_t instructions; /* executed by this run, behind the snapshot */
  uint64_t arrivals;     /* interrupts of the stimulus that came */
  bool found;
  enum finding_kind kind; /* the first in their order, if found */
};

/* From now on the map is as large as the code needs: one counter for each of its bytes,
 * at least 4096, at most EDGE_MAP_SIZE. For callers who clear and read all of it for
 * each run. Returns its size. */
size_t target_fit_map(struct target *target);

/* Runs with any bytes as the stimulus. Counts coverage in `map` (EDGE_MAP_SIZE
 * bytes unless it was made to fit; not cleared here) unless it is NULL. */
struct target_run target_execute(struct target *target, const uint8_t *bytes, size_t size,
                                 uint8_t *map);

/* Instructions that every run shares, ahead of the snapshot. */
uint64_t target_shared(const struct target *target);

/* Of the machine as the last run left it. */
uint64_t target_state_hash(const struct target *target);

/* Of the last run: bytes that it took of a stream. */
uint32_t target_taken(const struct target *target, unsigned tag);

/* Adds the registers that took input in the last run, or may by their description, to
 * those that are known. */
void target_note_inputs(struct target *target);
/* The known ones, ascending. Returns how many; the list is the target's, until more
 * are noted. */
size_t target_inputs(const struct target *target, const uint32_t **words);

#endif
