/* options_parse: the table of options as argp wants it. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/verbs.h"

enum { KEY_BASE = 0x100 }; /* keys above the characters: long options only */

struct parsing {
  const struct verb *verb;
  struct options *options;
};

static void take_argument(const char *text, struct argp_state *state) {
  const struct parsing *parsing = state->input;
  const struct verb *verb = parsing->verb;
  struct options *options = parsing->options;
  if (verb->takes_token && options->token == NULL) {
    options->token = text;
  } else if (verb->takes_parts && options->part_count < PARTS_MOST) {
    options->parts[options->part_count++] = text;
  } else if (verb->takes_image && options->image == NULL) {
    options->image = text;
  } else {
    argp_failure(state, EXIT_INPUT, 0, "'%s' is one argument too many; %s", text,
                 verb->takes_image ? "give one IMAGE, last" : "this verb takes none");
  }
}

/* The last of them is the image. */
static void take_parts(struct options *options, struct argp_state *state) {
  if (options->part_count < 2) {
    argp_failure(state, EXIT_INPUT, 0,
                 "give the files that check --shard wrote, and the IMAGE last, e.g. "
                 "tornword merge part1 part2 firmware.elf");
    return;
  }
  options->image = options->parts[--options->part_count];
}

static void check_complete(struct argp_state *state) {
  static const char example[] = "firmware.elf";
  const struct parsing *parsing = state->input;
  const struct verb *verb = parsing->verb;
  struct options *options = parsing->options;
  if (verb->takes_parts) {
    take_parts(options, state);
  }
  if (verb->takes_token && options->token == NULL) {
    argp_failure(state, EXIT_INPUT, 0,
                 "no TOKEN given; add the one of a finding, and the image that it was found "
                 "in, e.g. %s tw1-3f9a01c2-5e11-b412.1x15 %s",
                 state->name, example);
  }
  if (verb->takes_image && options->image == NULL && !options->given[OPTION_SCENARIO]) {
    argp_failure(state, EXIT_INPUT, 0,
                 "no IMAGE given; add the firmware's ELF file, e.g. %s %s%s", state->name,
                 verb->takes_token ? "TOKEN " : "", example);
  }
}

/* argp's key of an option: its letter, if it has one. */
static int key_of(int id) {
  char letter = option_traits((enum option_id)id)->letter;
  return letter != 0 ? letter : KEY_BASE + id;
}

/* OPTION_COUNT: the key is none of ours. */
static int option_of(int key) {
  int id = 0;
  while (id < OPTION_COUNT && key_of(id) != key) {
    id++;
  }
  return id;
}

static error_t parse_one(int key, char *value, struct argp_state *state) {
  const struct parsing *parsing = state->input;
  int id = option_of(key);
  if (id < OPTION_COUNT) {
    struct error error = {""};
    if (!options_set(parsing->options, (enum option_id)id, value, &error)) {
      argp_failure(state, EXIT_INPUT, 0, "%s", error.message);
    }
    return 0;
  }
  if (key == ARGP_KEY_ARG) {
    take_argument(value, state);
    return 0;
  }
  if (key == ARGP_KEY_END) {
    check_complete(state);
    return 0;
  }
  return ARGP_ERR_UNKNOWN;
}

static const char *const GROUP_TITLES[] = {
    "Image:",    "Run:",    "Check:",
    "Report:",   "Effort:", "Trace:",
    "Replay:",   "Debug:",  "Findings that do not count:",
    "In parts:", "Search:", "Compare:"};
enum {
  GROUPS = sizeof GROUP_TITLES / sizeof GROUP_TITLES[0],
  TABLE = OPTION_COUNT + GROUPS + 1
};

const char *group_title(unsigned number) {
  return number < GROUPS ? GROUP_TITLES[number] : NULL;
}

/* The rows that this verb takes, under their groups' titles. */
static void fill_table(const struct verb *verb, struct argp_option table[TABLE]) {
  size_t rows = 0;
  for (int group = 0; group < GROUPS; group++) {
    if ((verb->groups & (1U << group)) == 0) {
      continue;
    }
    table[rows++] = (struct argp_option){.doc = GROUP_TITLES[group], .group = group + 1};
    for (int id = 0; id < OPTION_COUNT; id++) {
      const struct option_traits *traits = option_traits((enum option_id)id);
      if (traits->group == 1U << group) {
        table[rows++] =
            (struct argp_option){.name = traits->name,
                                 .key = key_of(id),
                                 .arg = traits->argument,
                                 .flags = traits->optional ? OPTION_ARG_OPTIONAL : 0,
                                 .doc = traits->help,
                                 .group = group + 1};
      }
    }
  }
  if (rows == 0) { /* argp leaks when it shows the help of an empty table */
    table[rows++] =
        (struct argp_option){.doc = "This verb has no options of its own.", .group = 1};
  }
  table[rows] = (struct argp_option){0};
}

void options_parse(const struct verb *verb, int argc, char **argv, struct options *options) {
  struct argp_option table[TABLE];
  fill_table(verb, table);
  struct texts texts = {0};
  char name[32];
  snprintf(name, sizeof name, "tornword %s", verb->name);
  char *verb_name = argv[0];
  argv[0] = name;
  struct parsing parsing = {verb, options};
  const struct argp argp = {.options = table,
                            .parser = parse_one,
                            .args_doc = verb_arguments(verb, &texts),
                            .doc = verb->description};
  error_t failure = argp_parse(&argp, argc, argv, 0, NULL, &parsing);
  argv[0] = verb_name;
  texts_free(&texts);
  if (failure != 0) {
    fprintf(stderr, "%s: %s\n", name, strerror(failure));
    exit(EXIT_INPUT);
  }
}
