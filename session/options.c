#include "session/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "session/values.h"

/* The values of options that are one of a few words. */
static const char *const RAM[] = {"grow", "fixed", NULL};
static const char *const BKPT[] = {"continue", "stop", "fault", NULL};
static const char *const PLACES[] = {"all", "boundaries", NULL};
static const char *const FORMATS[] = {"text", "json", "html", "sarif", "junit", NULL};
static const char *const TRACES[] = {"jsonl", "vcd", "chrome", NULL};
static const char *const SEVERITIES[] = {"note", "warning", "error", NULL};
static const char *const COLORS[] = {"auto", "always", "never", NULL};

static bool set_core(struct options *options, const char *value, struct error *error) {
  if (core_by_name(value, &options->core)) {
    return true;
  }
  return error_set(error, "'%s' is not a core; give one of %s", value, core_names());
}

static bool set_vtor(struct options *options, const char *value, struct error *error) {
  static const struct number_rule rule = {"an address that is a multiple of 128",
                                          "--vtor 0x08000000", 0, UINT32_MAX};
  uint64_t number = 0;
  if (!number_parse(value, &rule, &number, error)) {
    return false;
  }
  options->vtor = (uint32_t)number;
  if (number % 128 != 0) {
    return error_set(error, "'%s' is not a multiple of 128; give %s, e.g. %s", value, rule.unit,
                     rule.example);
  }
  return true;
}

static bool set_base(struct options *options, const char *value, struct error *error) {
  static const struct number_rule rule = {"the address of a raw image's first byte",
                                          "--base 0x08000000", 0, UINT32_MAX};
  uint64_t number = 0;
  bool good = number_parse(value, &rule, &number, error);
  options->base = (uint32_t)number;
  return good;
}

static bool set_ram(struct options *options, const char *value, struct error *error) {
  unsigned choice = 0;
  bool good = choice_parse(value, RAM, &choice, error);
  options->ram_grows = choice == 0;
  return good;
}

static bool set_priority_bits(struct options *options, const char *value, struct error *error) {
  static const struct number_rule rule = {"implemented priority bits", "--priority-bits 3", 2,
                                          8};
  uint64_t number = 0;
  bool good = number_parse(value, &rule, &number, error);
  options->priority_bits = (uint8_t)number;
  return good;
}

static bool set_bkpt(struct options *options, const char *value, struct error *error) {
  unsigned choice = 0;
  bool good = choice_parse(value, BKPT, &choice, error);
  options->bkpt = (enum bkpt_policy)choice;
  return good;
}

static bool set_max_instructions(struct options *options, const char *value,
                                 struct error *error) {
  static const struct number_rule rule = {"instructions", "--max-instructions 100000", 1,
                                          1000000000000};
  return number_parse(value, &rule, &options->max_instructions, error);
}

static bool set_horizon(struct options *options, const char *value, struct error *error) {
  static const struct number_rule rule = {"instructions", "--horizon 1000", 1, 1000000000};
  return number_parse(value, &rule, &options->horizon, error);
}

static bool set_jobs(struct options *options, const char *value, struct error *error) {
  static const struct number_rule rule = {"processes", "--jobs 4", 1, 256};
  uint64_t number = 0;
  bool good = number_parse(value, &rule, &number, error);
  options->jobs = (unsigned)number;
  return good;
}

enum { GDB_PORT = 3333 };

static bool set_gdb(struct options *options, const char *value, struct error *error) {
  static const struct number_rule rule = {"a port, 0 for any", "--gdb=3333", 0, 65535};
  uint64_t number = GDB_PORT;
  bool good = value == NULL || number_parse(value, &rule, &number, error);
  options->port = (unsigned)number;
  return good;
}

static bool set_shard(struct options *options, const char *value, struct error *error) {
  char *slash = NULL;
  unsigned long number = strtoul(value, &slash, 10);
  char *end = NULL;
  unsigned long count = *slash == '/' ? strtoul(slash + 1, &end, 10) : 0;
  bool good = slash != value && end != NULL && *end == '\0' && number >= 1 && number <= count &&
              count <= PARTS_MOST && value[0] != '-';
  if (!good) {
    return error_set(error,
                     "%s is no shard; give its number and how many there are, up to %d, "
                     "e.g. --shard 1/4",
                     value, PARTS_MOST);
  }
  options->shard = (uint32_t)number - 1;
  options->shards = (uint32_t)count;
  return true;
}

static bool set_depth(struct options *options, const char *value, struct error *error) {
  static const struct number_rule rule = {"injected interrupts per run", "--depth 2", 1,
                                          DEPTH_MOST};
  uint64_t number = 0;
  bool good = number_parse(value, &rule, &number, error);
  options->depth = (unsigned)number;
  return good;
}

static bool set_interrupts(struct options *options, const char *value, struct error *error) {
  return interrupts_parse(value, options->interrupts, &options->interrupt_count, error);
}

static bool set_places(struct options *options, const char *value, struct error *error) {
  unsigned choice = 0;
  bool good = choice_parse(value, PLACES, &choice, error);
  options->beats = choice == 0;
  return good;
}

static bool set_format(struct options *options, const char *value, struct error *error) {
  unsigned choice = 0;
  bool good = choice_parse(value, FORMATS, &choice, error);
  options->format = (enum report_format)choice;
  return good;
}

static bool set_trace(struct options *options, const char *value, struct error *error) {
  unsigned choice = 0;
  bool good = choice_parse(value, TRACES, &choice, error);
  options->trace = (enum trace_format)choice;
  return good;
}

static bool set_before(struct options *options, const char *value, struct error *error) {
  static const struct number_rule rule = {"boundaries", "--before 1000", 0, 1000000000000};
  return number_parse(value, &rule, &options->before, error);
}

static bool set_severity(struct options *options, const char *value, struct error *error) {
  unsigned choice = 0;
  bool good = choice_parse(value, SEVERITIES, &choice, error);
  options->severity = (enum severity)choice;
  return good;
}

static bool set_color(struct options *options, const char *value, struct error *error) {
  unsigned choice = 0;
  bool good = choice_parse(value, COLORS, &choice, error);
  options->color = (enum color_mode)choice;
  return good;
}

static bool set_path(const char **path, const char *value, struct error *error) {
  *path = value;
  return value[0] != '\0' || error_set(error, "'' is not a file name; give one, e.g. out.json");
}

static bool set_output(struct options *options, const char *value, struct error *error) {
  return set_path(&options->output, value, error);
}

static bool set_save(struct options *options, const char *value, struct error *error) {
  return set_path(&options->save, value, error);
}

static bool set_resume(struct options *options, const char *value, struct error *error) {
  return set_path(&options->resume, value, error);
}

static bool set_source_root(struct options *options, const char *value, struct error *error) {
  return set_path(&options->source_root, value, error);
}

static bool set_scenario(struct options *options, const char *value, struct error *error) {
  return set_path(&options->scenario, value, error);
}

static bool set_symbols(struct options *options, const char *value, struct error *error) {
  return set_path(&options->symbols, value, error);
}

static bool set_chip(struct options *options, const char *value, struct error *error) {
  options->chip = value;
  return value[0] != '\0' || error_set(error, "'' is not a chip; see tornword chips");
}

static bool set_config(struct options *options, const char *value, struct error *error) {
  return set_path(&options->config, value, error);
}

static bool set_svd(struct options *options, const char *value, struct error *error) {
  return set_path(&options->svd, value, error);
}

static bool set_input(struct options *options, const char *value, struct error *error) {
  return set_path(&options->input, value, error);
}

static bool set_suppressions(struct options *options, const char *value, struct error *error) {
  return set_path(&options->suppressions, value, error);
}

static bool set_baseline(struct options *options, const char *value, struct error *error) {
  return set_path(&options->baseline, value, error);
}

static bool set_input_registers(struct options *options, const char *value,
                                struct error *error) {
  options->input_registers = value;
  return value[0] != '\0' ||
         error_set(error, "'' is no list; give addresses, ranges or 'unmodelled'");
}

static bool set_corpus(struct options *options, const char *value, struct error *error) {
  return set_path(&options->corpus, value, error);
}

static bool set_compare(struct options *options, const char *value, struct error *error) {
  return set_path(&options->compare, value, error);
}

static bool set_runs(struct options *options, const char *value, struct error *error) {
  static const struct number_rule rule = {"test cases", "--runs 100000", 0, 1000000000000};
  return number_parse(value, &rule, &options->runs, error);
}

static bool set_seed(struct options *options, const char *value, struct error *error) {
  static const struct number_rule rule = {"a number to begin with", "--seed 1", 0, UINT64_MAX};
  return number_parse(value, &rule, &options->seed, error);
}

static const struct option_traits TRAITS[OPTION_COUNT] = {
    [OPTION_CORE] =
        {"core", "CORE", GROUP_IMAGE, true, set_core,
         "Simulate this core (see tornword chips); else the image's build attributes "
         "say it"},
    [OPTION_VTOR] = {"vtor", "ADDRESS", GROUP_IMAGE, true, set_vtor,
                     "Address of the vector table; else found in the image"},
    [OPTION_BASE] = {"base", "ADDRESS", GROUP_IMAGE, true, set_base,
                     "Address of the first byte of a raw (.bin) or DFU image"},
    [OPTION_SYMBOLS] = {"symbols", "ELF", GROUP_IMAGE, true, set_symbols,
                        "Take names, types and lines of a hex, UF2 or raw image from this ELF "
                        "file"},
    [OPTION_RAM] = {"ram", "POLICY", GROUP_RUN, true, set_ram,
                    "Where neither an ELF file nor a chip or config says how much RAM there "
                    "is: grow it as far as the run uses it (default), or fixed, where an "
                    "access behind it faults",
                    .choices = RAM},
    [OPTION_CHIP] = {"chip", "NAME", GROUP_IMAGE, true, set_chip,
                     "Memory map, interrupt names and registers of this chip (see tornword "
                     "chips)"},
    [OPTION_CONFIG] = {"config", "FILE.yaml", GROUP_IMAGE, true, set_config,
                       "Memory map, registers and skipped functions from FILE, with fuzzware's "
                       "names; wins over --chip"},
    [OPTION_SVD] = {"svd", "FILE.svd", GROUP_IMAGE, true, set_svd,
                    "Names of interrupts and reset values of registers from a CMSIS-SVD file"},
    [OPTION_INPUT] = {"input", "FILE", GROUP_RUN, true, set_input,
                      "What the outside sends: what a UART receives, values of registers, "
                      "interrupts (docs/fuzzing.md)"},
    [OPTION_INPUT_REGISTERS] =
        {"input-registers", "LIST", GROUP_RUN, true, set_input_registers,
         "Registers whose reads take bytes of --input: addresses, ranges, or 'unmodelled' "
         "for all that nothing describes"},
    [OPTION_PRIORITY_BITS] =
        {"priority-bits", "N", GROUP_RUN, true, set_priority_bits,
         "Implemented priority bits, 2 to 8; else the core's usual number"},
    [OPTION_BKPT] = {"bkpt", "POLICY", GROUP_RUN, true, set_bkpt,
                     "At a BKPT instruction: continue behind it (default), stop the run there, "
                     "or fault",
                     .choices = BKPT},
    [OPTION_MAX_INSTRUCTIONS] = {"max-instructions", "N", GROUP_RUN, true, set_max_instructions,
                                 "End the run after N instructions"},
    [OPTION_SCENARIO] = {"scenario", "FILE.yaml", GROUP_RUN, true, set_scenario,
                         "Take the options that the scenario has for this image; those on the "
                         "command line win"},
    [OPTION_INTERRUPTS] = {"interrupts", "LIST", GROUP_CHECK, true, set_interrupts,
                           "Consider only these exceptions, by name, irqN or exception number, "
                           "e.g. SysTick,NMI,irq5,20; else all that the image enables"},
    [OPTION_PLACES] =
        {"places", "KIND", GROUP_CHECK, true, set_places,
         "Interrupt at all places (default), or at boundaries between instructions "
         "only",
         .choices = PLACES},
    [OPTION_HORIZON] = {"horizon", "N", GROUP_CHECK, true, set_horizon,
                        "Follow an interrupted run for N instructions behind the handler"},
    [OPTION_DEPTH] =
        {"depth", "N", GROUP_CHECK, false, set_depth,
         "Injected interrupts per run, 1 (default) to 4: with 2, another one at each "
         "place of the handler and of the instructions that follow it, up to the "
         "horizon, for interrupts in the first 10000 instructions, or in all that "
         "--max-instructions gives"},
    [OPTION_NO_PRUNE] = {"no-prune", NULL, GROUP_CHECK, true, NULL,
                         "Probe every place by itself, and go on when the program's state came "
                         "back"},
    [OPTION_AUDIT] = {"audit", NULL, GROUP_CHECK, false, NULL,
                      "Decide every place again, from reset and unpruned, and compare the "
                      "findings; slow: for runs of some thousand instructions"},
    [OPTION_JOBS] = {"jobs", "N", GROUP_EFFORT, false, set_jobs,
                     "Share the probes among N processes; else one for each processor. The "
                     "report is the same",
                     .letter = 'j'},
    [OPTION_SHARD] =
        {"shard", "K/N", GROUP_SHARE, false, set_shard,
         "Decide the Kth of N shares of the places only, and write it to --output; "
         "tornword merge makes the report of all N"},
    [OPTION_RESUME] = {"resume", "DIR", GROUP_SHARE, false, set_resume,
                       "Keep what is decided in DIR, and go on from what is found there: after "
                       "a crash or kill, give the same command again"},
    [OPTION_FORMAT] = {"format", "FORMAT", GROUP_REPORT, false, set_format,
                       "text (default), json, html, sarif or junit", .choices = FORMATS},
    [OPTION_OUTPUT] = {"output", "FILE", GROUP_REPORT, false, set_output,
                       "Write the report to FILE, whole or not at all; else to stdout",
                       .letter = 'o'},
    [OPTION_SOURCE_ROOT] = {"source-root", "DIR", GROUP_REPORT, false, set_source_root,
                            "SARIF: name source files relative to DIR; else to the current "
                            "directory"},
    [OPTION_TRACE] = {"trace", "FORMAT", GROUP_TRACE, false, set_trace,
                      "Write the run instead of the report: jsonl (a line for each event), vcd "
                      "(for wave viewers) or chrome (for Perfetto)",
                      .choices = TRACES},
    [OPTION_BEFORE] = {"before", "N", GROUP_TRACE, false, set_before,
                       "Begin N boundaries before the finding's first access (8; with --trace "
                       "1000)"},
    [OPTION_STEP] = {"step", NULL, GROUP_REPLAY, false, NULL,
                     "Show the run one step at a time, forward and back by keys; all steps in "
                     "turn where there is no terminal"},
    [OPTION_UNTIL_FINDING] = {"until-finding", NULL, GROUP_REPLAY, false, NULL,
                              "End where the harm is done: the torn value is read, the update "
                              "lost; with --gdb, or keys, begin there"},
    [OPTION_MINIMIZE] = {"minimize", NULL, GROUP_REPLAY, false, NULL,
                         "Replay the simplest schedule that shows the same finding: fewest "
                         "interrupts, then the earliest place, then the shortest run"},
    [OPTION_SAVE] = {"save", "FILE", GROUP_REPLAY, false, set_save,
                     "Write the schedule to FILE, readable and for version control; @FILE is "
                     "taken wherever a TOKEN is"},
    [OPTION_GDB] = {"gdb", "PORT", GROUP_DEBUG, false, set_gdb,
                    "Wait for gdb on this port of the loopback interface (3333; 0 is any)",
                    true},
    [OPTION_SEVERITY] = {"severity", "LEVEL", GROUP_REPORT, false, set_severity,
                         "Show findings from this level on: note, warning (default) or error",
                         .choices = SEVERITIES},
    [OPTION_SUPPRESSIONS] = {"suppressions", "FILE", GROUP_WAIVE, false, set_suppressions,
                             "Leave out findings that a line kind:pattern of FILE matches, as "
                             "ThreadSanitizer does"},
    [OPTION_BASELINE] = {"baseline", "FILE.json", GROUP_WAIVE, false, set_baseline,
                         "Leave out findings that stand in FILE, the JSON report of an earlier "
                         "check"},
    [OPTION_COLOR] = {"color", "WHEN", GROUP_REPORT, false, set_color,
                      "auto (default), always or never; NO_COLOR and CLICOLOR_FORCE count too",
                      .choices = COLORS},
    [OPTION_CORPUS] = {"corpus", "DIR", GROUP_FUZZ, false, set_corpus,
                       "Test cases: seeds are read from DIR, what is new is added, findings "
                       "go to DIR/findings; a search in the same DIR goes on"},
    [OPTION_RUNS] = {"runs", "N", GROUP_FUZZ, false, set_runs,
                     "Run N new test cases, in rounds of 512 (default 100000); 0: only judge "
                     "those in DIR"},
    [OPTION_SEED] = {"seed", "N", GROUP_FUZZ, false, set_seed,
                     "Number that the search follows from, with corpus and image (default 1)"},
    [OPTION_STATS] = {"stats", NULL, GROUP_EFFORT, false, NULL,
                      "Say on stderr how much work it was"},
    [OPTION_QUIET] = {"quiet", NULL, GROUP_EFFORT, false, NULL,
                      "No progress line and no certificate, only findings and the summary",
                      .letter = 'q'},
    [OPTION_COMPARE] = {"compare", "ELF", GROUP_COMPARE, false, set_compare,
                        "Say instead which accesses to variables this other build of the "
                        "program has and IMAGE has lost; e.g. -O0 here and -O2 as IMAGE"},
};

struct options options_default(void) {
  return (struct options){
      .severity = SEVERITY_WARNING, .beats = true, .ram_grows = true, .port = GDB_PORT};
}

bool options_set(struct options *options, enum option_id id, const char *value,
                 struct error *error) {
  const struct option_traits *entry = &TRAITS[id];
  struct error inner = {""};
  if (entry->set != NULL && !entry->set(options, value, &inner)) {
    return error_set(error, "--%s: %s", entry->name, inner.message);
  }
  options->given[id] = true;
  return true;
}

const struct option_traits *option_traits(enum option_id id) {
  return &TRAITS[id];
}

const char *option_words(enum option_id id, struct texts *texts) {
  const char *const *choices = TRAITS[id].choices;
  const char *words = "";
  for (unsigned i = 0; id == OPTION_CORE && i < CORE_COUNT; i++) {
    words = texts_print(texts, "%s%s%s", words, i > 0 ? " " : "", core_traits(i)->name);
  }
  for (size_t i = 0; choices != NULL && choices[i] != NULL; i++) {
    words = texts_print(texts, "%s%s%s", words, i > 0 ? " " : "", choices[i]);
  }
  return words;
}

void options_apply(const struct options *options, struct explorer_options *explorer) {
  const bool *given = options->given;
  if (given[OPTION_CORE]) {
    explorer->machine.core = options->core;
  }
  if (given[OPTION_VTOR]) {
    explorer->machine.vtor = options->vtor;
  }
  if (given[OPTION_PRIORITY_BITS]) {
    explorer->machine.priority_bits = options->priority_bits;
  }
  if (given[OPTION_BKPT]) {
    explorer->machine.bkpt = options->bkpt;
  }
  if (given[OPTION_MAX_INSTRUCTIONS]) {
    explorer->max_instructions = explorer->deep_instructions = options->max_instructions;
  }
  if (given[OPTION_HORIZON]) {
    explorer->horizon = options->horizon;
  }
  if (given[OPTION_DEPTH]) {
    explorer->depth = options->depth;
  }
  if (given[OPTION_PLACES]) {
    explorer->beats = options->beats;
  }
  explorer->no_prune = given[OPTION_NO_PRUNE];
  if (given[OPTION_SHARD]) {
    explorer->shard = options->shard;
    explorer->shards = options->shards;
  }
  explorer->resume = given[OPTION_RESUME] ? options->resume : NULL;
  explorer->audit = given[OPTION_AUDIT];
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  explorer->jobs = given[OPTION_JOBS] ? options->jobs
                   : processors > 0   ? (unsigned)processors
                                      : 1;
  if (given[OPTION_INTERRUPTS]) {
    memcpy(explorer->interrupts, options->interrupts, sizeof options->interrupts);
    explorer->interrupt_count = options->interrupt_count;
  }
}

static const char *interrupt_list(const struct options *options, struct texts *texts) {
  const char *list = "";
  for (unsigned i = 0; i < options->interrupt_count; i++) {
    list = texts_print(texts, "%s%s%u", list, i > 0 ? "," : "", options->interrupts[i]);
  }
  return list;
}

/* As it would be typed, whatever way it was typed. */
static const char *value_text(const struct options *options, enum option_id id,
                              struct texts *texts) {
  switch (id) {
    case OPTION_CORE:
      return core_traits(options->core)->name;
    case OPTION_VTOR:
      return texts_print(texts, "0x%08x", options->vtor);
    case OPTION_BASE:
      return texts_print(texts, "0x%08x", options->base);
    case OPTION_SYMBOLS:
      return texts_quote(texts, options->symbols);
    case OPTION_RAM:
      return RAM[!options->ram_grows];
    case OPTION_CHIP:
      return texts_quote(texts, options->chip);
    case OPTION_CONFIG:
      return texts_quote(texts, options->config);
    case OPTION_SVD:
      return texts_quote(texts, options->svd);
    case OPTION_INPUT:
      return texts_quote(texts, options->input);
    case OPTION_INPUT_REGISTERS:
      return texts_quote(texts, options->input_registers);
    case OPTION_PRIORITY_BITS:
      return texts_print(texts, "%u", options->priority_bits);
    case OPTION_BKPT:
      return BKPT[options->bkpt];
    case OPTION_MAX_INSTRUCTIONS:
      return texts_print(texts, "%llu", (unsigned long long)options->max_instructions);
    case OPTION_SCENARIO:
      return texts_quote(texts, options->scenario);
    case OPTION_INTERRUPTS:
      return interrupt_list(options, texts);
    case OPTION_PLACES:
      return PLACES[!options->beats];
    case OPTION_HORIZON:
      return texts_print(texts, "%llu", (unsigned long long)options->horizon);
    case OPTION_DEPTH:
    case OPTION_NO_PRUNE:
    case OPTION_AUDIT:
    case OPTION_JOBS:
    case OPTION_SHARD:
    case OPTION_RESUME:
    case OPTION_FORMAT:
    case OPTION_OUTPUT:
    case OPTION_SOURCE_ROOT:
    case OPTION_TRACE:
    case OPTION_BEFORE:
    case OPTION_STEP:
    case OPTION_UNTIL_FINDING:
    case OPTION_MINIMIZE:
    case OPTION_SAVE:
    case OPTION_GDB:
    case OPTION_SUPPRESSIONS:
    case OPTION_BASELINE:
    case OPTION_SEVERITY:
    case OPTION_COLOR:
    case OPTION_CORPUS:
    case OPTION_RUNS:
    case OPTION_SEED:
    case OPTION_STATS:
    case OPTION_QUIET:
    case OPTION_COMPARE:
      break;
  }
  return "";
}

const char *options_shape(const struct options *options, struct texts *texts) {
  const char *shape = "";
  for (unsigned i = 0; i < OPTION_COUNT; i++) {
    if (options->given[i] && TRAITS[i].shapes && TRAITS[i].argument == NULL) {
      shape = texts_print(texts, "%s--%s ", shape, TRAITS[i].name);
    } else if (options->given[i] && TRAITS[i].shapes) {
      shape = texts_print(texts, "%s--%s %s ", shape, TRAITS[i].name,
                          value_text(options, (enum option_id)i, texts));
    }
  }
  return shape;
}

bool options_wants_color(const struct options *options, int descriptor) {
  if (options->color != COLOR_AUTO) {
    return options->color == COLOR_ALWAYS;
  }
  const char *no_color = getenv("NO_COLOR");
  if (no_color != NULL && no_color[0] != '\0') {
    return false;
  }
  const char *force = getenv("CLICOLOR_FORCE");
  if (force != NULL && force[0] != '\0' && strcmp(force, "0") != 0) {
    return true;
  }
  const char *terminal = getenv("TERM");
  bool dumb = terminal == NULL || strcmp(terminal, "dumb") == 0;
  return !dumb && isatty(descriptor) == 1;
}
