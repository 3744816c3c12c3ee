/* Sizes of data, guessed from accesses: on hand-written ones. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/explore/sizes.h"

static const uint32_t BASE = 0x20000000;

enum { MAIN = 0, TICK = 15, ROWS = 12, REPEATS = 4 };

struct row {
  uint8_t kind, size;
  uint32_t offset, pc;
  uint16_t who;
  bool again; /* of the same instruction as the row before */
};

/* Tells the rows some times; the guess as "offset:size offset:size". */
static char *guess(const struct row *rows, bool has_doubles) {
  struct sizes *sizes = sizes_create(BASE, 64, has_doubles);
  uint64_t boundary = 0;
  for (unsigned repeat = 0; repeat < REPEATS; repeat++) {
    for (unsigned i = 0; i < ROWS && rows[i].size > 0; i++) {
      boundary += rows[i].again ? 0 : 1;
      const struct event event = {.kind = rows[i].kind,
                                  .size = rows[i].size,
                                  .pc = rows[i].pc,
                                  .context = {.exception = rows[i].who, .serial = rows[i].who},
                                  .boundary = boundary,
                                  .address = BASE + rows[i].offset};
      sizes_observe(sizes, &event);
    }
    boundary += 100;
  }
  struct datum *data = NULL;
  size_t count = sizes_guess(sizes, &data);
  char *text = NULL;
  size_t size = 0;
  FILE *stream = open_memstream(&text, &size);
  for (size_t i = 0; i < count; i++) {
    fprintf(stream, "%s%u:%u", i > 0 ? " " : "", data[i].address - BASE, data[i].size);
  }
  fclose(stream);
  free(data);
  sizes_destroy(sizes);
  return text;
}

enum { R = EVENT_READ, W = EVENT_WRITE };

Test(sizes, of_accesses) {
  static const struct {
    const char *what;
    bool has_doubles;
    struct row rows[ROWS];
    const char *want;
  } TABLE[] = {
      {"STRD, and two LDRs in a handler",
       true,
       {{W, 4, 8, 0x10, MAIN, false},
        {W, 4, 12, 0x10, MAIN, true},
        {R, 4, 8, 0x80, TICK, false},
        {R, 4, 12, 0x82, TICK, false}},
       "8:8"},
      {"two STRs on a core that has STRD",
       true,
       {{W, 4, 0, 0x10, MAIN, false}, {W, 4, 4, 0x12, MAIN, false}},
       ""},
      {"the same on ARMv6-M",
       false,
       {{W, 4, 0, 0x10, MAIN, false}, {W, 4, 4, 0x12, MAIN, false}},
       "0:8"},
      {"upper word first",
       false,
       {{R, 4, 4, 0x10, MAIN, false}, {R, 4, 0, 0x12, MAIN, false}},
       "0:8"},
      {"two counters, each read and written",
       false,
       {{R, 4, 0, 0x10, MAIN, false},
        {W, 4, 0, 0x12, MAIN, false},
        {R, 4, 4, 0x14, MAIN, false},
        {W, 4, 4, 0x16, MAIN, false}},
       ""},
      {"a loop over words",
       false,
       {{W, 4, 0, 0x10, MAIN, false}, {W, 4, 4, 0x10, MAIN, false}},
       ""},
      {"STRD of two members, one of which is read alone",
       true,
       {{W, 4, 0, 0x10, MAIN, false},
        {W, 4, 4, 0x10, MAIN, true},
        {R, 4, 4, 0x80, TICK, false}},
       ""},
      {"words of two neighbours",
       true,
       {{W, 4, 4, 0x10, MAIN, false}, {W, 4, 8, 0x10, MAIN, true}},
       ""},
      {"four words of LDM, which alone tell nothing",
       true,
       {{R, 4, 0, 0x10, MAIN, false},
        {R, 4, 4, 0x10, MAIN, true},
        {R, 4, 8, 0x10, MAIN, true},
        {R, 4, 12, 0x10, MAIN, true}},
       ""},
      {"bytes and halfwords",
       true,
       {{W, 1, 0, 0x10, MAIN, false}, {R, 2, 6, 0x12, MAIN, false}},
       "0:1 1:1 2:1 3:1 4:2 6:2"},
      {"a byte of a word",
       true,
       {{W, 4, 0, 0x10, MAIN, false}, {R, 1, 1, 0x12, MAIN, false}},
       ""},
  };
  for (size_t i = 0; i < sizeof TABLE / sizeof *TABLE; i++) {
    char *got = guess(TABLE[i].rows, TABLE[i].has_doubles);
    cr_expect_str_eq(got, TABLE[i].want, "%s: %s", TABLE[i].what, got);
    free(got);
  }
}
