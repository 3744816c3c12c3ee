/* Writing XML: text that XML 1.0 allows (2.2), escaped for content and attributes.
 * Control characters but the newline are gone already (texts_clean). */
#ifndef TORNWORD_REPORT_XML_H
#define TORNWORD_REPORT_XML_H

#include <stdio.h>

void xml_text(FILE *out, const char *text);
/* A space, the name, and the value in quotes. */
void xml_attribute(FILE *out, const char *name, const char *value);

#endif
