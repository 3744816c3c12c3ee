/* Debugging a session's image: the gdb server around one timeline. */
#ifndef TORNWORD_CLI_DEBUG_H
#define TORNWORD_CLI_DEBUG_H

#include "session/session.h"

/* What is debugged: a run as it is, or that of a finding. */
struct debug_subject {
  const char *verb;                /* for messages */
  const struct schedule *schedule; /* NULL: the run as it is */
  const struct check *check;       /* of that schedule; NULL: none */
  const struct finding *finding;   /* of that check; NULL: none */
};

/* Says on stderr where it listens, and serves until killed. Returns the exit code. */
int debug_session(struct session *session, const struct debug_subject *subject);

#endif
