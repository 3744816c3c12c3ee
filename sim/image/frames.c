/* From a pc to the source, and the source itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/image/object.h"

enum { MOST_FRAMES = 256 };

static bool is_library(const char *file) {
  static const char *const MARKS[] = {"/rustc/", "/usr/src/rustc", "/library/core/",
                                      "/library/alloc/"};
  for (size_t i = 0; file != NULL && i < sizeof MARKS / sizeof *MARKS; i++) {
    if (strstr(file, MARKS[i]) != NULL) {
      return true;
    }
  }
  return false;
}

/* From a span outwards, the first that holds pc and is less deep than `below`. */
static uint32_t span_around(const struct span_table *table, uint32_t index, uint32_t pc,
                            uint32_t below) {
  while (index != UINT32_MAX &&
         (pc >= table->spans[index].high || table->spans[index].depth >= below)) {
    index = table->spans[index].outer;
  }
  return index;
}

static struct source_frame innermost(const struct image *image, uint32_t pc,
                                     const struct span *span) {
  const struct line_row *row = lines_at(&image->lines, pc, span != NULL ? span->low : pc);
  struct source_frame frame = {0};
  if (row != NULL) {
    frame.file = row->file;
    frame.line = row->line;
    frame.column = row->column;
  }
  return frame;
}

static size_t frames_without_span(const struct image *image, uint32_t pc,
                                  struct source_frame *frames, size_t max) {
  struct source_frame frame = innermost(image, pc, NULL);
  const struct function *function = image_function_at(image, pc);
  if (frame.file == NULL) {
    return 0;
  }
  frame.function = function != NULL ? function->name : NULL;
  frame.library = is_library(frame.file);
  if (max > 0) {
    frames[0] = frame;
  }
  return 1;
}

size_t image_frames_at(const struct image *image, uint32_t pc, struct source_frame *frames,
                       size_t max) {
  pc &= ~1U;
  const struct span_table *table = &image->spans;
  uint32_t index = span_around(table, spans_before(table, pc), pc, UINT32_MAX);
  if (index == UINT32_MAX) {
    return frames_without_span(image, pc, frames, max);
  }
  struct source_frame frame = innermost(image, pc, &table->spans[index]);
  size_t count = 0;
  while (index != UINT32_MAX) {
    const struct span *span = &table->spans[index];
    frame.function = span->name;
    frame.library = is_library(frame.file);
    if (count < max) {
      frames[count] = frame;
    }
    count++;
    frame = (struct source_frame){
        .file = span->call_file, .line = span->call_line, .column = span->call_column};
    index = span_around(table, span->outer, pc, span->depth);
  }
  return count;
}

bool image_line_at(const struct image *image, uint32_t pc, struct source_frame *frame) {
  struct source_frame frames[MOST_FRAMES];
  size_t count = image_frames_at(image, pc, frames, MOST_FRAMES);
  count = count < MOST_FRAMES ? count : MOST_FRAMES;
  for (size_t i = 0; i < count; i++) {
    if (!frames[i].library && frames[i].file != NULL) {
      *frame = frames[i];
      return true;
    }
  }
  return false;
}

/* "core::ptr::read_volatile<u32>", "core::ptr::const_ptr::<impl *const T>::read_volatile",
 * "core::sync::atomic::AtomicU32::load", "std::atomic<int>::load". */
static bool is_operation(const char *function) {
  static const char *const NAMES[] = {"core::sync::atomic::", "core::intrinsics::atomic_",
                                      "core::intrinsics::volatile_", "std::atomic",
                                      "std::__atomic"};
  if (function == NULL) {
    return false;
  }
  for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
    if (strncmp(function, NAMES[i], strlen(NAMES[i])) == 0) {
      return true;
    }
  }
  bool library = strncmp(function, "core::ptr::", strlen("core::ptr::")) == 0;
  return library && strstr(function, "_volatile") != NULL;
}

bool image_is_deliberate(const struct image *image, uint32_t pc) {
  struct source_frame frames[MOST_FRAMES];
  size_t count = image_frames_at(image, pc, frames, MOST_FRAMES);
  for (size_t i = 0; i < count && i < MOST_FRAMES; i++) {
    if (is_operation(frames[i].function)) {
      return true;
    }
  }
  return false;
}

static FILE *source_open(const char *file) {
  FILE *stream = fopen(file, "r");
  for (const char *rest = strchr(file, '/'); stream == NULL && rest != NULL;
       rest = strchr(rest, '/')) {
    rest++;
    stream = *rest != '\0' && *rest != '/' ? fopen(rest, "r") : NULL;
  }
  return stream;
}

char *image_source_line(const struct image *image, const char *file, uint32_t line) {
  (void)image; /* where the sources are is the image's business, should it change */
  FILE *stream = file != NULL && line > 0 ? source_open(file) : NULL;
  if (stream == NULL) {
    return NULL;
  }
  char *text = NULL;
  size_t capacity = 0;
  ssize_t length = 0;
  for (uint32_t i = 0; i < line && length >= 0; i++) {
    length = getline(&text, &capacity, stream);
  }
  fclose(stream);
  if (length < 0) {
    free(text);
    return NULL;
  }
  text[strcspn(text, "\r\n")] = '\0';
  return text;
}
