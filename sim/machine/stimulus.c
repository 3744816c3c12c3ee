#include "sim/machine/stimulus.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sim/error.h"

enum { FIRST_INSIDE = 8, PAUSE_FACTOR = 256 };

void stimulus_fini(struct stimulus *stimulus) {
  free(stimulus->bytes);
  *stimulus = (struct stimulus){0};
}

/* The file, piece by piece of one stream. */
struct reader {
  const uint8_t *file;
  size_t size, at;
  unsigned tag;
};

/* The next byte that belongs to a stream; marks the streams it comes past. */
static bool next(struct reader *reader, struct stream *streams, uint8_t *byte) {
  while (reader->at < reader->size) {
    uint8_t first = reader->file[reader->at++];
    if (first != STIMULUS_MARK) {
      *byte = first;
      return true;
    }
    if (reader->at == reader->size) {
      return false;
    }
    uint8_t second = reader->file[reader->at++];
    if (second == STIMULUS_MARK) {
      *byte = second;
      return true;
    }
    reader->tag = second;
    streams[second].said = true;
  }
  return false;
}

static void place_streams(struct stimulus *stimulus) {
  uint32_t first = 0;
  for (unsigned tag = 0; tag < STIMULUS_STREAMS; tag++) {
    stimulus->streams[tag].first = first;
    first += stimulus->streams[tag].size;
    stimulus->streams[tag].size = 0;
  }
}

void stimulus_parse(struct stimulus *stimulus, const uint8_t *file, size_t size) {
  uint8_t byte = 0;
  memset(stimulus->streams, 0, sizeof stimulus->streams);
  stimulus->awaited = false;
  stimulus->hash = size > 0 ? XXH3_64bits(file, size) : 0;
  if (size > stimulus->capacity) {
    stimulus->bytes = reallocate(stimulus->bytes, size, 1);
    stimulus->capacity = size;
  }
  struct reader counting = {.file = file, .size = size};
  while (next(&counting, stimulus->streams, &byte)) {
    stimulus->streams[counting.tag].size++;
  }
  place_streams(stimulus);
  struct reader copying = {.file = file, .size = size};
  while (next(&copying, stimulus->streams, &byte)) {
    struct stream *stream = &stimulus->streams[copying.tag];
    stimulus->bytes[stream->first + stream->size++] = byte;
  }
}

unsigned stimulus_tag(uint32_t word) {
  enum { TAGS = STIMULUS_MARK - STREAM_FIRST };
  uint32_t mixed = (word >> 2) * 0x9e3779b1U;
  return STREAM_FIRST + (unsigned)((uint64_t)mixed * TAGS >> 32);
}

bool stimulus_arrival(const struct stimulus *stimulus, uint32_t position,
                      struct arrival *arrival) {
  const struct stream *stream = &stimulus->streams[STREAM_INTERRUPTS];
  if (position + ARRIVAL_BYTES > stream->size) {
    return false;
  }
  const uint8_t *bytes = stimulus->bytes + stream->first + position;
  unsigned where = bytes[1] >> 4;
  *arrival = (struct arrival){
      .gap = bytes[0] + 256U * (bytes[1] & 15U),
      .inside = (uint8_t)(where >= FIRST_INSIDE ? where - FIRST_INSIDE + 1 : 0),
      .which = bytes[2],
      .pause = bytes[2] == ARRIVAL_PAUSE,
  };
  if (arrival->pause) {
    arrival->gap *= PAUSE_FACTOR;
  }
  return true;
}

void stimulus_encode(const struct arrival *arrival, uint8_t bytes[ARRIVAL_BYTES]) {
  uint64_t gap = arrival->pause ? arrival->gap / PAUSE_FACTOR : arrival->gap;
  unsigned where = arrival->inside > 0 ? FIRST_INSIDE + arrival->inside - 1U : 0;
  bytes[0] = (uint8_t)gap;
  bytes[1] = (uint8_t)((gap >> 8 & 15U) | where << 4);
  bytes[2] = arrival->pause ? ARRIVAL_PAUSE : arrival->which;
}

static void put(struct stimulus_writer *writer, uint8_t byte) {
  array_reserve((void **)&writer->bytes, &writer->capacity, writer->size + 1, 1);
  writer->bytes[writer->size++] = byte;
}

void stimulus_write(struct stimulus_writer *writer, unsigned tag, const uint8_t *bytes,
                    size_t size) {
  if (tag != STREAM_COMMON || writer->size > 0) {
    put(writer, STIMULUS_MARK);
    put(writer, (uint8_t)tag);
  }
  for (size_t i = 0; i < size; i++) {
    if (bytes[i] == STIMULUS_MARK) {
      put(writer, STIMULUS_MARK);
    }
    put(writer, bytes[i]);
  }
}

void stimulus_write_all(struct stimulus_writer *writer, const struct stimulus *stimulus) {
  for (unsigned tag = 0; tag < STIMULUS_STREAMS; tag++) {
    const struct stream *stream = &stimulus->streams[tag];
    if (stream->said || stream->size > 0) {
      stimulus_write(writer, tag, stimulus->bytes + stream->first, stream->size);
    }
  }
}
