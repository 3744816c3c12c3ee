/* Writes the manual page tornword(1) to stdout, from the tables that the command line
 * is made of: verbs, options and what --help says of them. */
#include <stdio.h>
#include <string.h>

#include "cli/verbs.h"

/* Text as troff takes it literally. */
static void put(const char *text, size_t size) {
  if (size > 0 && (text[0] == '.' || text[0] == '\'')) {
    fputs("\\&", stdout);
  }
  for (size_t i = 0; i < size; i++) {
    if (text[i] == '\\') {
      fputs("\\e", stdout);
    } else if (text[i] == '-' || text[i] == '~' || text[i] == '^') {
      printf(text[i] == '-' ? "\\-" : text[i] == '~' ? "\\(ti" : "\\(ha");
    } else {
      putchar(text[i]);
    }
  }
}

static void put_text(const char *text) {
  put(text, strlen(text));
}

/* Lines; those that are indented by two spaces stand as they are. */
static void put_lines(const char *text) {
  bool as_is = false;
  bool parts = false; /* a paragraph begins with the next line */
  for (const char *line = text; *line != '\0';) {
    size_t size = strcspn(line, "\n");
    bool indented = strncmp(line, "  ", 2) == 0;
    if (as_is && !indented) {
      puts(".RE\n.fi");
    }
    parts = parts || size == 0 || (line != text && as_is != indented);
    if (size > 0 && parts) {
      puts(".PP");
      parts = false;
    }
    if (!as_is && indented) {
      puts(".nf\n.RS 2");
    }
    as_is = indented;
    if (size > 0) {
      put(line + (indented ? 2 : 0), size - (indented ? 2 : 0));
      putchar('\n');
    }
    line += size + (line[size] == '\n');
  }
  fputs(as_is ? ".RE\n.fi\n" : "", stdout);
}

static void section(const char *title, const char *lines) {
  printf(".SH %s\n", title);
  put_lines(lines);
}

static void put_verb(const struct verb *verb) {
  struct texts texts = {0};
  const char *arguments = verb_arguments(verb, &texts);
  size_t head = strcspn(verb->description, "\v");
  printf(".SS tornword %s%s%s\n", verb->name, verb->groups != 0 ? " [options] " : " ",
         arguments);
  put(verb->description, head);
  putchar('\n');
  if (verb->description[head] != '\0') {
    puts(".PP");
    put_lines(verb->description + head + 1);
  }
  texts_free(&texts);
}

static void put_option(const struct option_traits *traits) {
  puts(".TP");
  if (traits->letter != 0) {
    printf("\\fB\\-%c\\fR, ", traits->letter);
  }
  fputs("\\fB\\-\\-", stdout);
  put_text(traits->name);
  fputs("\\fR", stdout);
  if (traits->argument != NULL) {
    fputs(traits->optional ? "[=\\fI" : "=\\fI", stdout);
    put_text(traits->argument);
    fputs(traits->optional ? "\\fR]" : "\\fR", stdout);
  }
  putchar('\n');
  put_text(traits->help);
  puts(".");
}

static void put_group(unsigned number) {
  const char *title = group_title(number);
  printf(".SS \"%.*s (", (int)strcspn(title, ":"), title);
  const char *comma = "";
  for (size_t i = 0; i < VERBS_COUNT; i++) {
    if ((VERBS[i]->groups & 1U << number) != 0) {
      printf("%s%s", comma, VERBS[i]->name);
      comma = ", ";
    }
  }
  puts(")\"");
  for (unsigned id = 0; id < OPTION_COUNT; id++) {
    if (option_traits((enum option_id)id)->group == 1U << number) {
      put_option(option_traits((enum option_id)id));
    }
  }
}

static void put_options(void) {
  puts(".SH OPTIONS\nEach verb takes the groups that name it, and \\fB\\-\\-help\\fR.");
  for (unsigned number = 0; group_title(number) != NULL; number++) {
    put_group(number);
  }
}

int main(void) {
  printf(".TH TORNWORD 1 \"\" \"tornword %s\" \"User Commands\"\n", TORNWORD_VERSION);
  puts(".SH NAME\ntornword \\- find the data that interrupt handlers tear in a firmware image");
  puts(".SH SYNOPSIS\n.B tornword\n.I VERB\n[\\fIoptions\\fR]\n.I IMAGE");
  section("DESCRIPTION", PURPOSE);
  puts(".SH VERBS");
  for (size_t i = 0; i < VERBS_COUNT; i++) {
    put_verb(VERBS[i]);
  }
  put_options();
  section("EXIT STATUS", EXIT_CODES);
  puts(
      ".SH ENVIRONMENT\n"
      ".TP\n.B TORNWORD_CHIPS\nThe folder of the chips that \\fB\\-\\-chip\\fR knows; else the "
      "one that was installed with the program.\n"
      ".TP\n.BR NO_COLOR , \" CLICOLOR_FORCE\"\nColours in text reports are never, or always, "
      "printed.");
  section("EXAMPLES", EXAMPLES);
  puts(
      ".SH SEE ALSO\n.BR tornword (3),\n.BR gdb (1)\n.PP\n"
      "What the simulator models, each kind of finding, formats and scenarios are described "
      "in the files that are installed with it, under share/doc.");
  return fflush(stdout) != 0;
}
