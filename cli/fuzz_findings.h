/* What a search finds: each distinct finding once, made small, kept in a folder
 * and told with the command that replays it. */
#ifndef TORNWORD_CLI_FUZZ_FINDINGS_H
#define TORNWORD_CLI_FUZZ_FINDINGS_H

#include <stddef.h>
#include <stdint.h>

#include "session/session.h"
#include "sim/explore/judge.h"

struct fuzz_findings {
  struct session *session;
  struct judge *judge;
  char folder[4096];
  char (*ids)[17];
  size_t count, capacity; /* known, those of earlier sessions too */
};

bool fuzz_findings_open(struct fuzz_findings *findings, struct session *session,
                        const char *corpus, struct error *error);
void fuzz_findings_close(struct fuzz_findings *findings);

/* Judges the run with this stimulus; new findings are made small, saved and told. */
bool fuzz_findings_take(struct fuzz_findings *findings, const uint8_t *bytes, size_t size,
                        struct error *error);

#endif
