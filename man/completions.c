/* completions SHELL: writes the completions for bash, zsh or fish to stdout, from the
 * tables that the command line is made of. */
#include <stdio.h>
#include <string.h>

#include "cli/verbs.h"

/* What a value is completed with. */
enum value { VALUE_NONE, VALUE_WORDS, VALUE_FILE, VALUE_FOLDER, VALUE_CHIP, VALUE_OTHER };

static enum value value_of(enum option_id id) {
  const struct option_traits *traits = option_traits(id);
  if (traits->argument == NULL) {
    return VALUE_NONE;
  }
  return traits->choices != NULL || id == OPTION_CORE                           ? VALUE_WORDS
         : id == OPTION_CHIP                                                    ? VALUE_CHIP
         : strstr(traits->argument, "DIR") != NULL                              ? VALUE_FOLDER
         : strstr("FILE.yaml FILE.json FILE.svd ELF", traits->argument) != NULL ? VALUE_FILE
                                                                                : VALUE_OTHER;
}

static bool takes(const struct verb *verb, unsigned id) {
  return (verb->groups & option_traits((enum option_id)id)->group) != 0;
}

/* The names of chips, as tornword chips lists them. */
static const char CHIPS[] =
    "tornword chips 2>/dev/null | sed -n '/^Chips/,$ s/^  \\([^ ]*\\) .*/\\1/p'";

/* "--ram) words..." for each option that has a value. */
static void bash_values(struct texts *texts) {
  for (unsigned id = 0; id < OPTION_COUNT; id++) {
    const char *name = option_traits((enum option_id)id)->name;
    const char *words = option_words((enum option_id)id, texts);
    switch (value_of((enum option_id)id)) {
      case VALUE_WORDS:
        printf("    --%s) COMPREPLY=($(compgen -W \"%s\" -- \"$current\")) ;;\n", name, words);
        break;
      case VALUE_CHIP:
        printf("    --%s) COMPREPLY=($(compgen -W \"$(%s)\" -- \"$current\")) ;;\n", name,
               CHIPS);
        break;
      case VALUE_FOLDER:
        printf("    --%s) COMPREPLY=($(compgen -d -- \"$current\")) ;;\n", name);
        break;
      case VALUE_FILE:
        printf("    --%s) COMPREPLY=($(compgen -f -- \"$current\")) ;;\n", name);
        break;
      case VALUE_OTHER:
        printf("    --%s) ;;\n", name);
        break;
      case VALUE_NONE:
        break;
    }
  }
}

static void bash(struct texts *texts) {
  puts(
      "# bash completion of tornword\n"
      "_tornword() {\n"
      "  local verb=${COMP_WORDS[1]} current=${COMP_WORDS[COMP_CWORD]} options=\n"
      "  local option=${COMP_WORDS[COMP_CWORD - 1]}\n"
      "  # --option=value comes as three words\n"
      "  if [ \"$current\" = = ]; then current=; fi\n"
      "  if [ \"$option\" = = ]; then option=${COMP_WORDS[COMP_CWORD - 2]}; fi\n"
      "  COMPREPLY=()\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then");
  fputs("    COMPREPLY=($(compgen -W \"--help --version", stdout);
  for (size_t i = 0; i < VERBS_COUNT; i++) {
    printf(" %s", VERBS[i]->name);
  }
  puts(
      "\" -- \"$current\"))\n"
      "    return\n"
      "  fi\n"
      "  case $verb in");
  for (size_t i = 0; i < VERBS_COUNT; i++) {
    printf("    %s) options=\"--help", VERBS[i]->name);
    for (unsigned id = 0; id < OPTION_COUNT; id++) {
      if (takes(VERBS[i], id)) {
        printf(" --%s", option_traits((enum option_id)id)->name);
      }
    }
    puts("\" ;;");
  }
  puts(
      "  esac\n"
      "  case $option in");
  bash_values(texts);
  puts(
      "    *)\n"
      "      case $current in\n"
      "        -*) COMPREPLY=($(compgen -W \"$options\" -- \"$current\")) ;;\n"
      "        *) COMPREPLY=($(compgen -f -- \"$current\")) ;;\n"
      "      esac\n"
      "      ;;\n"
      "  esac\n"
      "}\n"
      "complete -o filenames -F _tornword tornword");
}

/* Text inside '...', for zsh's _arguments and for fish. */
static void put_quoted(const char *text, const char *escaped) {
  for (; *text != '\0'; text++) {
    if (*text == '\'') {
      fputs("'\\''", stdout);
    } else {
      printf(strchr(escaped, *text) != NULL ? "\\%c" : "%c", *text);
    }
  }
}

static void zsh_option(enum option_id id, struct texts *texts) {
  const struct option_traits *traits = option_traits(id);
  printf(" \\\n        '--%s%s[", traits->name,
         traits->argument == NULL ? ""
         : traits->optional       ? "=-"
                                  : "=");
  put_quoted(traits->help, "[]:\\");
  putchar(']');
  const char *words = option_words(id, texts);
  const char *separator = traits->optional ? "::" : ":";
  switch (value_of(id)) {
    case VALUE_WORDS:
      printf("%s%s:(%s)", separator, traits->argument, words);
      break;
    case VALUE_CHIP:
      printf("%s%s:_tornword_chips", separator, traits->argument);
      break;
    case VALUE_FOLDER:
      printf("%s%s:_files -/", separator, traits->argument);
      break;
    case VALUE_FILE:
      printf("%s%s:_files", separator, traits->argument);
      break;
    case VALUE_OTHER:
      printf("%s%s: ", separator, traits->argument);
      break;
    case VALUE_NONE:
      break;
  }
  putchar('\'');
}

static void zsh_verb(const struct verb *verb, struct texts *texts) {
  printf("    (%s)\n      _arguments \\\n        '--help[Give this help list]'", verb->name);
  for (unsigned id = 0; id < OPTION_COUNT; id++) {
    if (takes(verb, id)) {
      zsh_option((enum option_id)id, texts);
    }
  }
  puts(verb->takes_image ? " \\\n        '*:file:_files'\n      ;;" : "\n      ;;");
}

static void zsh(struct texts *texts) {
  printf("#compdef tornword\n_tornword_chips() {\n  compadd $(%s)\n}\n\n", CHIPS);
  puts(
      "_tornword() {\n"
      "  if (( CURRENT == 2 )); then\n"
      "    local -a verbs=(");
  for (size_t i = 0; i < VERBS_COUNT; i++) {
    printf("      '%s:", VERBS[i]->name);
    put_quoted(VERBS[i]->summary, ":\\");
    puts("'");
  }
  puts(
      "    )\n"
      "    _describe verb verbs\n"
      "    return\n"
      "  fi\n"
      "  shift words\n"
      "  (( CURRENT-- ))\n"
      "  case $words[1] in");
  for (size_t i = 0; i < VERBS_COUNT; i++) {
    zsh_verb(VERBS[i], texts);
  }
  puts(
      "  esac\n"
      "}\n"
      "_tornword \"$@\"");
}

static void fish_option(const struct verb *verb, enum option_id id, struct texts *texts) {
  const struct option_traits *traits = option_traits(id);
  printf("complete -c tornword -n '__fish_seen_subcommand_from %s' -l %s", verb->name,
         traits->name);
  switch (value_of(id)) {
    case VALUE_WORDS:
      printf(" -x -a '%s'", option_words(id, texts));
      break;
    case VALUE_CHIP:
      fputs(" -x -a '(__tornword_chips)'", stdout);
      break;
    case VALUE_FOLDER:
      fputs(" -x -a '(__fish_complete_directories)'", stdout);
      break;
    case VALUE_FILE:
      fputs(" -r -F", stdout);
      break;
    case VALUE_OTHER:
      fputs(traits->optional ? "" : " -x", stdout);
      break;
    case VALUE_NONE:
      break;
  }
  fputs(" -d '", stdout);
  put_quoted(traits->help, "\\");
  puts("'");
}

static void fish(struct texts *texts) {
  printf("# fish completion of tornword\nfunction __tornword_chips\n  %s\nend\n", CHIPS);
  for (size_t i = 0; i < VERBS_COUNT; i++) {
    printf("complete -c tornword -n __fish_use_subcommand -f -a %s -d '", VERBS[i]->name);
    put_quoted(VERBS[i]->summary, "\\");
    puts("'");
  }
  for (size_t i = 0; i < VERBS_COUNT; i++) {
    printf(
        "complete -c tornword -n '__fish_seen_subcommand_from %s' -l help -d "
        "'Give this help list'\n",
        VERBS[i]->name);
    for (unsigned id = 0; id < OPTION_COUNT; id++) {
      if (takes(VERBS[i], id)) {
        fish_option(VERBS[i], (enum option_id)id, texts);
      }
    }
  }
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    void (*write)(struct texts *texts);
  } shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};
  struct texts texts = {0};
  bool written = false;
  for (size_t i = 0; argc == 2 && i < sizeof shells / sizeof shells[0]; i++) {
    if (strcmp(argv[1], shells[i].name) == 0) {
      shells[i].write(&texts);
      written = true;
    }
  }
  texts_free(&texts);
  return !written || fflush(stdout) != 0;
}
