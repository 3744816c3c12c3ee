/* The verbs, one file each: constant tables that main.c lists. */
#ifndef TORNWORD_CLI_VERBS_H
#define TORNWORD_CLI_VERBS_H

#include "cli/options.h"

extern const struct verb VERB_CHECK;
extern const struct verb VERB_MERGE;
extern const struct verb VERB_RUN;
extern const struct verb VERB_REPLAY;
extern const struct verb VERB_DEBUG;
extern const struct verb VERB_INFO;
extern const struct verb VERB_CHIPS;
extern const struct verb VERB_FUZZ;

#endif
