/* A scenario file: what to run, how to run it, and what must be found.
 *
 * It is demo and regression test in one. scenarios/README.md describes the YAML;
 * the members below carry the names of its keys. A member of pointer type is
 * NULL where its key is absent, a mask is 0. The numbers are the key's own:
 * defaults are the explorer's business. */
#ifndef TORNWORD_SIM_EXPLORE_SCENARIO_H
#define TORNWORD_SIM_EXPLORE_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "detectors/finding.h"
#include "sim/core.h"
#include "sim/error.h"
#include "sim/explore/explorer.h"

/* Optimisation levels of the demo builds; masks hold 1 << level. */
enum optimisation { OPTIMISATION_O0, OPTIMISATION_O2 };
enum { OPTIMISATION_COUNT = OPTIMISATION_O2 + 1 };
const char *optimisation_name(enum optimisation optimisation); /* "O0" */

/* expect: one finding that must be there, at least once. A member that is
 * absent is not compared. */
struct expectation {
  enum finding_kind kind;
  char *variable; /* the leaf as reports name it: "X", "queue.head" */
  char *function; /* of the victim's access */
  uint32_t *line; /* of the victim's access */
  uint64_t *value;
  uint32_t *interrupts; /* injections that it needs */
  enum place_kind *place;
  uint32_t cores;         /* only on these: a mask of 1 << enum core */
  uint32_t optimisations; /* only at these: a mask of 1 << enum optimisation */
};

enum scenario_places { PLACES_UNSAID, PLACES_ALL, PLACES_BOUNDARIES };

/* A variable or a word, and bits of it. */
struct scenario_word {
  char *variable; /* a leaf, by its name in reports; NULL: address */
  uint32_t *address;
  uint32_t *bits;
  uint32_t *value;
};

/* arrivals: when one interrupt comes. A part that is absent narrows nothing. */
struct scenario_arrival {
  uint16_t interrupt;                /* exception number */
  uint32_t *every, *jitter;          /* instructions */
  uint32_t *gap;                     /* instructions */
  uint32_t *at_most;                 /* arrivals of one run */
  struct scenario_word *after_write; /* each requests one arrival */
  struct scenario_word *only_while;
  uint32_t *late_mask; /* instructions */
};

/* regions: code that must come out as if it ran in one piece. */
struct scenario_region {
  char *function;  /* from its first instruction to its return; NULL: from and to */
  char *from, *to; /* "file.c:12": the first instruction of a line */
};

/* programs: an image, or a source of which the demo build makes images. */
struct scenario_program {
  char *image;            /* path, relative to the scenario */
  char *source;           /* path, relative to the top of the source tree */
  char *chip;             /* as --chip; NULL if absent, as the next */
  char *config;           /* as --config; relative to the scenario, as the next two */
  char *symbols;          /* as --symbols */
  char *input;            /* as --input */
  uint32_t *base;         /* as --base */
  uint32_t cores;         /* source: built for these. image: at most one, as --core */
  uint32_t optimisations; /* source: built at these */
  uint8_t *priority_bits;
  uint16_t *interrupts; /* exception numbers */
  uint32_t interrupt_count;
  struct scenario_arrival *arrivals;
  uint32_t arrival_count;
  struct scenario_region *regions;
  uint32_t region_count;
  enum scenario_places places;
  uint32_t *max_instructions;
  uint32_t *horizon;
  uint32_t *depth;
  struct expectation *expect; /* none: the program must be clean */
  uint32_t expect_count;
  char *path; /* of the scenario's file; not a key */
};

struct scenario {
  char *name;
  unsigned version;                  /* 1 */
  char *summary;                     /* NULL if absent */
  struct scenario_program *programs; /* at least one */
  uint32_t program_count;
};

/* Reads a scenario file. The message of a refusal starts with file:line:column
 * and suggests the nearest name for one that is misspelt. Free the result with
 * scenario_free. */
struct scenario *scenario_load(const char *path, struct error *error);
void scenario_free(struct scenario *scenario); /* NULL is allowed */

/* The program that speaks of this image: by `image` (same file name), by
 * `source` (firmware/a/b.c speaks of b-m3-O2.elf), or the only one if it names
 * neither. NULL if there is none. Borrowed. */
const struct scenario_program *scenario_program_for(const struct scenario *scenario,
                                                    const char *image_path);

/* The only program that names an image; NULL if there are none or several. */
const struct scenario_program *scenario_image_program(const struct scenario *scenario);

/* Lays what the program says over options that hold the defaults. Refuses what
 * does not fit the image: a variable that it does not have. */
bool scenario_apply(const struct scenario_program *program, const struct image *image,
                    struct explorer_options *options, struct error *error);

/* scenario_arrivals.c: the same for `arrivals` alone. */
bool scenario_apply_arrivals(const struct scenario_program *program, const struct image *image,
                             struct machine_config *config, struct error *error);

/* scenario_regions.c: the same for `regions`. */
bool scenario_apply_regions(const struct scenario_program *program, const struct image *image,
                            struct machine_config *config, struct error *error);

/* Refuses what a section says: "FILE:LINE:COLUMN: why" of the first place behind
 * `section:` where the scenario says `text`, "FILE: why" if there is none. False. */
bool scenario_refuse(const struct scenario_program *program, const char *section,
                     const char *text, const char *why, struct error *error);

/* Whether the expectation is one for a build for this core at this level. */
bool expectation_applies(const struct expectation *expectation, enum core core,
                         enum optimisation optimisation);

/* Whether this finding of `check` is the one expected. Cores and levels are
 * not compared. */
bool expectation_met(const struct expectation *expectation, const struct image *image,
                     const struct check *check, const struct finding *finding);

#endif
