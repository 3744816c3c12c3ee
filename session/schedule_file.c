#include "session/schedule_file.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "session/values.h"
#include "sim/machine/exception.h"

enum { FILE_VERSION = 1, WORDS_MOST = 8, LINE_MOST = 256 };

struct reading {
  const char *path;
  unsigned line;
  struct schedule *schedule;
  bool begun, has_model, has_image, has_config;
  char *words[WORDS_MOST];
  size_t count;
};

static bool refuse(const struct reading *reading, struct error *error, const char *what) {
  return error_set(error, "%s:%u: %s", reading->path, reading->line, what);
}

/* Cuts a line into words; what follows a # is a comment. False if there are too many. */
static bool cut(struct reading *reading, char *line) {
  char *rest = NULL;
  line[strcspn(line, "#\r\n")] = '\0';
  reading->count = 0;
  for (char *word = strtok_r(line, " \t", &rest); word != NULL;
       word = strtok_r(NULL, " \t", &rest)) {
    if (reading->count == WORDS_MOST) {
      return false;
    }
    reading->words[reading->count++] = word;
  }
  return true;
}

static bool is_word(const struct reading *reading, size_t index, const char *word) {
  return index < reading->count && strcmp(reading->words[index], word) == 0;
}

static bool number_at(const struct reading *reading, size_t index, int base, uint64_t most,
                      uint64_t *value) {
  if (index >= reading->count || !isxdigit((unsigned char)reading->words[index][0])) {
    return false;
  }
  char *end = NULL;
  errno = 0;
  *value = strtoull(reading->words[index], &end, base);
  return errno == 0 && *end == '\0' && *value <= most;
}

/* "NAME NUMBER" */
static bool read_fact(struct reading *reading, int base, uint64_t most, uint64_t *value,
                      bool *has, struct error *error) {
  if (*has) {
    return refuse(reading, error, "this was said before");
  }
  *has = number_at(reading, 1, base, most, value) && reading->count == 2;
  return *has || refuse(reading, error,
                        base == 16 ? "a hexadecimal number must follow, as in a token"
                                   : "a number must follow");
}

static bool read_model(struct reading *reading, struct error *error) {
  uint64_t model = 0;
  if (!read_fact(reading, 10, UINT32_MAX, &model, &reading->has_model, error)) {
    return false;
  }
  return model == MODEL_VERSION ||
         error_set(error,
                   "%s:%u: the schedule is of machine model %" PRIu64
                   ", this tornword has "
                   "model %d: run the check again, or use the tornword that made it",
                   reading->path, reading->line, model, MODEL_VERSION);
}

static bool read_image(struct reading *reading, struct error *error) {
  uint64_t value = 0;
  bool good = read_fact(reading, 16, UINT32_MAX, &value, &reading->has_image, error);
  reading->schedule->image = (uint32_t)value;
  return good;
}

static bool read_config(struct reading *reading, struct error *error) {
  uint64_t value = 0;
  bool good = read_fact(reading, 16, UINT16_MAX, &value, &reading->has_config, error);
  reading->schedule->config = (uint16_t)value;
  return good;
}

static struct injection *next_injection(struct reading *reading, struct error *error) {
  struct schedule *schedule = reading->schedule;
  if (schedule->count == SCHEDULE_INJECTIONS) {
    refuse(reading, error, "more interrupts than a schedule can have");
    return NULL;
  }
  return &schedule->injections[schedule->count++];
}

static bool kind_by_name(const char *name, enum place_kind *kind) {
  for (int i = 0; i < PLACE_KIND_COUNT; i++) {
    if (strcmp(place_kind_name((enum place_kind)i), name) == 0) {
      *kind = (enum place_kind)i;
      return true;
    }
  }
  return false;
}

/* "inject SysTick at beat 48 after 1" */
static bool read_injection(struct reading *reading, struct error *error) {
  uint16_t list[CONFIG_INTERRUPTS];
  unsigned count = 0;
  uint64_t beat = 0;
  struct place place = {0};
  struct error inner = {""};
  bool shaped = reading->count >= 5 && is_word(reading, 2, "at") &&
                kind_by_name(reading->words[3], &place.kind) &&
                number_at(reading, 4, 10, UINT64_MAX / 2, &place.boundary);
  bool is_beat = place.kind == PLACE_BEAT;
  shaped = shaped && reading->count == (is_beat ? 7 : 5) &&
           (!is_beat || (is_word(reading, 5, "after") &&
                         number_at(reading, 6, 10, 255, &beat) && beat > 0));
  if (!shaped) {
    return refuse(reading, error,
                  "not understood; write: inject SysTick at boundary 412, or: inject irq5 at "
                  "beat 48 after 1");
  }
  if (!interrupts_parse(reading->words[1], list, &count, &inner) || count != 1) {
    return refuse(reading, error, count > 1 ? "one exception a line" : inner.message);
  }
  struct injection *injection = next_injection(reading, error);
  if (injection == NULL) {
    return false;
  }
  place.beat = (uint8_t)beat;
  *injection = (struct injection){.place = place, .exception = list[0]};
  return true;
}

/* "run until 900" */
static bool read_run(struct reading *reading, struct error *error) {
  uint64_t boundary = 0;
  if (reading->count != 3 || !is_word(reading, 1, "until") ||
      !number_at(reading, 2, 10, UINT64_MAX / 2, &boundary)) {
    return refuse(reading, error, "not understood; write: run until 900");
  }
  struct injection *injection = next_injection(reading, error);
  if (injection != NULL) {
    *injection = (struct injection){.place = {.boundary = boundary}};
  }
  return injection != NULL;
}

static bool read_head(struct reading *reading, struct error *error) {
  uint64_t version = 0;
  if (!is_word(reading, 0, "schedule") || reading->count != 2 ||
      !number_at(reading, 1, 10, UINT32_MAX, &version)) {
    return refuse(reading, error, "not a schedule: its first line is: schedule 1");
  }
  reading->begun = true;
  return version == FILE_VERSION ||
         refuse(reading, error, "a schedule of another version; this tornword reads version 1");
}

static bool read_statement(struct reading *reading, struct error *error) {
  static const struct {
    const char *word;
    bool (*read)(struct reading *reading, struct error *error);
  } statements[] = {{"model", read_model},
                    {"image", read_image},
                    {"config", read_config},
                    {"inject", read_injection},
                    {"run", read_run}};
  if (!reading->begun) {
    return read_head(reading, error);
  }
  for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
    if (is_word(reading, 0, statements[i].word)) {
      return statements[i].read(reading, error);
    }
  }
  return refuse(reading, error, "not understood; give model, image, config, inject or run");
}

static bool read_lines(struct reading *reading, FILE *in, struct error *error) {
  char line[LINE_MOST];
  while (fgets(line, sizeof line, in) != NULL) {
    reading->line++;
    if (strlen(line) == sizeof line - 1 || !cut(reading, line)) {
      return refuse(reading, error, "too long for a line of a schedule");
    }
    if (reading->count == 0) {
      continue;
    }
    if (!reading->begun && strncmp(reading->words[0], "tw", 2) == 0) {
      return schedule_parse(reading->words[0], reading->schedule, error);
    }
    if (!read_statement(reading, error)) {
      return false;
    }
  }
  if (ferror(in)) {
    return error_set(error, "%s: cannot be read", reading->path);
  }
  bool whole = reading->has_model && reading->has_image && reading->has_config &&
               reading->schedule->count > 0;
  return whole ||
         error_set(error,
                   "%s: not a whole schedule; it needs the lines schedule, model, image, "
                   "config, and inject or run",
                   reading->path);
}

bool schedule_argument(const char *text, struct schedule *schedule, struct error *error) {
  if (text[0] != '@') {
    return schedule_parse(text, schedule, error);
  }
  struct reading reading = {.path = text + 1, .schedule = schedule};
  FILE *in = fopen(reading.path, "r");
  *schedule = (struct schedule){0};
  if (in == NULL) {
    return error_set(error, "%s: %s", reading.path, strerror(errno));
  }
  bool good = read_lines(&reading, in, error);
  fclose(in);
  return good;
}

static void write_exception(FILE *out, unsigned exception) {
  static const struct {
    unsigned number;
    const char *name;
  } names[] = {
      {EXCEPTION_NMI, "NMI"}, {EXCEPTION_PENDSV, "PendSV"}, {EXCEPTION_SYSTICK, "SysTick"}};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (names[i].number == exception) {
      fputs(names[i].name, out);
      return;
    }
  }
  fprintf(out, "irq%u", exception - EXCEPTION_IRQ0);
}

void schedule_write(FILE *out, const struct schedule *schedule, const char *comment) {
  if (comment != NULL) {
    fprintf(out, "# %s\n", comment);
  }
  fprintf(out, "schedule %d\nmodel %d\nimage %08" PRIx32 "\nconfig %04x\n", FILE_VERSION,
          MODEL_VERSION, schedule->image, schedule->config);
  for (unsigned i = 0; i < schedule->count; i++) {
    const struct injection *injection = &schedule->injections[i];
    const struct place *place = &injection->place;
    if (injection->exception == 0) {
      fprintf(out, "run until %" PRIu64 "\n", place->boundary);
      continue;
    }
    fputs("inject ", out);
    write_exception(out, injection->exception);
    fprintf(out, " at %s %" PRIu64, place_kind_name(place->kind), place->boundary);
    if (place->kind == PLACE_BEAT) {
      fprintf(out, " after %u", place->beat);
    }
    fputc('\n', out);
  }
}
