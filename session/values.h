/* Values of options, read strictly: a value is wholly understood or refused
 * with a message that says what would be right. */
#ifndef TORNWORD_SESSION_VALUES_H
#define TORNWORD_SESSION_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/error.h"
#include "sim/machine/config.h"

struct number_rule {
  const char *unit;    /* "instructions" */
  const char *example; /* "--horizon 1000" */
  uint64_t low, high;  /* what is allowed, both included */
};

/* Decimal, or hexadecimal behind 0x. */
bool number_parse(const char *text, const struct number_rule *rule, uint64_t *number,
                  struct error *error);

/* One of `names` (NULL-terminated): its index. */
bool choice_parse(const char *text, const char *const *names, unsigned *choice,
                  struct error *error);

/* A list like "SysTick,NMI,irq5,20" as exception numbers, ascending and without
 * repetition. A bare number is an exception number; irq5 is exception 21. */
bool interrupts_parse(const char *text, uint16_t list[CONFIG_INTERRUPTS], unsigned *count,
                      struct error *error);

#endif
