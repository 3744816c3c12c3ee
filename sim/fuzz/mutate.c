#include "sim/fuzz/mutate.h"

#include <stdlib.h>
#include <string.h>

enum { STREAM_MOST = 4096, CHANGES = 4, FRESH = 16, FRESH_MOST = 512, LENGTHS = 5 };

/* One stream, while it is changed. */
struct buffer {
  uint8_t bytes[STREAM_MOST];
  size_t size;
};

static void insert(struct buffer *b, size_t at, const uint8_t *bytes, size_t size) {
  if (size > STREAM_MOST - b->size) {
    return;
  }
  memmove(b->bytes + at + size, b->bytes + at, b->size - at);
  memcpy(b->bytes + at, bytes, size);
  b->size += size;
}

static void cut(struct buffer *b, size_t at, size_t size) {
  size = size < b->size - at ? size : b->size - at;
  memmove(b->bytes + at, b->bytes + at + size, b->size - at - size);
  b->size -= size;
}

static size_t place(const struct buffer *b, struct random *r) {
  return random_below(r, (uint32_t)b->size);
}

static uint8_t some_byte(struct random *r) {
  static const uint8_t edges[] = {0, 1, 0x7f, 0x80, 0xff, 0x20, '\n', 0x10};
  return random_below(r, 3) == 0 ? edges[random_below(r, sizeof edges)]
                                 : (uint8_t)random_next(r);
}

/* A few bytes anywhere; or many at the end, for a run that ended since it had none. */
static void insert_some(struct buffer *b, struct random *r) {
  uint8_t bytes[FRESH_MOST];
  bool many = random_below(r, 4) == 0;
  size_t most = many ? (size_t)FRESH << (1 + random_below(r, LENGTHS)) : FRESH;
  size_t size = 1 + random_below(r, (uint32_t)most);
  for (size_t i = 0; i < size; i++) {
    bytes[i] = some_byte(r);
  }
  insert(b, many ? b->size : random_below(r, (uint32_t)b->size + 1), bytes, size);
}

static void use_word(struct buffer *b, const struct mutator *m, struct random *r) {
  if (m->dictionary->words == 0) {
    return;
  }
  size_t size = 0;
  const uint8_t *word =
      dictionary_word(m->dictionary, random_below(r, (uint32_t)m->dictionary->words), &size);
  size_t at = random_below(r, (uint32_t)b->size + 1);
  if (word[0] == STIMULUS_MARK) { /* marks of streams are for fuzzers that know none */
    return;
  }
  if (random_below(r, 2) == 0 && at + size <= b->size) {
    memcpy(b->bytes + at, word, size);
  } else {
    insert(b, at, word, size);
  }
}

static void duplicate(struct buffer *b, struct random *r) {
  uint8_t bytes[FRESH];
  size_t from = place(b, r);
  size_t size = 1 + random_below(r, FRESH);
  size = size < b->size - from ? size : b->size - from;
  memcpy(bytes, b->bytes + from, size);
  insert(b, random_below(r, (uint32_t)b->size + 1), bytes, size);
}

static void change_bytes(struct buffer *b, const struct mutator *m, struct random *r) {
  size_t at = place(b, r);
  uint32_t choice = b->size > 0 ? random_below(r, 8) : 6 + random_below(r, 2);
  switch (choice) {
    case 0:
      b->bytes[at] ^= (uint8_t)(1U << random_below(r, 8));
      break;
    case 1:
      b->bytes[at] = (uint8_t)(b->bytes[at] + random_below(r, 71) - 35);
      break;
    case 2:
    case 3:
      b->bytes[at] = some_byte(r);
      break;
    case 4:
      cut(b, at, 1 + random_below(r, FRESH));
      break;
    case 5:
      duplicate(b, r);
      break;
    case 6:
      insert_some(b, r);
      break;
    default:
      use_word(b, m, r);
      break;
  }
}

/* Gaps of all sizes, small ones as often as large ones. */
static void random_arrival(struct random *r, uint8_t bytes[ARRIVAL_BYTES]) {
  struct arrival arrival = {
      .gap = random_below(r, 1U << (1 + random_below(r, 12))),
      .inside = (uint8_t)(random_below(r, 2) * (1 + random_below(r, 3))),
      .which = (uint8_t)random_below(r, 8),
      .pause = random_below(r, 32) == 0,
  };
  stimulus_encode(&arrival, bytes);
}

static void shift_gap(uint8_t *bytes, int by) {
  int gap = bytes[0] + 256 * (bytes[1] & 15) + by;
  gap = gap < 0 ? 0 : gap > 4095 ? 4095 : gap;
  bytes[0] = (uint8_t)gap;
  bytes[1] = (uint8_t)((bytes[1] & 0xf0) | gap >> 8);
}

static void change_arrivals(struct buffer *b, struct random *r) {
  uint8_t fresh[ARRIVAL_BYTES];
  uint32_t count = (uint32_t)(b->size / ARRIVAL_BYTES);
  size_t at = (size_t)ARRIVAL_BYTES * random_below(r, count);
  random_arrival(r, fresh);
  switch (count > 0 ? random_below(r, 7) : 6) {
    case 0:
    case 1:
      shift_gap(b->bytes + at, (int)random_below(r, 9) - 4);
      break;
    case 2:
      shift_gap(b->bytes + at, (int)random_below(r, 257) - 128);
      break;
    case 3:
      memcpy(b->bytes + at, fresh, ARRIVAL_BYTES);
      break;
    case 4:
      b->bytes[at + 1] = (uint8_t)((b->bytes[at + 1] & 15) | (fresh[1] & 0xf0));
      break;
    case 5:
      cut(b, at, ARRIVAL_BYTES);
      break;
    default:
      insert(b, (size_t)ARRIVAL_BYTES * random_below(r, count + 1), fresh, ARRIVAL_BYTES);
      break;
  }
}

static void take(struct buffer *b, const struct stimulus *from, unsigned tag) {
  const struct stream *stream = &from->streams[tag];
  b->size = stream->size < STREAM_MOST ? stream->size : STREAM_MOST;
  if (b->size > 0) {
    memcpy(b->bytes, from->bytes + stream->first, b->size);
  }
}

/* Interrupts in every second child, else the common stream or a register's. */
static unsigned choose_stream(const struct mutator *m, const struct stimulus *parent,
                              struct random *r) {
  if (random_below(r, 2) == 0) {
    return STREAM_INTERRUPTS;
  }
  if (m->input_count < 2 || random_below(r, 2) == 0) {
    return STREAM_COMMON;
  }
  unsigned tag = stimulus_tag(m->inputs[random_below(r, (uint32_t)m->input_count)]);
  bool begins = random_below(r, 4) == 0;
  return parent->streams[tag].said || begins ? tag : STREAM_COMMON;
}

static void change_stream(const struct mutator *m, struct buffer *b, unsigned tag,
                          struct random *r) {
  for (uint32_t i = 0, count = 1 + random_below(r, CHANGES); i < count; i++) {
    if (tag == STREAM_INTERRUPTS) {
      change_arrivals(b, r);
    } else {
      change_bytes(b, m, r);
    }
  }
}

void mutate(const struct mutator *m, const struct corpus *corpus, struct random *r,
            struct stimulus_writer *child) {
  struct stimulus parent = {0};
  struct stimulus other = {0};
  struct buffer buffer;
  const struct entry *entry = &corpus->entries[random_below(r, (uint32_t)corpus->count)];
  stimulus_parse(&parent, entry->bytes, entry->size);
  unsigned tag = choose_stream(m, &parent, r);
  take(&buffer, &parent, tag);
  if (random_below(r, 8) == 0) { /* the same stream of another entry */
    entry = &corpus->entries[random_below(r, (uint32_t)corpus->count)];
    stimulus_parse(&other, entry->bytes, entry->size);
    take(&buffer, &other, tag);
  }
  change_stream(m, &buffer, tag, r);
  child->size = 0;
  for (unsigned i = 0; i < STIMULUS_STREAMS; i++) {
    const struct stream *stream = &parent.streams[i];
    if (i == tag) {
      stimulus_write(child, i, buffer.bytes, buffer.size);
    } else if (stream->said || stream->size > 0) {
      stimulus_write(child, i, parent.bytes + stream->first, stream->size);
    }
  }
  stimulus_fini(&parent);
  stimulus_fini(&other);
}
