/* tornword chips: what can be simulated. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/verbs.h"
#include "session/surroundings.h"

static void list_chips(void) {
  char **names = NULL;
  struct texts texts = {0};
  const char *directory = surroundings_chips(&texts);
  size_t count = board_chips(directory, &names);
  printf("Chips (--chip), from %s:\n", directory);
  for (size_t i = 0; i < count; i++) {
    struct board *board = board_create();
    struct error error = {""};
    bool read = board_read_chip(board, names[i], directory, &error);
    printf("  %-12s %s\n", names[i],
           !read                    ? error.message
           : board->summary != NULL ? board->summary
                                    : "");
    board_destroy(board);
    free(names[i]);
  }
  free(names);
  texts_free(&texts);
}

static int run_chips(const struct options *options) {
  (void)options;
  puts("Cores (--core), with the usual priority bits and the interrupt lines modelled:");
  for (unsigned i = 0; i < CORE_COUNT; i++) {
    const struct core_traits *traits = core_traits((enum core)i);
    printf("  %-4s %-11s %s  %u priority bits, %3u interrupts%s%s\n", traits->name,
           traits->title, traits->v7m ? "ARMv7-M" : "ARMv6-M", traits->priority_bits,
           traits->interrupts, traits->has_fpu ? ", FPU" : "",
           traits->continues_multiples ? ", LDM and STM continue when interrupted" : "");
  }
  list_chips();
  return fflush(stdout) == 0 ? EXIT_CLEAN : EXIT_INPUT;
}

const struct verb VERB_CHIPS = {
    .name = "chips",
    .summary = "list the cores and chips that can be simulated",
    .description =
        "List the cores that can be simulated, as --core takes them, and the chips that "
        "--chip knows.",
    .run = run_chips,
};
