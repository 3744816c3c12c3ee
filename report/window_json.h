/* Windows of the run as JSON: steps, places and what each showed, with the
 * tables that they share.
 *
 * Steps are rows of one table without repetition, so that the many runs of a
 * window, which differ little, stay small. docs/page.md has the format. */
#ifndef TORNWORD_REPORT_WINDOW_JSON_H
#define TORNWORD_REPORT_WINDOW_JSON_H

#include <jansson.h>

#include "report/report.h"
#include "sim/explore/window.h"

/* Values by number, each once. */
struct table {
  json_t *items;
  json_t *index; /* number by the value's text */
};

struct window_tables {
  const struct report *report;
  struct table rows, contexts, masks, names;
  json_t *code;    /* by pc */
  json_t *sources; /* lines by file */
};

void window_tables_init(struct window_tables *tables, const struct report *report);
void window_tables_fini(struct window_tables *tables);

/* Runs the window and tells it; null if that cannot be done. */
json_t *window_json(struct window_tables *tables, const struct window *window);

/* Puts the tables into the document. */
void window_tables_put(const struct window_tables *tables, json_t *document);

#endif
