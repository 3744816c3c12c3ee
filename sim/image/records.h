/* Lines of hexadecimal digits: what Intel HEX and S-records have in common. */
#ifndef TORNWORD_SIM_IMAGE_RECORDS_H
#define TORNWORD_SIM_IMAGE_RECORDS_H

#include "sim/image/object.h"

enum { RECORD_BYTES = 260 };

struct records {
  const struct image *image;
  const uint8_t *at, *end;
  unsigned line; /* of `text`, from 1 */
  /* The current line without its end and the blanks before it. */
  const char *text;
  size_t length;
  /* Its digits behind the mark, as bytes. */
  uint8_t bytes[RECORD_BYTES];
  size_t count;
};

struct records records_of(const struct image *image);

/* Next line that is not empty; false at the file's end. */
bool records_next(struct records *records);

/* Reads the digits behind the first `mark` characters into `bytes`. */
bool records_decode(struct records *records, size_t mark, struct error *error);

/* "FILE:LINE: ", then the message; returns false. */
bool records_refuse(const struct records *records, struct error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Sum of the bytes from `from` to `to`, modulo 256. */
uint8_t records_sum(const struct records *records, size_t from, size_t to);

/* `size` bytes from `at`, most significant first. */
uint32_t records_number(const struct records *records, size_t at, size_t size);

#endif
