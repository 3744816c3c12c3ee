/* Strides: stretches of a run that need nothing of the model: of the spine, of a probe's
 * handlers, of a silent branch.
 *
 * At most boundaries nothing comes, nothing changes but memory, and who listens has
 * said that it need not be asked for a while. There the machine counts, tells the
 * accesses, and looks for nothing else. A stride ends where anything else could
 * happen: at a boundary known ahead, at an instruction that does more than compute and
 * access memory, at an access to a device, at one to what the listener named, where the
 * listener ends it. What ends it, and all around it, is the full boundary's (boundary.c):
 * with strides and without them a run is the same. */
#ifndef TORNWORD_SIM_MACHINE_STRIDE_H
#define TORNWORD_SIM_MACHINE_STRIDE_H

#include <stdbool.h>
#include <stdint.h>

struct stride {
  uint64_t until;  /* the boundary that ends it; 0: there is none */
  uint64_t likely; /* what no access may meet (footprint_may_meet); UINT64_MAX: anything */
  uint64_t passed; /* boundaries of the spine passed in strides; never rewinds */

  /* What the listener said at the full boundary that is being met, 0: nothing; and what it
   * knew of the exceptions and of what is behind the bus. */
  uint64_t offered;
  uint32_t changes;
  uint64_t bus_accesses;
};

struct machine;
struct code;

/* Behind a full boundary of which the listener said how long it need not be asked: whether
 * the machine can do without, too. `code` is the instruction that executes. */
void stride_begin(struct machine *m, const struct code *code);
/* At a boundary within one: passes it, or meets it fully. */
void stride_meet(struct machine *m, uint32_t pc);

#endif
