/* The whole run on one line: how many places of each stretch were decided how,
 * and which showed findings. A stretch grows with the run, so that a million
 * places stay small. */
#ifndef TORNWORD_REPORT_RUN_MAP_H
#define TORNWORD_REPORT_RUN_MAP_H

#include <jansson.h>
#include <stdint.h>

#include "report/report.h"
#include "sim/explore/explorer.h"

enum { MAP_STRETCHES = 512, MAP_EXCEPTIONS = 32 };

struct stretch {
  uint32_t decided[DECISION_COUNT];
  uint32_t showed[FINDING_KIND_COUNT];
};

struct map_row {
  uint16_t exception;
  uint32_t last; /* kinds that its last probe showed: equivalent places show them too */
  struct stretch *stretches; /* MAP_STRETCHES */
};

struct run_map {
  uint64_t width; /* boundaries in a stretch: 1, 2, 4, ... */
  size_t used;    /* stretches up to the last place */
  struct map_row rows[MAP_EXCEPTIONS];
  size_t row_count; /* exceptions beyond MAP_EXCEPTIONS are left out */
};

/* A zeroed struct run_map is an empty one. */
void run_map_free(struct run_map *map);

/* Has the map told of a check with these options; it must outlive the check. */
void run_map_listen(struct run_map *map, struct explorer_options *options);

json_t *run_map_json(const struct run_map *map, const struct report *report);

#endif
