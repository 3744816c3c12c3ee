/* Every option there is, as one table: of the command line and of the library.
 *
 * options_set judges one value and stores it; nothing here prints. */
#ifndef TORNWORD_SESSION_OPTIONS_H
#define TORNWORD_SESSION_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "detectors/finding.h"
#include "report/report.h"
#include "report/texts.h"
#include "report/trace.h"
#include "sim/error.h"
#include "sim/explore/explorer.h"

enum color_mode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* Options come in groups; a verb takes some of them. */
enum option_group {
  GROUP_IMAGE = 1,     /* how to read the image */
  GROUP_RUN = 2,       /* what shapes a run */
  GROUP_CHECK = 4,     /* what is looked for */
  GROUP_REPORT = 8,    /* what the report looks like */
  GROUP_EFFORT = 16,   /* what is told on stderr */
  GROUP_TRACE = 32,    /* a run told to other programs */
  GROUP_REPLAY = 64,   /* how a finding is shown */
  GROUP_DEBUG = 128,   /* the gdb server */
  GROUP_WAIVE = 256,   /* findings that do not count */
  GROUP_SHARE = 512,   /* a check that is done in parts */
  GROUP_FUZZ = 1024,   /* a search */
  GROUP_COMPARE = 2048 /* two images */
};

/* What the user may give. The value of one that was not given is meaningless:
 * options_given tells, and defaults belong to the image and the explorer. */
enum option_id {
  OPTION_CORE,
  OPTION_VTOR,
  OPTION_BASE,
  OPTION_SYMBOLS,
  OPTION_RAM,
  OPTION_CHIP,
  OPTION_CONFIG,
  OPTION_SVD,
  OPTION_INPUT,
  OPTION_INPUT_REGISTERS,
  OPTION_PRIORITY_BITS,
  OPTION_BKPT,
  OPTION_MAX_INSTRUCTIONS,
  OPTION_SCENARIO,
  OPTION_INTERRUPTS,
  OPTION_PLACES,
  OPTION_HORIZON,
  OPTION_DEPTH,
  OPTION_NO_PRUNE,
  OPTION_AUDIT,
  OPTION_JOBS,
  OPTION_SHARD,
  OPTION_RESUME,
  OPTION_FORMAT,
  OPTION_OUTPUT,
  OPTION_SOURCE_ROOT,
  OPTION_TRACE,
  OPTION_BEFORE,
  OPTION_STEP,
  OPTION_UNTIL_FINDING,
  OPTION_MINIMIZE,
  OPTION_SAVE,
  OPTION_GDB,
  OPTION_SEVERITY,
  OPTION_SUPPRESSIONS,
  OPTION_BASELINE,
  OPTION_COLOR,
  OPTION_CORPUS,
  OPTION_RUNS,
  OPTION_SEED,
  OPTION_STATS,
  OPTION_QUIET,
  OPTION_COMPARE,
};
enum { OPTION_COUNT = OPTION_COMPARE + 1 };

enum { PARTS_MOST = 1024 };

struct options {
  bool given[OPTION_COUNT];
  enum core core;
  uint32_t vtor;
  uint32_t base;
  bool ram_grows;
  uint8_t priority_bits;
  enum bkpt_policy bkpt;
  uint64_t max_instructions;
  uint64_t horizon;
  unsigned depth;
  unsigned jobs;
  uint32_t shard, shards; /* the first is 0 */
  unsigned port;          /* of the gdb server */
  uint64_t runs;
  uint64_t seed;
  bool beats;
  uint16_t interrupts[CONFIG_INTERRUPTS];
  unsigned interrupt_count;
  enum report_format format;
  enum trace_format trace;
  uint64_t before;
  enum severity severity;
  enum color_mode color;
  /* Told what is worth knowing of the input and is no error: one line each. May be
   * NULL. */
  void (*note)(void *argument, const char *text);
  void *note_argument;
  const char *scenario; /* borrowed from who set it, as are all below */
  const char *symbols;
  const char *chip;
  const char *config;
  const char *svd;
  const char *input;
  const char *input_registers;
  const char *corpus;
  const char *output;
  const char *suppressions;
  const char *baseline;
  const char *save;
  const char *source_root;
  const char *resume;
  const char *compare;
  const char *image;
  const char *token;
  const char *parts[PARTS_MOST];
  size_t part_count;
};

/* One option: a row of the table in options.c. */
struct option_traits {
  const char *name;
  const char *argument; /* NULL: a switch */
  unsigned group;       /* of enum option_group */
  bool shapes;          /* shapes a run: a replay needs it again */
  bool (*set)(struct options *options, const char *value, struct error *error);
  const char *help;
  bool optional;              /* the argument may be left out: set gets NULL */
  const char *const *choices; /* NULL-terminated; NULL: not one of a few words */
  char letter;                /* its short form, "-j"; 0: none */
};
const struct option_traits *option_traits(enum option_id id);
/* The words that the option's value is one of, with spaces between; "" if it is not. */
const char *option_words(enum option_id id, struct texts *texts);

/* What is assumed before anything is given. */
struct options options_default(void);

/* Judges one value ("--horizon" is OPTION_HORIZON) and stores it. On failure the
 * message starts with the option's name. Text is borrowed. */
bool options_set(struct options *options, enum option_id id, const char *value,
                 struct error *error);

/* Lays the given options over explorer options that hold the defaults. */
void options_apply(const struct options *options, struct explorer_options *explorer);

/* The given options that shape a run, as they would be typed in front of a
 * token, each followed by a space; "" if there are none. */
const char *options_shape(const struct options *options, struct texts *texts);

/* --color, NO_COLOR, CLICOLOR_FORCE, TERM and whether `descriptor` is a terminal. */
bool options_wants_color(const struct options *options, int descriptor);

#endif
