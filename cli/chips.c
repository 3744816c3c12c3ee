/* tornword chips: what can be simulated. */
#include <stdio.h>

#include "cli/verbs.h"

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
  puts("Chips by name are not known yet: memory comes from the image.");
  return fflush(stdout) == 0 ? EXIT_CLEAN : EXIT_INPUT;
}

const struct verb VERB_CHIPS = {
    .name = "chips",
    .summary = "list the cores that can be simulated",
    .description = "List the cores that can be simulated, as --core takes them.",
    .run = run_chips,
};
