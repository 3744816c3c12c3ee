/* What the outside sends in one run: bytes for registers and interrupts.
 *
 * A file is cut into streams, one for each input, so that a change in one leaves
 * the others where they are. Any bytes are a stimulus:
 *
 *   FE TAG   the bytes from here on belong to stream TAG
 *   FE FE    one byte FE of the current stream
 *   FE       as the very last byte: nothing
 *
 * Chunks of one stream follow each other. Bytes ahead of the first mark belong to
 * stream 0, which every input without a stream of its own draws from: a plain
 * file is what a UART receives. UTF-8 text never holds FE.
 *
 * Stream 1 is the interrupts: three bytes each, GAP, WHERE, WHICH. Instructions
 * since the one before (or since an interrupt was first enabled): GAP + 256 *
 * (WHERE & 15). WHERE >> 4 from 8 on: inside the next instruction, behind 1 to 8
 * of its accesses if it has more. WHICH: of the exceptions that can come then,
 * counted from SysTick up, modulo their number; 255: none, and 256 times the
 * gap. A program that waits gets the next one at once. Without a stream 1 the
 * machine gives interrupts by its own policy (progress.c). */
#ifndef TORNWORD_SIM_MACHINE_STIMULUS_H
#define TORNWORD_SIM_MACHINE_STIMULUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  STIMULUS_MARK = 0xfe,
  STIMULUS_STREAMS = 256,
  STREAM_COMMON = 0,
  STREAM_INTERRUPTS = 1,
  STREAM_FIRST = 2,
  ARRIVAL_BYTES = 3,
  ARRIVAL_PAUSE = 255,
};

struct stream {
  uint32_t first; /* in bytes */
  uint32_t size;
  bool said; /* the file has a chunk of it */
};

struct stimulus {
  uint8_t *bytes; /* of all streams, one behind the other */
  size_t capacity;
  struct stream streams[STIMULUS_STREAMS];
  uint64_t hash; /* of the file */
  /* Not there yet: whoever asks stops the run (STOP_INPUT). What runs until then
   * is the same with any stimulus. */
  bool awaited;
};

void stimulus_fini(struct stimulus *stimulus);
/* Any bytes; what was there before is forgotten. */
void stimulus_parse(struct stimulus *stimulus, const uint8_t *file, size_t size);

/* The stream that an input draws from: its own, else the common one. */
static inline unsigned stimulus_stream(const struct stimulus *stimulus, unsigned tag) {
  return stimulus->streams[tag].said ? tag : STREAM_COMMON;
}

/* The tag of a register: from 2 on, never the mark. Two registers may have the
 * same, and then share a stream. */
unsigned stimulus_tag(uint32_t word);

/* One interrupt of stream 1. */
struct arrival {
  uint64_t gap;   /* instructions */
  uint8_t inside; /* accesses of the next instruction to be behind; 0: a boundary */
  uint8_t which;
  bool pause; /* no interrupt, only its gap */
};
/* The one at this byte position; false behind the last whole one. */
bool stimulus_arrival(const struct stimulus *stimulus, uint32_t position,
                      struct arrival *arrival);

/* Writes one: three bytes, not escaped. */
void stimulus_encode(const struct arrival *arrival, uint8_t bytes[ARRIVAL_BYTES]);

/* A file out of streams, in the order of their tags; the inverse of parse. */
struct stimulus_writer {
  uint8_t *bytes;
  size_t size, capacity;
};
void stimulus_write(struct stimulus_writer *writer, unsigned tag, const uint8_t *bytes,
                    size_t size);
void stimulus_write_all(struct stimulus_writer *writer, const struct stimulus *stimulus);

#endif
