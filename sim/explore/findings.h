/* The findings of a check: sightings that show the same defect are one.
 *
 * Two sightings are the same if kind, leaf (array indices dropped) and both
 * code locations (function, and ordinal of the access in it) are the same. */
#ifndef TORNWORD_SIM_EXPLORE_FINDINGS_H
#define TORNWORD_SIM_EXPLORE_FINDINGS_H

#include "sim/explore/explorer.h"
#include "sim/machine/machine.h"

struct sighting_key;
struct findings {
  struct finding *items;
  size_t count, capacity;
  struct sighting_key *keys; /* uthash: exact sightings already known */
};

void findings_free(struct findings *findings);

/* The finding that a sighting belongs to, or NULL if it is new. */
struct finding *findings_match(struct findings *findings, struct machine *machine,
                               const struct sighting *sighting);
struct finding *findings_with_id(const struct findings *findings, const char *id);
/* Adds a new one (its id is computed); the pointer lives until the next call. */
struct finding *findings_add(struct findings *findings, struct machine *machine,
                             const struct sighting *sighting);
/* Drops what never showed the harm that its kind needs. */
void findings_drop_unshown(struct findings *findings);
/* The same, and drops the warnings that an error says better: unsynchronised accesses
 * of a leaf whose tear or lost update between the same two functions is reported. */
void findings_prune(struct findings *findings, const struct machine *machine);
/* By severity, kind, variable, code location. */
void findings_sort(struct findings *findings);

#endif
