#include "sim/image/records.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct records records_of(const struct image *image) {
  return (struct records){
      .image = image, .at = image->file, .end = image->file + image->file_size};
}

static bool is_blank(char character) {
  return character == ' ' || character == '\t' || character == '\r' || character == '\0';
}

bool records_next(struct records *records) {
  while (records->at < records->end) {
    size_t left = (size_t)(records->end - records->at);
    const uint8_t *newline = memchr(records->at, '\n', left);
    records->text = (const char *)records->at;
    records->length = newline != NULL ? (size_t)(newline - records->at) : left;
    records->at += records->length + (newline != NULL);
    records->line++;
    while (records->length > 0 && is_blank(records->text[records->length - 1])) {
      records->length--;
    }
    if (records->length > 0) {
      return true;
    }
  }
  return false;
}

bool records_refuse(const struct records *records, struct error *error, const char *format,
                    ...) {
  char text[200];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return error_set(error, "%.250s:%u: %s", records->image->path, records->line, text);
}

static int digit(char character) {
  if (character >= '0' && character <= '9') {
    return character - '0';
  }
  char lower = (char)(character | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool records_decode(struct records *records, size_t mark, struct error *error) {
  records->count = 0;
  for (size_t i = mark; i < records->length; i++) {
    int value = digit(records->text[i]);
    if (value < 0) {
      return records_refuse(records, error, "column %zu is no hexadecimal digit; copy it again",
                            i + 1);
    }
    size_t at = (i - mark) / 2;
    if (at >= RECORD_BYTES) {
      return records_refuse(records, error, "the record is longer than any may be");
    }
    records->bytes[at] =
        (uint8_t)((i - mark) % 2 == 0 ? value << 4 : records->bytes[at] | value);
    records->count = at + 1;
  }
  return (records->length - mark) % 2 == 0 ||
         records_refuse(records, error, "truncated: half a byte at the end; copy it again");
}

uint8_t records_sum(const struct records *records, size_t from, size_t to) {
  unsigned sum = 0;
  for (size_t i = from; i < to; i++) {
    sum += records->bytes[i];
  }
  return (uint8_t)sum;
}

uint32_t records_number(const struct records *records, size_t at, size_t size) {
  uint32_t number = 0;
  for (size_t i = 0; i < size; i++) {
    number = number << 8 | records->bytes[at + i];
  }
  return number;
}
