#include "sim/pages.h"

#include <sanitizer/asan_interface.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { PAGE = 0x1000 };

/* At least one byte more, which AddressSanitizer guards. */
static size_t mapped_size(size_t size) {
  return (size / PAGE + 1) * PAGE;
}

void *pages_create(size_t size) {
  size_t mapped = mapped_size(size);
  void *memory = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    abort();
  }
  ASAN_POISON_MEMORY_REGION((uint8_t *)memory + size, mapped - size);
  return memory;
}

void pages_clear(void *memory, size_t size) {
  if (madvise(memory, mapped_size(size), MADV_DONTNEED) != 0) {
    abort();
  }
}

void pages_destroy(void *memory, size_t size) {
  if (memory != NULL) {
    ASAN_UNPOISON_MEMORY_REGION(memory, mapped_size(size));
    munmap(memory, mapped_size(size));
  }
}
