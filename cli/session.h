/* What every verb that takes an image begins with: the image loaded, the
 * scenario read, the options laid over the defaults. */
#ifndef TORNWORD_CLI_SESSION_H
#define TORNWORD_CLI_SESSION_H

#include <stdbool.h>

#include "cli/options.h"
#include "cli/report.h"
#include "cli/surroundings.h"
#include "cli/waivers.h"

struct session {
  const struct options *options;
  const char *path; /* of the image: IMAGE, or the scenario's */
  struct surroundings surroundings;
  struct image *image;
  struct explorer_options explorer;
  struct decoder *decoder;
  struct texts texts;
  struct waivers waivers;
  const struct run_map *map; /* of a check that is reported as a page, or NULL */
};

/* On failure nothing is left open. */
bool session_open(struct session *session, const struct options *options, struct error *error);
/* Where little is known of the image, lets the run say more: how much RAM there is,
 * and with `names` where functions begin and how large data are. Called once, when
 * the options for the run are complete. */
bool session_survey(struct session *session, bool names, struct error *error);
void session_close(struct session *session);

/* The report on a check of this session. */
struct report session_report(struct session *session, const struct check *check);

/* Writes the report where the options want it. */
bool session_write(struct session *session, const struct check *check, struct error *error);

/* Prints "tornword VERB: message" on stderr and returns EXIT_INPUT. */
int session_refuse(const char *verb, const struct error *error);

#endif
