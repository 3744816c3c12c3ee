/* A campaign: the built-in search. Rounds of children of the corpus are run; those
 * that reach something new join it, those that show a finding are handed out.
 *
 * A round's children follow from seed, number of the round and the corpus as it
 * was when the round began, and are taken in their order: neither the number of
 * processes nor an interruption between rounds changes anything. */
#ifndef TORNWORD_SIM_FUZZ_CAMPAIGN_H
#define TORNWORD_SIM_FUZZ_CAMPAIGN_H

#include "sim/explore/target.h"
#include "sim/fuzz/mutate.h"

enum { ROUND_CHILDREN = 512 };

struct campaign {
  struct target *target;
  const struct dictionary *dictionary;
  uint32_t *inputs; /* registers that took input in the corpus as the round began */
  size_t input_count;
  struct corpus corpus;
  uint64_t seed;
  uint64_t round; /* the next one */
  unsigned jobs;
  uint64_t runs;
  uint64_t instructions;
  uint8_t *seen;       /* EDGE_MAP_SIZE: buckets of counts that were reached */
  uint8_t *seen_found; /* the same of the runs that showed a finding */
  /* A child that joined the corpus, and one that shows a finding in a way that is
   * new; false ends the campaign with the error that the owner knows. */
  bool (*joined)(void *owner, const uint8_t *bytes, size_t size);
  bool (*found)(void *owner, const uint8_t *bytes, size_t size, const struct target_run *run);
  void *owner;
};

void campaign_init(struct campaign *campaign, struct target *target);
void campaign_fini(struct campaign *campaign);

/* Adds an entry, new or not, and what it reaches; its finding is handed out, new or not,
 * so that the order of the seeds does not matter. */
bool campaign_seed(struct campaign *campaign, const uint8_t *bytes, size_t size);

/* One round of `children` (at most ROUND_CHILDREN) children. False: a process
 * could not be made, or the owner wants no more. */
bool campaign_round(struct campaign *campaign, uint32_t children, struct error *error);

/* Places in the map that were reached, and a number that names them all. */
unsigned campaign_edges(const struct campaign *campaign);
uint64_t campaign_coverage_hash(const struct campaign *campaign);

#endif
