/* The format: any bytes are a stimulus, and a change in one stream leaves the
 * others as they were. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "sim/fuzz/mutate.h"
#include "sim/machine/stimulus.h"

static bool stream_is(const struct stimulus *s, unsigned tag, const char *text) {
  size_t size = strlen(text);
  const struct stream *stream = &s->streams[tag];
  return stream->size == size &&
         (size == 0 || memcmp(s->bytes + stream->first, text, size) == 0);
}

Test(stimulus, streams) {
  static const struct {
    const char *file;
    size_t size;
    const char *common, *interrupts, *five;
    bool says_five;
  } rows[] = {
      {"", 0, "", "", "", false},
      {"uart", 4, "uart", "", "", false},
      {"a\xfe\x05xy", 5, "a", "", "xy", true},
      {"a\xfe\x05xy\xfe\x01irq\xfe\x05z", 13, "a", "irq", "xyz", true},
      {"\xfe\xfe", 2, "\xfe", "", "", false},
      {"\xfe\x05\xfe\xfe-\xfe\xfe", 7, "", "", "\xfe-\xfe", true},
      {"a\xfe", 2, "a", "", "", false},
      {"\xfe\x05", 2, "", "", "", true},
      {"\xfe\x05x\xfe\x00y", 6, "y", "", "x", true},
  };
  struct stimulus s = {0};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    stimulus_parse(&s, (const uint8_t *)rows[i].file, rows[i].size);
    cr_expect(stream_is(&s, STREAM_COMMON, rows[i].common), "row %zu", i);
    cr_expect(stream_is(&s, STREAM_INTERRUPTS, rows[i].interrupts), "row %zu", i);
    cr_expect(stream_is(&s, 5, rows[i].five), "row %zu", i);
    cr_expect_eq(s.streams[5].said, rows[i].says_five, "row %zu", i);
    cr_expect_eq(stimulus_stream(&s, 5), rows[i].says_five ? 5U : STREAM_COMMON);
  }
  stimulus_fini(&s);
}

Test(stimulus, arrivals) {
  static const struct arrival rows[] = {
      {.gap = 0, .which = 0},
      {.gap = 4095, .which = 7},
      {.gap = 300, .inside = 1, .which = 1},
      {.gap = 1, .inside = 8, .which = 254},
      {.gap = 256 * 17, .which = ARRIVAL_PAUSE, .pause = true},
  };
  struct stimulus s = {0};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct stimulus_writer file = {0};
    struct arrival read = {0};
    uint8_t bytes[ARRIVAL_BYTES];
    stimulus_encode(&rows[i], bytes);
    stimulus_write(&file, STREAM_INTERRUPTS, bytes, sizeof bytes);
    stimulus_parse(&s, file.bytes, file.size);
    cr_expect(stimulus_arrival(&s, 0, &read));
    cr_expect_eq(read.gap, rows[i].gap, "row %zu", i);
    cr_expect_eq(read.inside, rows[i].inside, "row %zu", i);
    cr_expect_eq(read.which, rows[i].which, "row %zu", i);
    cr_expect_eq(read.pause, rows[i].pause, "row %zu", i);
    cr_expect_not(stimulus_arrival(&s, ARRIVAL_BYTES, &read));
    free(file.bytes);
  }
  stimulus_fini(&s);
}

Test(stimulus, tags_are_never_reserved) {
  for (uint32_t word = 0x40000000; word < 0x40040000; word += 4) {
    unsigned tag = stimulus_tag(word);
    cr_assert(tag >= STREAM_FIRST && tag < STIMULUS_MARK, "0x%x has %u", word, tag);
  }
}

/* Random files, written out and read again, are the same streams. */
Test(stimulus, any_bytes_round_trip) {
  struct random random = {7};
  struct stimulus first = {0};
  struct stimulus second = {0};
  for (unsigned i = 0; i < 2000; i++) {
    uint8_t file[40];
    size_t size = random_below(&random, sizeof file);
    for (size_t k = 0; k < size; k++) {
      file[k] = random_below(&random, 3) == 0 ? STIMULUS_MARK : (uint8_t)random_next(&random);
    }
    struct stimulus_writer written = {0};
    stimulus_parse(&first, file, size);
    stimulus_write_all(&written, &first);
    stimulus_parse(&second, written.bytes, written.size);
    for (unsigned tag = 0; tag < STIMULUS_STREAMS; tag++) {
      const struct stream *a = &first.streams[tag], *b = &second.streams[tag];
      cr_assert_eq(a->size, b->size);
      cr_assert(a->size == 0 ||
                memcmp(first.bytes + a->first, second.bytes + b->first, a->size) == 0);
      cr_assert(a->said == b->said || (tag == STREAM_COMMON && a->size == b->size));
    }
    free(written.bytes);
  }
  stimulus_fini(&first);
  stimulus_fini(&second);
}

/* Each child differs from its parent in one stream at most. */
Test(stimulus, mutations_stay_in_one_stream) {
  static const uint8_t parent[] = "abcdef\xfe\x01\x01\x02\x03\x04\x05\x06\xfe\x10wxyz";
  static const uint32_t inputs[] = {0x40000000, 0x40000004};
  struct dictionary dictionary = {0};
  const struct mutator mutator = {&dictionary, inputs, 2};
  struct corpus corpus = {0};
  struct stimulus old = {0};
  struct stimulus new = {0};
  struct stimulus_writer child = {0};
  unsigned changed[3] = {0};
  corpus_add(&corpus, parent, sizeof parent - 1);
  stimulus_parse(&old, parent, sizeof parent - 1);
  for (unsigned i = 0; i < 2000; i++) {
    struct random random = random_for(1, 2, i);
    unsigned differ = 0;
    mutate(&mutator, &corpus, &random, &child);
    stimulus_parse(&new, child.bytes, child.size);
    for (unsigned tag = 0; tag < STIMULUS_STREAMS; tag++) {
      const struct stream *a = &old.streams[tag], *b = &new.streams[tag];
      bool same =
          a->size == b->size &&
          (a->size == 0 || memcmp(old.bytes + a->first, new.bytes + b->first, a->size) == 0);
      differ += !same;
      changed[tag < 2 ? tag : 2] += !same;
    }
    cr_assert_leq(differ, 1, "child %u", i);
  }
  cr_expect_gt(changed[STREAM_COMMON], 100);
  cr_expect_gt(changed[STREAM_INTERRUPTS], 100);
  corpus_free(&corpus);
  stimulus_fini(&old);
  stimulus_fini(&new);
  free(child.bytes);
}
