/* Copies of a few bytes whose number is not known to the compiler: most are of a
 * register's size, and calling memcpy for them costs more than they do. */
#ifndef TORNWORD_SIM_BYTES_H
#define TORNWORD_SIM_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Up to 8 bytes: a value. */
static inline void bytes_copy(void *to, const void *from, size_t size) {
  switch (size) {
    case 4:
      memcpy(to, from, 4);
      break;
    case 8:
      memcpy(to, from, 8);
      break;
    case 1:
      memcpy(to, from, 1);
      break;
    case 2:
      memcpy(to, from, 2);
      break;
    default:
      memcpy(to, from, size & 7U);
      break;
  }
}

/* The same into a word, zero-extended. */
static inline uint64_t bytes_get(const void *from, size_t size) {
  uint64_t value = 0;
  uint32_t word = 0;
  if (size == 4) {
    memcpy(&word, from, 4);
    return word;
  }
  bytes_copy(&value, from, size);
  return value;
}

/* Up to 16: a record. */
static inline void bytes_copy_record(void *to, const void *from, size_t size) {
  if (size == 16) {
    memcpy(to, from, 16);
  } else if (size <= 8) {
    bytes_copy(to, from, size);
  } else {
    memcpy(to, from, size);
  }
}

#endif
