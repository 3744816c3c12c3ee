#include "session/values.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FIRST_IRQ = 16, LAST_EXCEPTION = 255, ITEM = 64 };

static bool digits(const char *text, uint64_t *number) {
  int base = text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 16 : 10;
  const char *start = base == 16 ? text + 2 : text;
  char *end = NULL;
  errno = 0;
  *number = strtoull(start, &end, base);
  return isxdigit((unsigned char)start[0]) != 0 && *end == '\0' && errno == 0;
}

bool number_parse(const char *text, const struct number_rule *rule, uint64_t *number,
                  struct error *error) {
  if (!digits(text, number)) {
    return error_set(error, "'%s' is not a number; give %s, e.g. %s", text, rule->unit,
                     rule->example);
  }
  if (*number < rule->low || *number > rule->high) {
    return error_set(error, "'%s' is not between %llu and %llu; give %s, e.g. %s", text,
                     (unsigned long long)rule->low, (unsigned long long)rule->high, rule->unit,
                     rule->example);
  }
  return true;
}

bool choice_parse(const char *text, const char *const *names, unsigned *choice,
                  struct error *error) {
  char list[128] = "";
  size_t length = 0;
  for (unsigned i = 0; names[i] != NULL; i++) {
    if (strcmp(text, names[i]) == 0) {
      *choice = i;
      return true;
    }
    const char *between = i == 0 ? "" : names[i + 1] == NULL ? " or " : ", ";
    length += (size_t)snprintf(list + length, sizeof list - length, "%s%s", between, names[i]);
  }
  return error_set(error, "'%s' is not known; give %s", text, list);
}

/* Names of the exceptions that can be injected by name (ARMv7-M B1.5.2). */
static bool exception_by_name(const char *name, uint64_t *exception) {
  static const struct {
    const char *name;
    uint16_t exception;
  } names[] = {{"NMI", 2}, {"PendSV", 14}, {"SysTick", 15}};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (strcasecmp(name, names[i].name) == 0) {
      *exception = names[i].exception;
      return true;
    }
  }
  if (strncasecmp(name, "irq", 3) == 0 && digits(name + 3, exception) &&
      *exception <= LAST_EXCEPTION - FIRST_IRQ) {
    *exception += FIRST_IRQ;
    return true;
  }
  return digits(name, exception);
}

static bool can_be_injected(uint64_t exception) {
  return exception == 2 || (exception >= 14 && exception <= LAST_EXCEPTION);
}

static bool insert(uint16_t exception, uint16_t *list, unsigned *count) {
  unsigned at = 0;
  while (at < *count && list[at] < exception) {
    at++;
  }
  if (at < *count && list[at] == exception) {
    return true;
  }
  if (*count == CONFIG_INTERRUPTS) {
    return false;
  }
  memmove(list + at + 1, list + at, (*count - at) * sizeof list[0]);
  list[at] = exception;
  ++*count;
  return true;
}

bool interrupts_parse(const char *text, uint16_t list[CONFIG_INTERRUPTS], unsigned *count,
                      struct error *error) {
  static const char hint[] = "give names or numbers, e.g. --interrupts SysTick,irq5,20";
  *count = 0;
  for (const char *at = text;; at++) {
    size_t length = strcspn(at, ",");
    char item[ITEM];
    snprintf(item, sizeof item, "%.*s", (int)(length < ITEM ? length : ITEM - 1), at);
    uint64_t exception = 0;
    if (!exception_by_name(item, &exception)) {
      return error_set(error, "'%s' is not an exception; %s", item, hint);
    }
    if (!can_be_injected(exception)) {
      return error_set(error,
                       "exception %s cannot be injected; give NMI (2), PendSV (14), "
                       "SysTick (15) or an interrupt (16 to 255)",
                       item);
    }
    if (!insert((uint16_t)exception, list, count)) {
      return error_set(error, "more than %d exceptions are listed; give fewer",
                       CONFIG_INTERRUPTS);
    }
    at += length;
    if (*at == '\0') {
      return true;
    }
  }
}
