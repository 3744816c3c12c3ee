#include "report/xml.h"

#include <string.h>

void xml_text(FILE *out, const char *text) {
  static const struct {
    char character;
    const char *entity;
  } entities[] = {
      {'<', "&lt;"}, {'>', "&gt;"}, {'&', "&amp;"}, {'"', "&quot;"}, {'\'', "&apos;"}};
  for (const char *at = text; *at != '\0'; at++) {
    const char *entity = NULL;
    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++) {
      entity = *at == entities[i].character ? entities[i].entity : entity;
    }
    if (entity != NULL) {
      fputs(entity, out);
    } else if (strncmp(at, "\xef\xbf\xbe", 3) == 0 || strncmp(at, "\xef\xbf\xbf", 3) == 0) {
      fputc('?', out); /* U+FFFE and U+FFFF */
      at += 2;
    } else {
      fputc(*at, out);
    }
  }
}

void xml_attribute(FILE *out, const char *name, const char *value) {
  fprintf(out, " %s=\"", name);
  xml_text(out, value);
  fputc('"', out);
}
