/* What every verb that takes an image begins with: the image loaded, the
 * scenario read, the options laid over the defaults. */
#ifndef TORNWORD_SESSION_SESSION_H
#define TORNWORD_SESSION_SESSION_H

#include <stdbool.h>

#include "report/report.h"
#include "report/waivers.h"
#include "session/options.h"
#include "session/surroundings.h"

struct session {
  const struct options *options;
  const char *path; /* of the image: IMAGE, or the scenario's */
  struct surroundings surroundings;
  struct image *image;
  struct explorer_options explorer;
  struct decoder *decoder;
  struct texts texts;
  struct waivers waivers;
  struct claims *claims;     /* what the scenario says of variables */
  const struct run_map *map; /* of a check that is reported as a page, or NULL */
};

/* On failure nothing is left open. */
bool session_open(struct session *session, const struct options *options, struct error *error);
/* Where little is known of the image, lets the run say more: how much RAM there is,
 * and with `names` where functions begin and how large data are. Called once, when
 * the options for the run are complete. */
bool session_survey(struct session *session, bool names, struct error *error);
/* Part of it, for who needs no survey: makes what the scenario claims of variables
 * ready to be judged. */
bool session_claim(struct session *session, struct error *error);
void session_close(struct session *session);

/* The report on a check of this session. */
struct report session_report(struct session *session, const struct check *check);

/* Writes the report where the options want it. */
bool session_write(struct session *session, const struct check *check, struct error *error);

#endif
