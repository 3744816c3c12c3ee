/* libcyaml reads the file by a table for each mapping; what it cannot know is
 * laid into the tables when they are made (names of kinds, cores, exceptions),
 * so that a wrong name is refused where it stands. Its messages come through a
 * log callback, innermost cause first, and are turned into one line here. */
#include "sim/explore/scenario.h"

#include <cyaml/cyaml.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/words.h"

/* Exceptions that can be injected, by name and by number (ARMv7-M B1.5.2). */
enum { FIRST_IRQ = 16, IRQS = 240, NAMED = 3, EXCEPTIONS = 2 * (NAMED + IRQS), NAME = 8 };
enum {
  KEYS = 32,
  WORD_KEYS = 5,
  REGION_KEYS = 4,
  LISTED = 20,
  LISTED_MOST = 256,
  TRACE = 4096,
  WORD = 64
};

static const cyaml_strval_t VERSIONS[] = {{"1", 1}};
static const cyaml_strval_t PLACES[] = {{"all", PLACES_ALL}, {"boundaries", PLACES_BOUNDARIES}};
static const cyaml_strval_t PLACE_KINDS[] = {{"boundary", PLACE_BOUNDARY},
                                             {"beat", PLACE_BEAT},
                                             {"entry", PLACE_ENTRY},
                                             {"return", PLACE_RETURN}};
static const cyaml_strval_t BITS[] = {{"2", 2}, {"3", 3}, {"4", 4}, {"5", 5},
                                      {"6", 6}, {"7", 7}, {"8", 8}};

/* libcyaml's macros for values that are names, with a table that knows its size. */
#define KEY_NAME(key, flags, type, member, table) \
  CYAML_FIELD_ENUM(key, flags, type, member, table, CYAML_ARRAY_LEN(table))
#define KEY_NAME_POINTER(key, flags, type, member, table) \
  CYAML_FIELD_ENUM_PTR(key, flags, type, member, table, CYAML_ARRAY_LEN(table))
#define KEY_MASK(key, type, member, table) \
  CYAML_FIELD_FLAGS(key, MAYBE_STRICT, type, member, table, CYAML_ARRAY_LEN(table))

/* Each load makes its own: the tables point into it, so it must not move. */
struct schema {
  char names[EXCEPTIONS][NAME];
  cyaml_strval_t exceptions[EXCEPTIONS];
  cyaml_strval_t kinds[FINDING_KIND_COUNT];
  cyaml_strval_t cores[CORE_COUNT];
  cyaml_strval_t levels[OPTIMISATION_COUNT];
  cyaml_schema_value_t exception;
  cyaml_schema_field_t expectation_keys[KEYS];
  cyaml_schema_value_t expectation;
  cyaml_schema_field_t word_keys[WORD_KEYS];
  cyaml_schema_field_t arrival_keys[KEYS];
  cyaml_schema_value_t arrival;
  cyaml_schema_field_t region_keys[REGION_KEYS];
  cyaml_schema_value_t region;
  cyaml_schema_field_t program_keys[KEYS];
  cyaml_schema_value_t program;
  cyaml_schema_field_t scenario_keys[KEYS];
  cyaml_schema_value_t scenario;
};

enum { STRICT = CYAML_FLAG_STRICT, MAYBE = CYAML_FLAG_OPTIONAL };
enum { MAYBE_STRICT = MAYBE | STRICT, POINTER = CYAML_FLAG_POINTER };
enum { MAYBE_POINTER = MAYBE | POINTER };

static void list_names(struct schema *schema) {
  static const cyaml_strval_t named[NAMED] = {{"NMI", 2}, {"PendSV", 14}, {"SysTick", 15}};
  for (unsigned i = 0; i < NAMED + IRQS; i++) {
    int64_t number = i < NAMED ? named[i].val : FIRST_IRQ + (int64_t)i - NAMED;
    char *name = schema->names[2 * i];
    char *digits = schema->names[2 * i + 1];
    if (i < NAMED) {
      snprintf(name, NAME, "%s", named[i].str);
    } else {
      snprintf(name, NAME, "IRQ%u", i - NAMED);
    }
    snprintf(digits, NAME, "%d", (int)number);
    schema->exceptions[2 * i] = (cyaml_strval_t){name, number};
    schema->exceptions[2 * i + 1] = (cyaml_strval_t){digits, number};
  }
  for (unsigned i = 0; i < FINDING_KIND_COUNT; i++) {
    schema->kinds[i] = (cyaml_strval_t){finding_traits((enum finding_kind)i)->name, i};
  }
  for (unsigned i = 0; i < CORE_COUNT; i++) {
    schema->cores[i] = (cyaml_strval_t){core_traits((enum core)i)->name, 1 << i};
  }
  for (unsigned i = 0; i < OPTIMISATION_COUNT; i++) {
    schema->levels[i] = (cyaml_strval_t){optimisation_name((enum optimisation)i), 1 << i};
  }
}

static void init_expectation(struct schema *s) {
  typedef struct expectation expectation;
  const cyaml_schema_field_t expectation_keys[] = {
      KEY_NAME("kind", STRICT, expectation, kind, s->kinds),
      CYAML_FIELD_STRING_PTR("variable", MAYBE_POINTER, expectation, variable, 1,
                             CYAML_UNLIMITED),
      CYAML_FIELD_STRING_PTR("function", MAYBE_POINTER, expectation, function, 1,
                             CYAML_UNLIMITED),
      CYAML_FIELD_UINT_PTR("line", MAYBE_POINTER, expectation, line),
      CYAML_FIELD_UINT_PTR("value", MAYBE_POINTER, expectation, value),
      CYAML_FIELD_UINT_PTR("interrupts", MAYBE_POINTER, expectation, interrupts),
      KEY_NAME_POINTER("place", MAYBE_STRICT, expectation, place, PLACE_KINDS),
      KEY_MASK("cores", expectation, cores, s->cores),
      KEY_MASK("optimisations", expectation, optimisations, s->levels),
      CYAML_FIELD_END};
  memcpy(s->expectation_keys, expectation_keys, sizeof expectation_keys);
  s->expectation = (cyaml_schema_value_t){
      CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, expectation, s->expectation_keys)};
}

static void init_arrival(struct schema *s) {
  typedef struct scenario_word word;
  typedef struct scenario_arrival arrival;
  const cyaml_schema_field_t word_keys[WORD_KEYS] = {
      CYAML_FIELD_STRING_PTR("variable", MAYBE_POINTER, word, variable, 1, CYAML_UNLIMITED),
      CYAML_FIELD_UINT_PTR("address", MAYBE_POINTER, word, address),
      CYAML_FIELD_UINT_PTR("bits", MAYBE_POINTER, word, bits),
      CYAML_FIELD_UINT_PTR("value", MAYBE_POINTER, word, value), CYAML_FIELD_END};
  memcpy(s->word_keys, word_keys, sizeof word_keys);

  const cyaml_schema_field_t arrival_keys[] = {
      CYAML_FIELD_ENUM("interrupt", STRICT, arrival, interrupt, s->exceptions, EXCEPTIONS),
      CYAML_FIELD_UINT_PTR("every", MAYBE_POINTER, arrival, every),
      CYAML_FIELD_UINT_PTR("jitter", MAYBE_POINTER, arrival, jitter),
      CYAML_FIELD_UINT_PTR("gap", MAYBE_POINTER, arrival, gap),
      CYAML_FIELD_UINT_PTR("at-most", MAYBE_POINTER, arrival, at_most),
      CYAML_FIELD_UINT_PTR("late-mask", MAYBE_POINTER, arrival, late_mask),
      CYAML_FIELD_MAPPING_PTR("after-write", MAYBE_POINTER, arrival, after_write, s->word_keys),
      CYAML_FIELD_MAPPING_PTR("only-while", MAYBE_POINTER, arrival, only_while, s->word_keys),
      CYAML_FIELD_END};
  memcpy(s->arrival_keys, arrival_keys, sizeof arrival_keys);
  s->arrival =
      (cyaml_schema_value_t){CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, arrival, s->arrival_keys)};
}

static void init_region(struct schema *s) {
  typedef struct scenario_region region;
  const cyaml_schema_field_t region_keys[REGION_KEYS] = {
      CYAML_FIELD_STRING_PTR("function", MAYBE_POINTER, region, function, 1, CYAML_UNLIMITED),
      CYAML_FIELD_STRING_PTR("from", MAYBE_POINTER, region, from, 1, CYAML_UNLIMITED),
      CYAML_FIELD_STRING_PTR("to", MAYBE_POINTER, region, to, 1, CYAML_UNLIMITED),
      CYAML_FIELD_END};
  memcpy(s->region_keys, region_keys, sizeof region_keys);
  s->region =
      (cyaml_schema_value_t){CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, region, s->region_keys)};
}

static void init_program(struct schema *s) {
  typedef struct scenario_program program;
  const cyaml_schema_field_t program_keys[] = {
      CYAML_FIELD_STRING_PTR("image", MAYBE_POINTER, program, image, 1, CYAML_UNLIMITED),
      CYAML_FIELD_STRING_PTR("source", MAYBE_POINTER, program, source, 1, CYAML_UNLIMITED),
      CYAML_FIELD_STRING_PTR("chip", MAYBE_POINTER, program, chip, 1, CYAML_UNLIMITED),
      CYAML_FIELD_STRING_PTR("config", MAYBE_POINTER, program, config, 1, CYAML_UNLIMITED),
      CYAML_FIELD_STRING_PTR("symbols", MAYBE_POINTER, program, symbols, 1, CYAML_UNLIMITED),
      CYAML_FIELD_STRING_PTR("input", MAYBE_POINTER, program, input, 1, CYAML_UNLIMITED),
      CYAML_FIELD_UINT_PTR("base", MAYBE_POINTER, program, base),
      CYAML_FIELD_IGNORE("memory_map",
                         CYAML_FLAG_OPTIONAL), /* these are the board's: board_read_program */
      CYAML_FIELD_IGNORE("registers", CYAML_FLAG_OPTIONAL),
      CYAML_FIELD_IGNORE("lines", CYAML_FLAG_OPTIONAL),
      CYAML_FIELD_IGNORE("mmio_models", CYAML_FLAG_OPTIONAL),
      CYAML_FIELD_IGNORE("handlers", CYAML_FLAG_OPTIONAL),
      CYAML_FIELD_IGNORE("exit_at", CYAML_FLAG_OPTIONAL),
      CYAML_FIELD_IGNORE("invariants", CYAML_FLAG_OPTIONAL),
      CYAML_FIELD_IGNORE("groups", CYAML_FLAG_OPTIONAL),
      KEY_MASK("cores", program, cores, s->cores),
      KEY_MASK("optimisations", program, optimisations, s->levels),
      KEY_NAME_POINTER("priority-bits", MAYBE_STRICT, program, priority_bits, BITS),
      CYAML_FIELD_SEQUENCE_COUNT("interrupts", MAYBE_POINTER, program, interrupts,
                                 interrupt_count, &s->exception, 1, CONFIG_INTERRUPTS),
      CYAML_FIELD_SEQUENCE_COUNT("arrivals", MAYBE_POINTER, program, arrivals, arrival_count,
                                 &s->arrival, 0, CONFIG_ARRIVALS),
      CYAML_FIELD_SEQUENCE_COUNT("regions", MAYBE_POINTER, program, regions, region_count,
                                 &s->region, 0, CONFIG_REGIONS),
      KEY_NAME("places", MAYBE_STRICT, program, places, PLACES),
      CYAML_FIELD_UINT_PTR("max-instructions", MAYBE_POINTER, program, max_instructions),
      CYAML_FIELD_UINT_PTR("horizon", MAYBE_POINTER, program, horizon),
      CYAML_FIELD_UINT_PTR("depth", MAYBE_POINTER, program, depth),
      CYAML_FIELD_SEQUENCE("expect", POINTER, program, expect, &s->expectation, 0, LISTED_MOST),
      CYAML_FIELD_END};
  memcpy(s->program_keys, program_keys, sizeof program_keys);
  s->program =
      (cyaml_schema_value_t){CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, program, s->program_keys)};
}

static void schema_init(struct schema *s) {
  typedef struct scenario scenario;
  list_names(s);
  s->exception =
      (cyaml_schema_value_t){CYAML_VALUE_ENUM(STRICT, uint16_t, s->exceptions, EXCEPTIONS)};
  init_expectation(s);
  init_arrival(s);
  init_region(s);
  init_program(s);

  const cyaml_schema_field_t scenario_keys[] = {
      CYAML_FIELD_STRING_PTR("name", POINTER, scenario, name, 1, CYAML_UNLIMITED),
      KEY_NAME("version", STRICT, scenario, version, VERSIONS),
      CYAML_FIELD_STRING_PTR("summary", MAYBE_POINTER, scenario, summary, 1, CYAML_UNLIMITED),
      CYAML_FIELD_SEQUENCE_COUNT("programs", POINTER, scenario, programs, program_count,
                                 &s->program, 1, LISTED_MOST),
      CYAML_FIELD_END};
  memcpy(s->scenario_keys, scenario_keys, sizeof scenario_keys);
  s->scenario =
      (cyaml_schema_value_t){CYAML_VALUE_MAPPING(POINTER, scenario, s->scenario_keys)};
}

static struct schema *schema_create(void) {
  struct schema *schema = allocate(1, sizeof *schema);
  schema_init(schema);
  return schema;
}

/* What libcyaml said: "Load: MESSAGE", then "  in mapping field 'kind' (line:
 * 6, column: 16)" and so on outwards. */
struct trace {
  char text[TRACE];
  size_t length;
};

__attribute__((format(printf, 3, 0))) static void trace_log(cyaml_log_t level, void *argument,
                                                            const char *format,
                                                            va_list arguments) {
  (void)level;
  struct trace *trace = argument;
  int written = vsnprintf(trace->text + trace->length, sizeof trace->text - trace->length,
                          format, arguments);
  trace->length += written > 0 ? (size_t)written : 0;
  if (trace->length >= sizeof trace->text) {
    trace->length = sizeof trace->text - 1;
  }
}

static cyaml_config_t configuration(struct trace *trace) {
  return (cyaml_config_t){
      .log_fn = trace_log, .log_ctx = trace, .mem_fn = cyaml_mem, .log_level = CYAML_LOG_ERROR};
}

/* The keys of the mapping in which the trace begins. */
static const cyaml_schema_field_t *keys_of(const struct schema *schema,
                                           const struct trace *trace) {
  bool word = strstr(trace->text, "'after-write'") != NULL ||
              strstr(trace->text, "'only-while'") != NULL;
  return word                                        ? schema->word_keys
         : strstr(trace->text, "'regions'") != NULL  ? schema->region_keys
         : strstr(trace->text, "'arrivals'") != NULL ? schema->arrival_keys
         : strstr(trace->text, "'expect'") != NULL   ? schema->expectation_keys
         : strstr(trace->text, "'programs'") != NULL ? schema->program_keys
                                                     : schema->scenario_keys;
}

/* The names that the schema allows for the value of `key`; false if any. */
static bool names_of(const struct schema *schema, const cyaml_schema_field_t *keys,
                     const char *key, const cyaml_strval_t **names, uint32_t *count) {
  if (strcmp(key, "interrupts") == 0 || strcmp(key, "interrupt") == 0) {
    *names = schema->exceptions;
    *count = EXCEPTIONS;
    return true;
  }
  for (; keys->key != NULL; keys++) {
    bool named = keys->value.type == CYAML_ENUM || keys->value.type == CYAML_FLAGS;
    if (named && strcmp(keys->key, key) == 0) {
      *names = keys->value.enumeration.strings;
      *count = keys->value.enumeration.count;
      return true;
    }
  }
  return false;
}

/* "did you mean ..." for the wrong word at the end of the trace's first line. */
static void suggest(const struct schema *schema, const struct trace *trace, const char *wrong,
                    char *text, size_t size) {
  char key[WORD] = "";
  const char *field = strstr(trace->text, "in mapping field '");
  struct words_nearest nearest = {.wrong = wrong};
  const cyaml_schema_field_t *keys = keys_of(schema, trace);
  const cyaml_strval_t *names = NULL;
  uint32_t count = 0;
  if (strstr(trace->text, "Unexpected key") != NULL) {
    for (; keys->key != NULL; keys++) {
      words_try(&nearest, keys->key);
    }
  } else if (field != NULL && sscanf(field, "in mapping field '%63[^']", key) == 1 &&
             names_of(schema, keys, key, &names, &count)) {
    for (uint32_t i = 0; i < count; i++) {
      words_try(&nearest, names[i].str);
    }
  }
  if (nearest.word != NULL) {
    snprintf(text, size, "; did you mean '%s'?", nearest.word);
  } else if (names != NULL && count <= LISTED) {
    size_t length = (size_t)snprintf(text, size, "; it can be");
    for (uint32_t i = 0; i < count && length < size; i++) {
      length += (size_t)snprintf(text + length, size - length, "%s %s", i == 0 ? "" : ",",
                                 names[i].str);
    }
  }
}

/* libcyaml places an unknown key at the start of its mapping: look for it from
 * there on. */
static void find_key(const char *path, const char *key, unsigned *line, unsigned *column) {
  FILE *file = fopen(path, "r");
  char text[512];
  for (unsigned number = 1; file != NULL && fgets(text, sizeof text, file) != NULL; number++) {
    const char *at = number < *line ? NULL : strstr(text, key);
    if (at != NULL && at[strlen(key)] == ':') {
      *line = number;
      *column = (unsigned)(at - text) + 1;
      break;
    }
  }
  if (file != NULL) {
    fclose(file);
  }
}

/* Turns what libcyaml said into one line. */
static void refuse(const struct schema *schema, const struct trace *trace, const char *path,
                   struct error *error) {
  char message[256] = "";
  char suggestion[128] = "";
  unsigned line = 0;
  unsigned column = 0;
  size_t skipped = strncmp(trace->text, "Load: ", 6) == 0 ? 6 : 0;
  size_t length = strcspn(trace->text + skipped, "\n");
  memcpy(message, trace->text + skipped, length < sizeof message ? length : sizeof message - 1);
  const char *location = strstr(trace->text, "(line: ");
  if (location == NULL || sscanf(location, "(line: %u, column: %u)", &line, &column) != 2) {
    error_set(error, "%s: %s; a scenario is YAML as in scenarios/", path, message);
    return;
  }
  const char *colon = strrchr(message, ':');
  if (colon != NULL && colon[1] == ' ') {
    suggest(schema, trace, colon + 2, suggestion, sizeof suggestion);
    if (strncmp(message, "Unexpected key", 14) == 0) {
      find_key(path, colon + 2, &line, &column);
    }
  }
  message[0] =
      (char)(message[0] >= 'A' && message[0] <= 'Z' ? message[0] - 'A' + 'a' : message[0]);
  error_set(error, "%s:%u:%u: %s%s", path, line, column, message, suggestion);
}

/* What no table can say. */
static bool consistent(const struct scenario *scenario, const char *path, struct error *error) {
  for (uint32_t i = 0; i < scenario->program_count; i++) {
    const struct scenario_program *program = &scenario->programs[i];
    const char *wrong = NULL;
    if (program->image != NULL && program->source != NULL) {
      wrong = "has both image and source; give one of them";
    } else if (program->source != NULL &&
               (program->cores == 0 || program->optimisations == 0)) {
      wrong =
          "has a source but not both cores and optimisations; give lists such as "
          "cores: [m0, m3] and optimisations: [O0, O2]";
    } else if (program->source == NULL && (program->cores & (program->cores - 1)) != 0) {
      wrong = "lists several cores; an image has one";
    } else if (program->source == NULL && program->optimisations != 0) {
      wrong = "has optimisations without a source; leave them out";
    } else if (program->max_instructions != NULL && *program->max_instructions == 0) {
      wrong = "has max-instructions 0; give at least 1";
    } else if (program->image == NULL && program->source == NULL &&
               scenario->program_count > 1) {
      wrong = "has neither image nor source; only a single program may";
    }
    if (wrong != NULL) {
      return error_set(error, "%s: program %u %s", path, i + 1, wrong);
    }
  }
  return true;
}

struct scenario *scenario_load(const char *path, struct error *error) {
  struct schema *schema = schema_create();
  struct trace *trace = allocate(1, sizeof *trace);
  struct scenario *scenario = NULL;
  cyaml_config_t config = configuration(trace);
  errno = 0;
  cyaml_err_t result =
      cyaml_load_file(path, &config, &schema->scenario, (cyaml_data_t **)&scenario, NULL);
  if (result == CYAML_ERR_FILE_OPEN) {
    error_set(error, "%s: cannot be read: %s", path, strerror(errno));
  } else if (result != CYAML_OK && trace->length > 0) {
    refuse(schema, trace, path, error);
  } else if (result != CYAML_OK || scenario == NULL) {
    error_set(error, "%s: holds no scenario; it begins with name, version and programs", path);
  } else if (!consistent(scenario, path, error)) {
    scenario_free(scenario);
    scenario = NULL;
  }
  for (uint32_t i = 0; scenario != NULL && i < scenario->program_count; i++) {
    scenario->programs[i].path = duplicate_text(path);
  }
  free(trace);
  free(schema);
  return scenario;
}

void scenario_free(struct scenario *scenario) {
  if (scenario != NULL) {
    struct schema *schema = schema_create();
    for (uint32_t i = 0; i < scenario->program_count; i++) {
      free(scenario->programs[i].path);
    }
    struct trace trace = {.length = 0};
    cyaml_config_t config = configuration(&trace);
    cyaml_free(&config, &schema->scenario, scenario, 0);
    free(schema);
  }
}

bool scenario_refuse(const struct scenario_program *program, const char *section,
                     const char *text, const char *why, struct error *error) {
  enum { LINE = 512 };
  char line[LINE];
  char place[LINE];
  const char *path = program->path;
  snprintf(place, sizeof place, "%s", path);
  FILE *file = fopen(path, "r");
  bool inside = false;
  for (unsigned number = 1; file != NULL && fgets(line, sizeof line, file) != NULL; number++) {
    const char *head = strstr(line, section);
    inside = inside || (head != NULL && head[strlen(section)] == ':');
    const char *at = inside ? strstr(line, text) : NULL;
    if (at != NULL) {
      snprintf(place, sizeof place, "%s:%u:%u", path, number, (unsigned)(at - line) + 1);
      break;
    }
  }
  if (file != NULL) {
    fclose(file);
  }
  return error_set(error, "%s: %s", place, why);
}
