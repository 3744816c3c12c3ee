/* What the simulator models of a core, in short: docs/fidelity.md has all of it. */
#ifndef TORNWORD_REPORT_MODEL_H
#define TORNWORD_REPORT_MODEL_H

#include <stddef.h>

#include "sim/core.h"

struct model_row {
  const char *feature;
  const char *how;
};

enum { MODEL_ROWS = 16 };
/* The rows that speak of this core; returns how many. */
size_t model_rows(enum core core, struct model_row rows[MODEL_ROWS]);

#endif
