/* The JSON report as a document, for the formats that are built on it. */
#ifndef TORNWORD_REPORT_REPORT_DOCUMENT_H
#define TORNWORD_REPORT_REPORT_DOCUMENT_H

#include <jansson.h>

#include "report/report.h"

/* Schema 1, findings that the report shows in their order. The caller's. */
json_t *report_document(const struct report *report);

#endif
