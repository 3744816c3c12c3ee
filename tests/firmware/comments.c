#include "tests/firmware/comments.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 512, WORD = 64 };
static const char MARK[] = "// expect: ";

static void add_qualifier(const char *word, struct expectation *row) {
  enum core core;
  if (core_by_name(word, &core)) {
    row->cores |= 1u << core;
    return;
  }
  for (unsigned i = 0; i < OPTIMISATION_COUNT; i++) {
    if (strcmp(word, optimisation_name((enum optimisation)i)) == 0) {
      row->optimisations |= 1u << i;
      return;
    }
  }
  cr_assert_fail("'%s' is neither a core nor an optimisation level", word);
}

/* "torn-write X [m0 O2]" */
static struct expectation parse(char *text, const char *path, uint32_t line) {
  struct expectation row = {.line = allocate(1, sizeof *row.line)};
  char *rest = NULL;
  char *qualifiers = strchr(text, '[');
  if (qualifiers != NULL) {
    *qualifiers++ = '\0';
  }
  const char *kind = strtok_r(text, " ", &rest);
  const char *variable = strtok_r(NULL, " ", &rest);
  cr_assert(kind != NULL && finding_kind_by_name(kind, &row.kind),
            "%s:%u: expected a kind of finding", path, line);
  row.variable = variable != NULL ? duplicate_text(variable) : NULL;
  *row.line = line;
  for (const char *word = qualifiers ? strtok_r(qualifiers, " ]", &rest) : NULL; word != NULL;
       word = strtok_r(NULL, " ]", &rest)) {
    add_qualifier(word, &row);
  }
  return row;
}

void comments_read(const char *path, struct comments *comments) {
  FILE *file = fopen(path, "r");
  char text[LINE];
  unsigned first_open = 0; /* rows from here on wait for their line of code */
  cr_assert(file != NULL, "%s cannot be read", path);
  *comments = (struct comments){.count = 0};
  for (uint32_t line = 1; fgets(text, sizeof text, file) != NULL; line++) {
    text[strcspn(text, "\n")] = '\0';
    char *mark = strstr(text, MARK);
    bool only_comment = strncmp(text + strspn(text, " "), "//", 2) == 0;
    char *rest = NULL;
    char *items = mark == NULL ? NULL : mark + sizeof MARK - 1;
    for (char *item = items ? strtok_r(items, ",", &rest) : NULL; item != NULL;
         item = strtok_r(NULL, ",", &rest)) {
      cr_assert(comments->count < COMMENTS);
      comments->rows[comments->count++] = parse(item, path, line);
    }
    for (unsigned i = first_open; !only_comment && i < comments->count; i++) {
      *comments->rows[i].line = line;
    }
    first_open = only_comment ? first_open : comments->count;
  }
  fclose(file);
}

void comments_free(struct comments *comments) {
  for (unsigned i = 0; i < comments->count; i++) {
    free(comments->rows[i].variable);
    free(comments->rows[i].line);
  }
  comments->count = 0;
}

bool comments_apply(const struct scenario_program *program) {
  bool narrowed = program->depth != NULL || program->arrival_count > 0;
  bool too_few = narrowed && program->expect_count == 0;
  return program->places != PLACES_BOUNDARIES && !too_few;
}
