/* A claim: what the user says of the firmware's variables, as it was written.
 *
 * Read from a scenario or a board (sim/board), understood once the image is known
 * (sim/explore/claims.h), judged by detectors (detectors/claims.h). */
#ifndef TORNWORD_SIM_CLAIM_H
#define TORNWORD_SIM_CLAIM_H

#include <stdint.h>

enum claim_kind {
  CLAIM_INVARIANT, /* an expression that must be true */
  CLAIM_MEMBER,    /* a variable or member that belongs to a group */
};

struct claim {
  enum claim_kind kind;
  uint32_t group;   /* CLAIM_MEMBER: the same number for all of one group, from 1 */
  const char *text; /* "head - tail <= 8"; "clock.ticks" */
  const char *path; /* of the file; where the text begins in it, from 1 */
  uint32_t line, column;
};

#endif
