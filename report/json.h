/* Small helpers over jansson, so that documents read as lists of keys. */
#ifndef TORNWORD_REPORT_JSON_H
#define TORNWORD_REPORT_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "report/texts.h"

/* Takes over `value`; running out of memory aborts. */
void json_put(json_t *object, const char *key, json_t *value);

/* A count; jansson's integers are signed, and no count comes near 2^63. */
json_t *json_count(uint64_t count);

/* "0x" and two digits for each of `size` bytes (at most 8). */
json_t *json_hex(struct texts *texts, uint64_t value, unsigned size);

/* A static text or null; a text of the image, made printable, or null. */
json_t *json_text(const char *text);
json_t *json_clean(struct texts *texts, const char *text);

/* {"name": "tornword", "version": ...} */
json_t *json_tool(void);

/* Writes the document with a newline and releases it. */
bool json_write(FILE *out, json_t *document);

#endif
