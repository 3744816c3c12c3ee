/* `regions` of a scenario: functions and lines become addresses. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/scenario.h"
#include "sim/words.h"

struct reading {
  const struct scenario_program *program;
  const struct image *image;
  struct error *error;
};

static bool refuse(const struct reading *reading, const char *text, const char *why) {
  return scenario_refuse(reading->program, "regions", text, why, reading->error);
}

/* The nearest name of a function; borrowed from the image. */
static const char *nearest_function(const struct image *image, const char *wrong) {
  struct words_nearest nearest = {.wrong = wrong};
  const struct segment *segments = NULL;
  size_t count = image_segments(image, &segments);
  for (size_t i = 0; i < count; i++) {
    const struct function *last = NULL;
    for (uint32_t pc = 0; pc < segments[i].size; pc += 2) {
      const struct function *function = image_function_at(image, segments[i].address + pc);
      if (function != NULL && function != last) {
        words_try(&nearest, function->name);
      }
      last = function;
    }
  }
  return nearest.word;
}

static bool take_function(const struct reading *reading, const char *name,
                          struct code_region *region) {
  const struct function *function = image_function_named(reading->image, name);
  if (function == NULL) {
    char why[256];
    const char *nearest = nearest_function(reading->image, name);
    snprintf(why, sizeof why, "the image has no function '%s'%s%s%s", name,
             nearest != NULL ? "; did you mean '" : " (an inlined one is none; give lines)",
             nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
    return refuse(reading, name, why);
  }
  region->begin = function->low;
  return true;
}

/* Whether a file's name is this one, or ends in it behind a slash. */
static bool is_file(const char *file, const char *wanted, size_t length) {
  size_t whole = file != NULL ? strlen(file) : 0;
  return whole >= length && strncmp(file + whole - length, wanted, length) == 0 &&
         (whole == length || file[whole - length - 1] == '/');
}

/* Whether the instruction belongs to the line, itself or by what is inlined there. */
static bool is_of_line(const struct image *image, uint32_t pc, const char *file, size_t length,
                       unsigned long line) {
  enum { FRAMES = 8 };
  struct source_frame frames[FRAMES];
  size_t count = image_frames_at(image, pc, frames, FRAMES);
  for (size_t i = 0; i < count && i < FRAMES; i++) {
    if (frames[i].line == line && is_file(frames[i].file, file, length)) {
      return true;
    }
  }
  return false;
}

/* The lowest address at which the line begins. */
static bool take_line(const struct reading *reading, const char *text, uint32_t *address) {
  const char *colon = strrchr(text, ':');
  char *end = NULL;
  unsigned long line = colon != NULL ? strtoul(colon + 1, &end, 10) : 0;
  const struct segment *segments = NULL;
  size_t count = image_segments(reading->image, &segments);
  if (colon == NULL || colon == text || line == 0 || *end != '\0') {
    return refuse(reading, text, "is no line; write it as main.c:12");
  }
  bool found = false;
  for (size_t i = 0; i < count; i++) {
    for (uint32_t offset = 0; offset < segments[i].size; offset += 2) {
      uint32_t pc = segments[i].address + offset;
      if ((!found || pc < *address) &&
          is_of_line(reading->image, pc, text, (size_t)(colon - text), line)) {
        *address = pc;
        found = true;
      }
    }
  }
  return found || refuse(reading, text, "no instruction of the image belongs to that line");
}

static bool take_region(const struct reading *reading, const struct scenario_region *said,
                        struct machine_config *config) {
  struct code_region region = {0};
  bool lines = said->from != NULL && said->to != NULL;
  if ((said->function != NULL) == lines || (said->from != NULL) != (said->to != NULL)) {
    const char *text = said->function != NULL ? said->function
                       : said->from != NULL   ? said->from
                                              : "to";
    return refuse(reading, text, "name either a function, or both from and to");
  }
  if (lines ? !take_line(reading, said->from, &region.begin) ||
                  !take_line(reading, said->to, &region.end)
            : !take_function(reading, said->function, &region)) {
    return false;
  }
  config->regions[config->region_count++] = region;
  return true;
}

bool scenario_apply_regions(const struct scenario_program *program, const struct image *image,
                            struct machine_config *config, struct error *error) {
  const struct reading reading = {program, image, error};
  for (uint32_t i = 0; i < program->region_count; i++) {
    if (!take_region(&reading, &program->regions[i], config)) {
      return false;
    }
  }
  return true;
}
