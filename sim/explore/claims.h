/* Claims understood: the texts of a scenario's `invariants` and `groups`, made into
 * what detectors judge, now that the image with its variables is known. */
#ifndef TORNWORD_SIM_EXPLORE_CLAIMS_H
#define TORNWORD_SIM_EXPLORE_CLAIMS_H

#include "detectors/claims.h"
#include "sim/claim.h"
#include "sim/error.h"
#include "sim/image/image.h"
#include "sim/machine/config.h"

/* The configuration tells registers from memory, and their names; borrowed for the call,
 * NULL: none has a name. NULL for a text that cannot be understood: the message begins with
 * file:line:column and names the nearest variable. Without texts there are no claims:
 * an empty table. Borrows nothing but the image. Free with claims_destroy. */
struct claims *claims_create(const struct image *image, const struct machine_config *config,
                             const struct claim *texts, size_t count, struct error *error);
void claims_destroy(struct claims *claims); /* NULL is allowed */

/* Whether an access touches a leaf that an invariant names. */
bool claims_touch(const struct claims *claims, const struct image *image, uint32_t address,
                  unsigned size);

/* Of the content. */
uint64_t claims_fingerprint(const struct claims *claims);

#endif
