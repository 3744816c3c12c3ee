#include "library/refusal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Behind "--baseline: ", if it begins so. */
static const char *behind_option(const char *message) {
  size_t name = strncmp(message, "--", 2) == 0 ? strcspn(message, ": ") : 0;
  return name > 0 && strncmp(message + name, ": ", 2) == 0 ? message + name + 2 : message;
}

/* Drops ":NUMBER" from the end of a text; the number, or 0 if there is none. */
static unsigned drop_number(char *text) {
  char *colon = strrchr(text, ':');
  if (colon == NULL || !isdigit((unsigned char)colon[1]) ||
      colon[1 + strspn(colon + 1, "0123456789")] != '\0') {
    return 0;
  }
  *colon = '\0';
  return (unsigned)strtoul(colon + 1, NULL, 10);
}

static bool names_file(const char *text, unsigned line, const char *subject) {
  return line > 0 || (subject != NULL && strcmp(text, subject) == 0) || access(text, F_OK) == 0;
}

static void find_place(struct tornword_error *refusal, const char *subject) {
  const char *head = behind_option(refusal->message);
  const char *end = strstr(head, ": ");
  char text[sizeof refusal->message];
  if (end == NULL) {
    return;
  }
  snprintf(text, sizeof text, "%.*s", (int)(end - head), head);
  unsigned column = drop_number(text);
  unsigned line = drop_number(text);
  line = line > 0 ? line : column;
  if (names_file(text, line, subject) && strlen(text) < sizeof refusal->file) {
    memcpy(refusal->file, text, strlen(text) + 1);
    refusal->line = line;
  }
}

void refusal_set(struct tornword_error *refusal, const struct error *error,
                 const char *subject) {
  if (refusal == NULL) {
    return;
  }
  *refusal = (struct tornword_error){.line = 0};
  snprintf(refusal->message, sizeof refusal->message, "%s", error->message);
  find_place(refusal, subject);
}
