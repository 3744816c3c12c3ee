/* Runs an image on the machine as the oracle runs it: eight priority bits on
 * ARMv7-M, faulting holes, BKPT as a fault, and no interrupt but the firmware's
 * own. Semihosting output goes to stdout; with --instructions each instruction that
 * is about to execute ("i PC R0 ... R12 SP LR XPSR") and each entry ("e NUMBER") goes
 * to stderr.
 *
 * Exits with the firmware's code, with 134 after a lockup (as the oracle does),
 * with 2 on bad usage, with 3 when the firmware does not end by itself. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/machine/machine.h"

enum { CODE_USAGE = 2, CODE_ENDLESS = 3, CODE_LOCKUP = 134 };
static const uint64_t LONGEST = 50000000;

struct options {
  const char *image;
  enum core core;
  bool core_given;
  bool instructions;
};

static void print_output(void *owner, const char *bytes, size_t size) {
  (void)owner;
  fwrite(bytes, 1, size, stdout);
}

static void print_instruction(void *owner) {
  const struct machine *machine = owner;
  const struct machine_state *s = &machine->state;
  struct cpu_registers registers;
  cpu_get(machine->cpu, &registers);
  fprintf(stderr, "i %08" PRIx32, s->pc);
  for (unsigned i = 0; i < 13; i++) {
    fprintf(stderr, " %08" PRIx32, registers.r[i]);
  }
  uint32_t it = s->it_state;
  uint32_t xpsr = (registers.xpsr & 0xf80f0000U) | (it & 3U) << 25 | (it >> 2) << 10 | 1U << 24;
  fprintf(stderr, " %08" PRIx32 " %08" PRIx32 " %08" PRIx32 "\n", registers.sp, registers.lr,
          xpsr | s->context.exception);
}

static void print_entry(void *owner, const struct event *event) {
  (void)owner;
  if (event->kind == EVENT_ENTRY) {
    fprintf(stderr, "e %u\n", event->context.exception);
  }
}

static bool parse(int argc, char **argv, struct options *options) {
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--instructions") == 0) {
      options->instructions = true;
    } else if (strcmp(argv[i], "--core") == 0 && i + 1 < argc) {
      options->core_given = core_by_name(argv[++i], &options->core);
    } else {
      options->image = argv[i];
    }
  }
  return options->image != NULL;
}

static int end_code(const struct machine *machine, enum machine_stop stop) {
  if (stop == STOP_EXIT) {
    return machine->state.exit_code;
  }
  if (stop == STOP_LOCKUP) {
    puts("lockup");
    return CODE_LOCKUP;
  }
  printf("stopped for reason %d at %08" PRIx32 " in exception %u\n", (int)stop,
         machine->state.pc, machine->state.context.exception);
  return CODE_ENDLESS;
}

static int run(const struct image *image, const struct options *options) {
  struct machine_config config =
      machine_config_default(options->core_given ? options->core : image_core(image));
  config.priority_bits = core_traits(config.core)->v7m ? 8 : 2;
  config.strict_memory = true;
  config.bkpt = BKPT_FAULT;
  struct error error = {""};
  struct machine *machine = machine_create(image, &config, &error);
  if (machine == NULL) {
    fprintf(stderr, "trace: %s\n", error.message);
    return CODE_USAGE;
  }
  machine->state.progress.next_gift = UINT64_MAX;
  machine->host.owner = machine;
  machine->host.output = print_output;
  machine->host.instruction = options->instructions ? print_instruction : NULL;
  machine->host.event = options->instructions ? print_entry : NULL;
  struct run spine = {.mode = RUN_SPINE, .limit = LONGEST};
  machine_continue(machine, &spine);
  int code = end_code(machine, spine.stop);
  machine_destroy(machine);
  return code;
}

int main(int argc, char **argv) {
  struct options options = {0};
  struct error error = {""};
  if (!parse(argc, argv, &options)) {
    fputs("usage: trace [--core CORE] [--instructions] IMAGE\n", stderr);
    return CODE_USAGE;
  }
  struct image *image = image_load(options.image, NULL, &error);
  if (image == NULL) {
    fprintf(stderr, "trace: %s\n", error.message);
    return CODE_USAGE;
  }
  int code = run(image, &options);
  image_destroy(image);
  return code;
}
