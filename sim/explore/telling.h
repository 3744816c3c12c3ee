/* Telling a run: the machine's events as steps, for whoever narrates.
 *
 * A telling listens to a machine. An instruction is told when the next step
 * begins, so that all its accesses stand in it; telling_flush tells it at once.
 * Steps below boundary `from` are not told. */
#ifndef TORNWORD_SIM_EXPLORE_TELLING_H
#define TORNWORD_SIM_EXPLORE_TELLING_H

#include "sim/explore/private.h"

enum { STEP_EVENTS = 64 };

struct telling {
  const struct explorer *explorer;
  struct narrator narrator;
  uint64_t from; /* first boundary that is told */
  struct step step;
  struct step_state state;
  struct event events[STEP_EVENTS];
  bool open; /* an instruction whose accesses are being collected */
};

/* A listener for explorer.listener or machine.host; it borrows the telling. */
struct machine_host telling_listener(struct telling *telling);

void telling_flush(struct telling *telling);
/* Tells the open instruction with the accesses so far, and leaves it open. */
void telling_peek(const struct telling *telling);

#endif
