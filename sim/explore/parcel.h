/* A parcel: what one share of a check's work came to.
 *
 * Workers send parcels to the process that started them; shards and checkpoints are
 * parcels in files. A file belongs to one build of tornword, one image and one set of
 * options, and says so: another one is refused. It is written whole or not at all. */
#ifndef TORNWORD_SIM_EXPLORE_PARCEL_H
#define TORNWORD_SIM_EXPLORE_PARCEL_H

#include "sim/explore/explorer.h"
#include "sim/machine/machine.h"

/* Which places of the spine a share decides: every `shares`-th chunk, from the one
 * with number `share`. */
struct share {
  uint32_t share, shares;
};

struct parcel {
  struct share share;
  uint32_t jobs;    /* processes that the check was begun with */
  uint64_t reached; /* boundary that it is decided up to; UINT64_MAX: to the end */
  struct certificate certificate; /* counts only */
  uint64_t could[EXCEPTION_COUNT], taken[EXCEPTION_COUNT];
  uint64_t place_serial;
  uint64_t state_hash;
  enum machine_stop stop;
  size_t finding_count;
  struct finding *findings; /* owned */
};

void parcel_free(struct parcel *parcel);

/* To and from a pipe between processes of one build. */
bool parcel_send(const struct parcel *parcel, int pipe);
bool parcel_receive(struct parcel *parcel, int pipe);

/* To and from a file. `leaves`: how many the image has, to judge what is read. */
bool parcel_save(const struct parcel *parcel, const struct image *image,
                 const struct explorer_options *options, const char *path, struct error *error);
bool parcel_load(struct parcel *parcel, const struct image *image,
                 const struct explorer_options *options, uint32_t leaves, const char *path,
                 struct error *error);

#endif
