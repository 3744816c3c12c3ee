/* What must hold for every check of every image, whatever is found in it. */
#ifndef TORNWORD_TESTS_FIRMWARE_INVARIANTS_H
#define TORNWORD_TESTS_FIRMWARE_INVARIANTS_H

#include "sim/explore/explorer.h"

/* Collects what options.decided is told. */
struct tally {
  struct decided {
    uint64_t boundary;
    uint16_t exception;
    uint8_t kind;
    uint8_t beat;
    uint8_t decision;
  } * rows;
  size_t count;
  size_t capacity;
};

/* Lets the options tell their decisions to the tally. */
void tally_attach(struct tally *tally, struct explorer_options *options);
void tally_free(struct tally *tally);

/* Each (place, exception) was decided once, and the certificate counts it so. */
void each_place_is_decided_once(struct tally *tally, const struct certificate *certificate,
                                const char *name);

/* After all its probes were undone, the spine ended where the bare run ends. */
void probes_leave_no_trace(const struct image *image, const struct explorer_options *options,
                           const struct check *check, const char *name);

/* A second check says the same. */
void check_repeats(const struct image *image, const struct explorer_options *options,
                   const struct check *check, const char *name);

/* The token of each finding, written and read again, shows the finding again. */
void tokens_replay(const struct image *image, const struct explorer_options *options,
                   const struct check *check, const char *name);

#endif
