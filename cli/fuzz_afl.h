/* AFL's fork server, played in one process: the test case comes in shared memory,
 * the target is set back by a snapshot, and the status is made up. */
#ifndef TORNWORD_CLI_FUZZ_AFL_H
#define TORNWORD_CLI_FUZZ_AFL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/error.h"
#include "sim/explore/target.h"

struct dictionary;

/* Whether AFL (or another program that speaks its protocol) started us. */
bool afl_is_there(void);

/* Serves test cases until AFL goes away; without a fork server (afl-showmap) one
 * from standard input, and then the process ends by the finding's signal, if there
 * is one. False: the protocol was not kept. */
bool afl_serve(struct target *target, const struct dictionary *dictionary, struct error *error);

/* The signal that AFL shows for a kind of finding, as documented. */
int afl_signal(enum finding_kind kind);

#endif
