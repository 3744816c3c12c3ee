/* `arrivals` of a scenario: names become addresses, and parts that do not go
 * together are refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/scenario.h"
#include "sim/machine/exception.h"
#include "sim/words.h"

enum { LATE_MOST = 16 }; /* instructions */

static const char SECTION[] = "arrivals";

struct reading {
  const struct scenario_program *program;
  const struct image *image;
  struct error *error;
};

/* Refuses: FILE:LINE:COLUMN of the text, and why. */
static bool refuse(const struct reading *reading, const char *text, const char *why) {
  return scenario_refuse(reading->program, SECTION, text, why, reading->error);
}

static bool refuse_variable(const struct reading *reading, const char *name,
                            const char *nearest) {
  char why[256];
  snprintf(why, sizeof why, "the image has no variable '%s'%s%s%s", name,
           nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
           nearest != NULL ? "'?" : "; `tornword info` lists them");
  return refuse(reading, name, why);
}

static bool find_leaf(const struct reading *reading, const char *name, struct leaf *leaf) {
  const struct leaf_table *leaves = image_leaves(reading->image);
  struct words_nearest nearest = {.wrong = name};
  char *best = NULL;
  bool found = false;
  for (uint32_t i = 0; i < leaves->count && !found; i++) {
    char *known = image_leaf_name(reading->image, leaves, i);
    found = strcmp(known, name) == 0;
    *leaf = leaf_get(leaves, i);
    const char *before = nearest.word;
    words_try(&nearest, known);
    if (nearest.word != before) { /* it points at a name that lives here only */
      free(best);
      best = known;
    } else {
      free(known);
    }
  }
  found = found || refuse_variable(reading, name, best);
  free(best);
  return found;
}

static bool take_variable(const struct reading *reading, const struct scenario_word *said,
                          struct arrival_word *word) {
  struct leaf leaf = {.size = 0};
  if (!find_leaf(reading, said->variable, &leaf)) {
    return false;
  }
  unsigned shift = 8 * (leaf.address & 3U);
  if (shift + 8U * leaf.size > 32) {
    return refuse(reading, said->variable,
                  "does not lie in one word; name a variable of up to 4 bytes");
  }
  uint32_t bits = said->bits != NULL ? *said->bits : 0;
  uint32_t value = said->value != NULL ? *said->value : 0;
  uint32_t all = UINT32_MAX >> (32 - 8 * leaf.size);
  if (((bits | value) & ~all) != 0) {
    return refuse(reading, said->variable, "has fewer bits than are named here");
  }
  *word = (struct arrival_word){
      .address = leaf.address & ~3U,
      .lanes = all << shift,
      .bits = bits << shift,
      .value = value << shift,
      .exact = said->value != NULL,
  };
  return true;
}

static bool take_word(const struct reading *reading, const struct scenario_word *said,
                      struct arrival_word *word) {
  if (said == NULL) {
    return true;
  }
  if ((said->variable == NULL) == (said->address == NULL)) {
    return refuse(reading, said->variable != NULL ? said->variable : "after-write",
                  "name either a variable or an address");
  }
  if (said->bits != NULL && *said->bits == 0) {
    return refuse(reading, "bits", "bits 0 are none; leave the key out for all");
  }
  if (said->variable != NULL) {
    return take_variable(reading, said, word);
  }
  if ((*said->address & 3U) != 0) {
    return refuse(reading, "address", "the address of a word is a multiple of 4");
  }
  *word = (struct arrival_word){
      .address = *said->address,
      .lanes = UINT32_MAX,
      .bits = said->bits != NULL ? *said->bits : 0,
      .value = said->value != NULL ? *said->value : 0,
      .exact = said->value != NULL,
  };
  return true;
}

/* What no table can say; NULL: nothing is wrong. */
static const char *contradiction(const struct scenario_arrival *said) {
  bool driven = said->interrupt == EXCEPTION_SYSTICK || said->interrupt == EXCEPTION_PENDSV;
  if (said->every != NULL && driven) {
    return "SysTick comes by its own counter, and PendSV when the image pends it; leave "
           "every out";
  }
  if (said->every != NULL && *said->every == 0) {
    return "every is a number of instructions, at least 1";
  }
  if (said->jitter != NULL && (said->every == NULL || *said->jitter > *said->every)) {
    return "jitter says how much sooner than `every` one may come: give both, jitter being "
           "at most every";
  }
  if (said->gap != NULL && said->every != NULL) {
    return "a periodic interrupt has no gap; give jitter instead";
  }
  if (said->after_write != NULL && said->after_write->value != NULL) {
    return "after-write looks at which bits are written, not at a value; give bits";
  }
  if (said->late_mask != NULL && said->interrupt < EXCEPTION_IRQ0) {
    return "late-mask is of what NVIC_ICER disables: IRQ0, IRQ1, ...";
  }
  if (said->late_mask != NULL && (*said->late_mask == 0 || *said->late_mask > LATE_MOST)) {
    return "late-mask is a number of instructions, 1 to 16";
  }
  return NULL;
}

static bool take_arrival(const struct reading *reading, const struct scenario_arrival *said,
                         struct machine_config *config) {
  struct arrival_rule rule = {.exception = said->interrupt, .most = UINT64_MAX};
  const char *wrong = contradiction(said);
  for (unsigned i = 0; i < config->arrival_rule_count; i++) {
    if (config->arrival_rules[i].exception == said->interrupt) {
      wrong = "speaks twice of one interrupt; one entry says all of it";
    }
  }
  if (wrong != NULL) {
    return refuse(reading, said->every != NULL ? "every" : "interrupt", wrong);
  }
  rule.period = said->every != NULL ? *said->every : 0;
  rule.gap = said->gap != NULL                             ? *said->gap
             : said->every != NULL && said->jitter != NULL ? *said->every - *said->jitter
                                                           : 0;
  rule.most = said->at_most != NULL ? *said->at_most : UINT64_MAX;
  rule.late = said->late_mask != NULL ? *said->late_mask : 0;
  if (!take_word(reading, said->after_write, &rule.request) ||
      !take_word(reading, said->only_while, &rule.condition)) {
    return false;
  }
  config->arrival_rules[config->arrival_rule_count++] = rule;
  return true;
}

bool scenario_apply_arrivals(const struct scenario_program *program, const struct image *image,
                             struct machine_config *config, struct error *error) {
  const struct reading reading = {program, image, error};
  for (uint32_t i = 0; i < program->arrival_count; i++) {
    if (!take_arrival(&reading, &program->arrivals[i], config)) {
      return false;
    }
  }
  return true;
}
