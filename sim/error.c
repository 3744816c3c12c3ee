#include "sim/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool error_set(struct error *error, const char *format, ...) {
  if (error != NULL) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
  }
  return false;
}

static void *checked(void *memory, size_t size) {
  if (memory == NULL && size > 0) {
    abort();
  }
  return memory;
}

void *allocate(size_t count, size_t size) {
  if (count == 0 || size == 0) {
    count = size = 1;
  }
  return checked(calloc(count, size), size);
}

void *reallocate(void *old, size_t count, size_t size) {
  size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    abort();
  }
  return checked(realloc(old, bytes > 0 ? bytes : 1), bytes);
}

char *duplicate_text(const char *text) {
  return checked(strdup(text), 1);
}

void array_reserve(void **array, size_t *capacity, size_t needed, size_t size) {
  if (needed <= *capacity) {
    return;
  }
  size_t grown = *capacity * 2 > needed ? *capacity * 2 : needed;
  *array = reallocate(*array, grown, size);
  *capacity = grown;
}
