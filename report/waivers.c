#include "report/waivers.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"

enum { FRAMES = 16, LINE = 1024 };

/* Glob with `*` only; the pattern must cover the whole name. */
static bool covers(const char *pattern, size_t length, const char *name) {
  size_t i = 0;
  size_t star = SIZE_MAX;
  const char *resume = NULL;
  while (*name != '\0') {
    if (i < length && pattern[i] == '*') {
      star = ++i;
      resume = name;
    } else if (i < length && pattern[i] == *name) {
      i++;
      name++;
    } else if (star != SIZE_MAX) {
      i = star;
      name = ++resume;
    } else {
      return false;
    }
  }
  while (i < length && pattern[i] == '*') {
    i++;
  }
  return i == length;
}

bool pattern_matches(const char *pattern, const char *name) {
  bool at_start = pattern[0] == '^';
  const char *body = pattern + at_start;
  size_t length = strlen(body);
  bool at_end = length > 0 && body[length - 1] == '$';
  length -= at_end;
  char *whole = allocate(1, length + 3);
  size_t used = 0;
  if (!at_start) {
    whole[used++] = '*';
  }
  memcpy(whole + used, body, length);
  used += length;
  if (!at_end) {
    whole[used++] = '*';
  }
  bool matches = covers(whole, used, name);
  free(whole);
  return matches;
}

static bool is_kind(const char *kind) {
  enum finding_kind found;
  return strcmp(kind, "*") == 0 || finding_kind_by_name(kind, &found);
}

static bool add_line(struct waivers *waivers, struct texts *texts, const char *path,
                     unsigned number, char *line, struct error *error) {
  line[strcspn(line, "\r\n")] = '\0';
  char *start = line + strspn(line, " \t");
  size_t end = strlen(start);
  while (end > 0 && (start[end - 1] == ' ' || start[end - 1] == '\t')) {
    start[--end] = '\0';
  }
  if (start[0] == '\0' || start[0] == '#') {
    return true;
  }
  const char *text = texts_clean(texts, start);
  char *colon = strchr(start, ':');
  if (colon == NULL || colon[1] == '\0') {
    return error_set(error, "%s:%u: '%s' is not kind:pattern, e.g. lost-update:counter", path,
                     number, text);
  }
  *colon = '\0';
  if (!is_kind(start)) {
    return error_set(error,
                     "%s:%u: '%s' is not a kind of finding, e.g. torn-write, or * for all",
                     path, number, texts_clean(texts, start));
  }
  void *list = waivers->suppressions;
  array_reserve(&list, &waivers->capacity, waivers->count + 1, sizeof *waivers->suppressions);
  waivers->suppressions = list;
  waivers->suppressions[waivers->count++] = (struct suppression){
      .text = text,
      .kind = texts_print(texts, "%s", start),
      .pattern = texts_print(texts, "%s", colon + 1),
  };
  return true;
}

static bool read_suppressions(struct waivers *waivers, struct texts *texts, const char *path,
                              struct error *error) {
  FILE *file = fopen(path, "r");
  char line[LINE];
  bool good = true;
  if (file == NULL) {
    return error_set(error, "--suppressions: %s: %s", path, strerror(errno));
  }
  for (unsigned number = 1; good && fgets(line, sizeof line, file) != NULL; number++) {
    if (strchr(line, '\n') == NULL && !feof(file)) {
      good = error_set(error, "%s:%u: the line is too long; give at most %u characters", path,
                       number, LINE - 2);
    } else {
      good = add_line(waivers, texts, path, number, line, error);
    }
  }
  if (good && ferror(file)) {
    good = error_set(error, "--suppressions: %s: %s", path, strerror(errno));
  }
  fclose(file);
  return good;
}

static int compare_ids(const void *left, const void *right) {
  return strcmp(*(char *const *)left, *(char *const *)right);
}

static bool take_ids(struct waivers *waivers, const json_t *document, const char *path,
                     struct error *error) {
  const json_t *findings = json_object_get(document, "findings");
  size_t index = 0;
  const json_t *finding = NULL;
  if (!json_is_array(findings)) {
    return error_set(error,
                     "--baseline: %s is not a report; make one with tornword check --format "
                     "json --output %s IMAGE",
                     path, path);
  }
  waivers->known = allocate(json_array_size(findings) + 1, sizeof *waivers->known);
  json_array_foreach(findings, index, finding) {
    const char *id = json_string_value(json_object_get(finding, "id"));
    if (id == NULL) {
      return error_set(error, "--baseline: %s: finding %zu has no id", path, index + 1);
    }
    waivers->known[waivers->known_count++] = duplicate_text(id);
  }
  if (waivers->known_count > 0) {
    qsort(waivers->known, waivers->known_count, sizeof *waivers->known, compare_ids);
  }
  return true;
}

static bool read_baseline(struct waivers *waivers, const char *path, struct error *error) {
  json_error_t wrong;
  json_t *document = json_load_file(path, 0, &wrong);
  if (document == NULL) {
    return wrong.line > 0 ? error_set(error, "--baseline: %s:%d:%d: %s", path, wrong.line,
                                      wrong.column, wrong.text)
                          : error_set(error, "--baseline: %s: %s", path, wrong.text);
  }
  bool good = take_ids(waivers, document, path, error);
  json_decref(document);
  return good;
}

bool waivers_open(struct waivers *waivers, const char *suppressions, const char *baseline,
                  struct texts *texts, struct error *error) {
  *waivers = (struct waivers){.count = 0};
  bool good =
      (suppressions == NULL || read_suppressions(waivers, texts, suppressions, error)) &&
      (baseline == NULL || read_baseline(waivers, baseline, error));
  if (!good) {
    waivers_close(waivers);
  }
  return good;
}

void waivers_close(struct waivers *waivers) {
  for (size_t i = 0; i < waivers->known_count; i++) {
    free(waivers->known[i]);
  }
  free(waivers->known);
  free(waivers->suppressions);
  free(waivers->waived);
  *waivers = (struct waivers){.count = 0};
}

static bool is_known(const struct waivers *waivers, const char *id) {
  return waivers->known_count > 0 && bsearch(&id, waivers->known, waivers->known_count,
                                             sizeof *waivers->known, compare_ids) != NULL;
}

static bool frames_match(const char *pattern, const struct image *image, uint32_t pc) {
  struct source_frame frames[FRAMES];
  size_t count = image_frames_at(image, pc, frames, FRAMES);
  const struct function *function = image_function_at(image, pc);
  if (function != NULL && pattern_matches(pattern, function->name)) {
    return true;
  }
  for (size_t i = 0; i < count && i < FRAMES; i++) {
    if ((frames[i].function != NULL && pattern_matches(pattern, frames[i].function)) ||
        (frames[i].file != NULL && pattern_matches(pattern, frames[i].file))) {
      return true;
    }
  }
  return false;
}

static bool code_matches(const char *pattern, const struct image *image,
                         const struct finding *finding) {
  for (unsigned i = 0; i < finding->sighting.accesses; i++) {
    const struct call_stack *stack = &finding->stack[i];
    if (frames_match(pattern, image, finding->sighting.access[i].pc)) {
      return true;
    }
    for (unsigned k = 0; k < stack->count; k++) {
      if (frames_match(pattern, image, stack->pc[k])) {
        return true;
      }
    }
  }
  return false;
}

static bool suppresses(const struct suppression *suppression, const struct image *image,
                       const struct check *check, const struct finding *finding) {
  const char *kind = finding_traits(finding->sighting.kind)->name;
  bool named = strcmp(suppression->kind, "*") == 0 || strcmp(suppression->kind, kind) == 0;
  if (!named) {
    return false;
  }
  if (finding->sighting.leaf != LEAF_NONE) {
    char *name = image_leaf_name(image, &check->leaves, finding->sighting.leaf);
    bool matches = pattern_matches(suppression->pattern, name);
    free(name);
    if (matches) {
      return true;
    }
  }
  return code_matches(suppression->pattern, image, finding);
}

void waivers_apply(struct waivers *waivers, const struct image *image,
                   const struct check *check, enum severity severity) {
  waivers->finding_count = check->finding_count;
  waivers->waived = allocate(check->finding_count + 1, sizeof *waivers->waived);
  for (size_t i = 0; i < check->finding_count; i++) {
    const struct finding *finding = &check->findings[i];
    if (report_severity(finding) < severity) {
      continue;
    }
    bool waived = is_known(waivers, finding->id);
    waivers->waived_known += waived;
    for (size_t k = 0; k < waivers->count; k++) {
      if (suppresses(&waivers->suppressions[k], image, check, finding)) {
        waivers->suppressions[k].matched++;
        waived = true;
      }
    }
    waivers->waived[i] = waived;
  }
}
