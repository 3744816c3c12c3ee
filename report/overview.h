/* What was understood of an image, as text and as JSON: the report of
 * tornword info. The report's check is not looked at. */
#ifndef TORNWORD_REPORT_OVERVIEW_H
#define TORNWORD_REPORT_OVERVIEW_H

#include <stdbool.h>
#include <stdio.h>

#include "report/report.h"

void overview_text(FILE *out, const struct report *report);
bool overview_json(FILE *out, const struct report *report);

#endif
