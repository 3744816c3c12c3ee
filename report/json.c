#include "report/json.h"

#include <inttypes.h>
#include <stdlib.h>

#include "report/report.h"

void json_put(json_t *object, const char *key, json_t *value) {
  if (json_object_set_new(object, key, value) != 0) {
    abort();
  }
}

json_t *json_count(uint64_t count) {
  return json_integer((json_int_t)count);
}

json_t *json_hex(struct texts *texts, uint64_t value, unsigned size) {
  int digits = (int)(2 * (size < 8 ? size : 8));
  return json_string(texts_print(texts, "0x%0*" PRIx64, digits, value));
}

json_t *json_text(const char *text) {
  return text != NULL ? json_string(text) : json_null();
}

json_t *json_clean(struct texts *texts, const char *text) {
  return text != NULL ? json_string(texts_clean(texts, text)) : json_null();
}

json_t *json_tool(void) {
  json_t *tool = json_object();
  json_put(tool, "name", json_string("tornword"));
  json_put(tool, "version", json_string(TORNWORD_VERSION));
  return tool;
}

bool json_write(FILE *out, json_t *document) {
  int failure = json_dumpf(document, out, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
  json_decref(document);
  return failure == 0 && fputc('\n', out) != EOF;
}
