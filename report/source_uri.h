/* Source files as URIs for reports that other machines read: relative to the
 * source root where they lie below it. */
#ifndef TORNWORD_REPORT_SOURCE_URI_H
#define TORNWORD_REPORT_SOURCE_URI_H

#include <stdbool.h>

#include "report/texts.h"

struct source_uri {
  const char *text; /* percent-encoded */
  bool relative;    /* to the source root */
};

/* `path` as the debug information or the user names it; `root` NULL is the
 * current directory. */
struct source_uri source_uri(struct texts *texts, const char *path, const char *root);

#endif
