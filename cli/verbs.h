/* The verbs, one file each, as constant tables; and what all of them share.
 *
 * A verb is data: its name, its help, the groups of options that it takes and its
 * arguments. */
#ifndef TORNWORD_CLI_VERBS_H
#define TORNWORD_CLI_VERBS_H

#include <stdbool.h>
#include <stddef.h>

#include "report/report.h"
#include "session/options.h"

enum { EXIT_CLEAN = 0, EXIT_FINDINGS = 1, EXIT_INPUT = 2, EXIT_PARTIAL = 3 };

struct verb {
  const char *name;
  const char *summary; /* one line, for tornword --help */
  unsigned groups;     /* of enum option_group */
  bool takes_token;
  bool takes_image;
  bool takes_parts;        /* files of shards, ahead of the image */
  const char *description; /* head of the verb's help, "\v", its tail */
  int (*run)(const struct options *options);
};

extern const struct verb VERB_CHECK;
extern const struct verb VERB_MERGE;
extern const struct verb VERB_RUN;
extern const struct verb VERB_REPLAY;
extern const struct verb VERB_DEBUG;
extern const struct verb VERB_FUZZ;
extern const struct verb VERB_INFO;
extern const struct verb VERB_CHIPS;

/* All of them, in the order of tornword --help. */
extern const struct verb *const VERBS[];
extern const size_t VERBS_COUNT;

/* What tornword --help and the manual page say of all of them. Examples and exit
 * codes are lines that are indented by two spaces. */
extern const char PURPOSE[];
extern const char EXAMPLES[];
extern const char EXIT_CODES[];

/* "TOKEN IMAGE": what a verb takes behind its options; "" if nothing. */
const char *verb_arguments(const struct verb *verb, struct texts *texts);

/* Parses a verb's command line (argv[0] is the verb). Exits with 2 on bad input
 * and with 0 after --help; messages come from "tornword VERB". */
void options_parse(const struct verb *verb, int argc, char **argv, struct options *options);

/* Title of the options of group 1 << number, as --help shows it; NULL behind the last. */
const char *group_title(unsigned number);

/* "clean" 0, "findings" 1, "partial" 3. */
int verdict_exit_code(enum verdict verdict);

/* Prints "tornword VERB: message" on stderr and returns EXIT_INPUT. */
int verb_refuse(const char *verb, const struct error *error);

/* options.note of the command line: a line on stderr. */
void verb_note(void *argument, const char *text);

#endif
