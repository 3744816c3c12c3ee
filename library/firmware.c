/* Images and their options, for callers of the library. */
#include "library/firmware.h"

#include <stdlib.h>
#include <string.h>

#include "library/refusal.h"
#include "sim/words.h"

const char *tornword_version(void) {
  return TORNWORD_VERSION;
}

/* What a caller may give: the rest is about terminals and files of a command. */
static bool is_offered(enum option_id id) {
  return (option_traits(id)->group & (GROUP_IMAGE | GROUP_RUN | GROUP_CHECK | GROUP_WAIVE)) !=
             0 ||
         id == OPTION_SEVERITY || id == OPTION_SOURCE_ROOT || id == OPTION_JOBS;
}

static bool option_by_name(const char *name, enum option_id *id, struct error *error) {
  enum option_id nearest = OPTION_CORE;
  for (int i = 0; i < OPTION_COUNT; i++) {
    const char *known = option_traits((enum option_id)i)->name;
    if (!is_offered((enum option_id)i)) {
      continue;
    }
    if (strcmp(known, name) == 0) {
      *id = (enum option_id)i;
      return true;
    }
    if (words_distance(name, known) < words_distance(name, option_traits(nearest)->name)) {
      nearest = (enum option_id)i;
    }
  }
  return error_set(error, "'%s' is no option of the library; did you mean %s?", name,
                   option_traits(nearest)->name);
}

static bool take(struct tornword_firmware *firmware, const struct tornword_option *option,
                 struct error *error) {
  enum option_id id = OPTION_CORE;
  if (!option_by_name(option->name, &id, error)) {
    return false;
  }
  bool wants_value = option_traits(id)->argument != NULL;
  if (wants_value != (option->value != NULL)) {
    return error_set(error, "--%s: %s", option->name,
                     wants_value ? "needs a value" : "takes no value; give NULL");
  }
  const char *value = wants_value ? texts_print(&firmware->texts, "%s", option->value) : NULL;
  return options_set(&firmware->options, id, value, error);
}

static void keep_note(void *argument, const char *text) {
  struct tornword_firmware *firmware = argument;
  array_reserve((void **)&firmware->notes, &firmware->note_capacity, firmware->note_count + 1,
                sizeof *firmware->notes);
  firmware->notes[firmware->note_count++] = texts_print(&firmware->texts, "%s", text);
}

static bool take_all(struct tornword_firmware *firmware, const char *path,
                     const struct tornword_option *options, struct error *error) {
  firmware->options = options_default();
  firmware->options.note = keep_note;
  firmware->options.note_argument = firmware;
  firmware->options.color = COLOR_NEVER;
  firmware->options.jobs = 1;
  firmware->options.given[OPTION_JOBS] = true;
  if (path != NULL) {
    firmware->options.image = texts_print(&firmware->texts, "%s", path);
  }
  for (; options != NULL && options->name != NULL; options++) {
    if (!take(firmware, options, error)) {
      return false;
    }
  }
  return path != NULL || firmware->options.given[OPTION_SCENARIO] ||
         error_set(error, "no image given: give its path, or a scenario that names it");
}

static void release(struct tornword_firmware *firmware) {
  free(firmware->notes);
  texts_free(&firmware->texts);
  free(firmware);
}

struct tornword_firmware *tornword_load(const char *path, const struct tornword_option *options,
                                        struct tornword_error *error) {
  struct tornword_firmware *firmware = allocate(1, sizeof *firmware);
  struct error inner = {""};
  bool opened = take_all(firmware, path, options, &inner) &&
                session_open(&firmware->session, &firmware->options, &inner);
  if (opened && !session_survey(&firmware->session, true, &inner)) {
    session_close(&firmware->session);
    opened = false;
  }
  if (!opened) {
    refusal_set(error, &inner, path);
    release(firmware);
    return NULL;
  }
  return firmware;
}

void tornword_unload(struct tornword_firmware *firmware) {
  if (firmware != NULL) {
    session_close(&firmware->session);
    release(firmware);
  }
}

const char *tornword_note(const struct tornword_firmware *firmware, size_t index) {
  return index < firmware->note_count ? firmware->notes[index] : NULL;
}
