#include "sim/fuzz/minimise.h"

#include <stdlib.h>
#include <string.h>

bool minimise_shows(struct judge *judge, const uint8_t *bytes, size_t size, const char *id) {
  struct stimulus stimulus = {0};
  size_t count = 0;
  bool shown = false;
  stimulus_parse(&stimulus, bytes, size);
  const struct finding *findings = judge_decide(judge, &stimulus, &count);
  for (size_t i = 0; i < count; i++) {
    shown = shown || strcmp(findings[i].id, id) == 0;
  }
  stimulus_fini(&stimulus);
  return shown;
}

struct search {
  struct judge *judge;
  const char *id;
  unsigned runs, most;
  struct stimulus_writer *best;
  struct stimulus now; /* best, parsed */
};

/* Is the smaller one as good? Then it is the best from now on. */
static bool try(struct search *s, struct stimulus_writer *candidate) {
  bool good =
      s->runs < s->most && minimise_shows(s->judge, candidate->bytes, candidate->size, s->id);
  s->runs++;
  if (good) {
    struct stimulus_writer old = *s->best;
    *s->best = *candidate;
    *candidate = old;
    stimulus_parse(&s->now, s->best->bytes, s->best->size);
  }
  return good;
}

/* The file without bytes from `at` on of one stream; `said` false: without it. */
static bool try_without(struct search *s, unsigned tag, size_t at, size_t size, bool said) {
  struct stimulus_writer candidate = {0};
  for (unsigned i = 0; i < STIMULUS_STREAMS; i++) {
    const struct stream *stream = &s->now.streams[i];
    const uint8_t *bytes = s->now.bytes + stream->first;
    bool there = stream->said || stream->size > 0;
    if (!there || (i == tag && !said)) {
      continue;
    }
    if (i != tag) {
      stimulus_write(&candidate, i, bytes, stream->size);
      continue;
    }
    uint8_t *rest = allocate(stream->size + 1, 1);
    memcpy(rest, bytes, at);
    memcpy(rest + at, bytes + at + size, stream->size - at - size);
    stimulus_write(&candidate, i, rest, stream->size - size);
    free(rest);
  }
  bool good = try(s, &candidate);
  free(candidate.bytes);
  return good;
}

/* Pieces of falling size, from the end to the beginning. */
static void shorten(struct search *s, unsigned tag) {
  size_t unit = tag == STREAM_INTERRUPTS ? ARRIVAL_BYTES : 1;
  size_t piece = s->now.streams[tag].size / unit / 2 * unit;
  piece = piece > 0 ? piece : unit;
  for (; piece >= unit; piece = piece / 2 / unit * unit) {
    for (size_t end = s->now.streams[tag].size; end >= piece && s->runs < s->most;) {
      size_t at = end - piece;
      try_without(s, tag, at, piece, true);
      end = at;
    }
  }
}

/* An interrupt goes, and the next one's gap grows by its own. */
static void merge_arrivals(struct search *s) {
  for (size_t at = s->now.streams[STREAM_INTERRUPTS].size / ARRIVAL_BYTES; at-- > 1;) {
    struct stream *stream = &s->now.streams[STREAM_INTERRUPTS];
    uint8_t *bytes = s->now.bytes + stream->first + (at - 1) * ARRIVAL_BYTES;
    unsigned gap = bytes[0] + 256U * (bytes[1] & 15U) + bytes[3] + 256U * (bytes[4] & 15U);
    uint8_t old[2] = {bytes[3], bytes[4]};
    if (gap > 4095 || bytes[2] == ARRIVAL_PAUSE || bytes[5] == ARRIVAL_PAUSE) {
      continue;
    }
    for (unsigned more = 0; more < 4; more++) { /* entering it was no instruction */
      bytes = s->now.bytes + s->now.streams[STREAM_INTERRUPTS].first + (at - 1) * ARRIVAL_BYTES;
      bytes[3] = (uint8_t)(gap + more);
      bytes[4] = (uint8_t)((old[1] & 0xf0) | (gap + more) >> 8);
      if (try_without(s, STREAM_INTERRUPTS, (at - 1) * ARRIVAL_BYTES, ARRIVAL_BYTES, true)) {
        break;
      }
      stimulus_parse(&s->now, s->best->bytes, s->best->size);
    }
  }
}

static void zero_bytes(struct search *s, unsigned tag) {
  for (size_t i = 0; i < s->now.streams[tag].size && s->runs < s->most; i++) {
    uint8_t *byte = s->now.bytes + s->now.streams[tag].first + i;
    uint8_t old = *byte;
    if (old == 0) {
      continue;
    }
    struct stimulus_writer candidate = {0};
    *byte = 0;
    stimulus_write_all(&candidate, &s->now);
    if (!try(s, &candidate)) {
      *byte = old;
    }
    free(candidate.bytes);
  }
}

unsigned minimise(struct judge *judge, const char *id, unsigned most,
                  struct stimulus_writer *file) {
  struct search s = {.judge = judge, .id = id, .most = most, .best = file};
  stimulus_parse(&s.now, file->bytes, file->size);
  for (unsigned tag = 0; tag < STIMULUS_STREAMS; tag++) {
    if (tag != STREAM_INTERRUPTS && (s.now.streams[tag].said || s.now.streams[tag].size > 0)) {
      try_without(&s, tag, 0, s.now.streams[tag].size, tag == STREAM_COMMON);
    }
  }
  size_t before = 0;
  do { /* what one step frees another may take */
    before = file->size;
    for (unsigned tag = 0; tag < STIMULUS_STREAMS; tag++) {
      if (s.now.streams[tag].size > 0) {
        shorten(&s, tag);
      }
    }
    merge_arrivals(&s);
  } while (file->size < before && s.runs < s.most);
  for (unsigned tag = 0; tag < STIMULUS_STREAMS; tag++) {
    if (tag != STREAM_INTERRUPTS) {
      zero_bytes(&s, tag);
    }
  }
  stimulus_fini(&s.now);
  return s.runs;
}
