#include "report/texts.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

void texts_free(struct texts *texts) {
  for (size_t i = 0; i < texts->count; i++) {
    free(texts->items[i]);
  }
  free(texts->items);
  *texts = (struct texts){0};
}

static const char *keep(struct texts *texts, char *text) {
  array_reserve((void **)&texts->items, &texts->capacity, texts->count + 1, sizeof(char *));
  texts->items[texts->count++] = text;
  return text;
}

const char *texts_print(struct texts *texts, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *text = NULL;
  int length = vasprintf(&text, format, arguments);
  va_end(arguments);
  if (length < 0) {
    abort();
  }
  return keep(texts, text);
}

void *texts_keep(struct texts *texts, const void *bytes, size_t size) {
  char *copy = allocate(1, size);
  memcpy(copy, bytes, size);
  keep(texts, copy);
  return copy;
}

/* Length of the printable UTF-8 character at `text`; 0 if it is none. C1
 * controls (U+0080 to U+009F) count as none: terminals obey them. */
static size_t printable(const unsigned char *text) {
  static const struct {
    unsigned char low, high, size;
  } leads[] = {{0x20, 0x7e, 1}, {0xc2, 0xdf, 2}, {0xe0, 0xef, 3}, {0xf0, 0xf4, 4}};
  size_t size = 0;
  for (size_t i = 0; i < sizeof leads / sizeof leads[0]; i++) {
    if (text[0] >= leads[i].low && text[0] <= leads[i].high) {
      size = leads[i].size;
    }
  }
  for (size_t i = 1; i < size; i++) {
    if ((text[i] & 0xc0) != 0x80) {
      return 0;
    }
  }
  bool control = text[0] == 0xc2 && text[1] < 0xa0;
  bool overlong = (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xf0 && text[1] < 0x90);
  bool beyond = (text[0] == 0xed && text[1] > 0x9f) || (text[0] == 0xf4 && text[1] > 0x8f);
  return control || overlong || beyond ? 0 : size;
}

const char *texts_clean(struct texts *texts, const char *text) {
  if (text == NULL) {
    return "?";
  }
  char *clean = allocate(4 * strlen(text) + 1, 1);
  size_t length = 0;
  for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
    size_t size = printable(at);
    if (size == 0) {
      length += (size_t)snprintf(clean + length, 5, "\\x%02x", *at);
      at++;
      continue;
    }
    memcpy(clean + length, at, size);
    length += size;
    at += size;
  }
  return keep(texts, clean);
}

const char *texts_adopt(struct texts *texts, char *text) {
  const char *clean = texts_clean(texts, text);
  free(text);
  return clean;
}

const char *texts_quote(struct texts *texts, const char *text) {
  static const char plain[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-=:,@%";
  if (text[0] != '\0' && strspn(text, plain) == strlen(text)) {
    return texts_clean(texts, text);
  }
  char *quoted = allocate(4 * strlen(text) + 3, 1);
  size_t length = 0;
  quoted[length++] = '\'';
  for (const char *at = text; *at != '\0'; at++) {
    if (*at == '\'') {
      memcpy(quoted + length, "'\\''", 4);
      length += 4;
    } else {
      quoted[length++] = *at;
    }
  }
  quoted[length] = '\'';
  return texts_adopt(texts, quoted);
}
