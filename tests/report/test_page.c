/* The HTML report in a real browser: the interrupt is dragged over all places of
 * the window, and what the page says must be what the check decided there.
 * Skipped, with a message, where there is no chromium. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/report.h"
#include "report/run_map.h"
#include "sim/machine/decode.h"

enum { SYSTICK = 15, DECIDED_MOST = 400000, OUTPUT_MOST = 4 << 20, BROWSER_SECONDS = 90 };

/* What the check decided, place by place. */
struct decided {
  struct place place;
  enum decision decision;
  uint32_t showed; /* kinds, one bit each */
};
struct record {
  struct decided *items;
  size_t count;
  uint32_t last; /* shown by the last probe; equivalent places show the same */
};

static void on_decided(void *argument, const struct place *place, unsigned exception,
                       unsigned decision) {
  struct record *record = argument;
  cr_assert_lt(record->count, DECIDED_MOST);
  if (exception != SYSTICK) {
    return;
  }
  record->last = decision == DECISION_PROBED ? 0 : record->last;
  record->items[record->count++] = (struct decided){
      *place, (enum decision)decision, decision == DECISION_EQUIVALENT ? record->last : 0};
}

static void on_showed(void *argument, const struct place *place, unsigned exception,
                      enum finding_kind kind) {
  struct record *record = argument;
  (void)place;
  if (exception == SYSTICK) {
    record->items[record->count - 1].showed |= 1U << kind;
    record->last |= 1U << kind;
  }
}

/* It becomes pending by itself here, and is not taken: a mask holds it back. */
static bool comes_masked(const struct decided *decided) {
  const struct decided *next = decided + 1;
  return decided->decision == DECISION_PROBED && next->decision == DECISION_DISABLED &&
         next->place.kind != PLACE_ENTRY;
}

static const char *class_of(const struct decided *decided) {
  if ((decided->showed & (1U << FINDING_TORN_WRITE | 1U << FINDING_TORN_READ)) != 0) {
    return "torn";
  }
  if ((decided->showed & 1U << FINDING_LOST_UPDATE) != 0) {
    return "lost";
  }
  static const char *const names[] = {"off", "withheld", "masked", "fine", "fine"};
  return comes_masked(decided) ? "masked" : names[decided->decision];
}

/* One program, checked, its page driven. */
struct trial {
  struct image *image;
  struct explorer_options options;
  struct check check;
  struct record record;
  struct texts texts;
  char folder[64];
  char *output; /* lines of page_driver.html */
};

static bool has_browser(void) {
  if (system("chromium --version >/dev/null 2>&1") == 0) {
    return true;
  }
  fprintf(stderr, "skipped: chromium is not installed\n");
  return false;
}

static void copy_driver(FILE *to) {
  FILE *driver = fopen(SOURCE_DIR "/tests/report/page_driver.html", "r");
  cr_assert(driver != NULL);
  for (int c = fgetc(driver); c != EOF; c = fgetc(driver)) {
    fputc(c, to);
  }
  fclose(driver);
}

static void write_page(struct trial *trial) {
  char path[128];
  snprintf(path, sizeof path, "%s/page.html", trial->folder);
  FILE *file = fopen(path, "w");
  cr_assert(file != NULL);
  struct report report = {
      .image = trial->image,
      .check = &trial->check,
      .explorer = &trial->options,
      .severity = SEVERITY_WARNING,
      .shape = "",
      .decoder = decoder_create(),
      .texts = &trial->texts,
  };
  cr_assert(report_html(file, &report));
  decoder_destroy(report.decoder);
  copy_driver(file);
  fclose(file);
}

static void drive(struct trial *trial) {
  char command[512];
  snprintf(command, sizeof command,
           "LSAN_OPTIONS=detect_leaks=0 timeout %d chromium --headless --no-sandbox "
           "--disable-gpu --disable-quic --no-first-run --disable-background-networking "
           "--disable-component-update --disable-sync --user-data-dir=%s/profile "
           "--dump-dom file://%s/page.html 2>/dev/null",
           BROWSER_SECONDS, trial->folder, trial->folder);
  FILE *browser = popen(command, "r");
  cr_assert(browser != NULL);
  char *dom = malloc(OUTPUT_MOST);
  cr_assert(dom != NULL);
  size_t size = fread(dom, 1, OUTPUT_MOST - 1, browser);
  dom[size] = '\0';
  cr_assert_eq(pclose(browser), 0);
  char *begin = strstr(dom, "<pre id=\"driven\">");
  cr_assert(begin != NULL, "the page did not run");
  begin += strlen("<pre id=\"driven\">");
  char *end = strstr(begin, "</pre>");
  cr_assert(end != NULL && end > begin, "the page's script stopped");
  trial->output = strndup(begin, (size_t)(end - begin));
  free(dom);
}

static void begin_deep(struct trial *trial, const char *name, unsigned depth) {
  *trial = (struct trial){.folder = "/tmp/tornword-page-XXXXXX"};
  struct error error = {""};
  trial->image = image_load(name, NULL, &error);
  cr_assert(trial->image != NULL, "%s", error.message);
  trial->record.items = calloc(DECIDED_MOST, sizeof trial->record.items[0]);
  trial->options = explorer_options_default(trial->image);
  trial->options.depth = depth;
  struct explorer_options listened = trial->options;
  listened.decided = on_decided;
  listened.decided_argument = &trial->record;
  listened.showed = on_showed;
  listened.showed_argument = &trial->record;
  cr_assert(explorer_check(trial->image, &listened, &trial->check, &error), "%s",
            error.message);
  cr_assert(mkdtemp(trial->folder) != NULL);
  write_page(trial);
  drive(trial);
}

static void begin(struct trial *trial, const char *name) {
  begin_deep(trial, name, 1);
}

static void end(struct trial *trial) {
  char command[128];
  snprintf(command, sizeof command, "rm -rf %s", trial->folder);
  cr_expect_eq(system(command), 0);
  free(trial->output);
  free(trial->record.items);
  check_free(&trial->check);
  image_destroy(trial->image);
  texts_free(&trial->texts);
}

static const struct decided *find(const struct record *record, const char *kind,
                                  unsigned long long boundary, unsigned beat) {
  for (size_t i = 0; i < record->count; i++) {
    const struct decided *decided = &record->items[i];
    if (decided->place.boundary == boundary && decided->place.beat == beat &&
        strcmp(place_kind_name(decided->place.kind), kind) == 0) {
      return decided;
    }
  }
  return NULL;
}

/* The page opens at the first finding's own place. */
static void compare_own(const struct trial *trial) {
  const struct place *place = &trial->check.findings[0].place;
  const struct decided *decided =
      find(&trial->record, place_kind_name(place->kind), place->boundary, place->beat);
  cr_assert(decided != NULL);
  char place_text[64];
  snprintf(place_text, sizeof place_text, "%s %llu %u", place_kind_name(place->kind),
           (unsigned long long)place->boundary, place->beat);
  char line[160];
  snprintf(line, sizeof line, "own %s %s\n", place_text, class_of(decided));
  cr_expect_eq(strncmp(trial->output, line, strlen(line)), 0, "%.60s", trial->output);
  snprintf(line, sizeof line, "\nback %s %s\n", place_text, class_of(decided));
  cr_expect(strstr(trial->output, line) != NULL, "the key f leads back to the place");
  snprintf(line, sizeof line, "\nnext %s\n", place_text);
  cr_expect(strstr(trial->output, line) != NULL, "one place on, and back");
}

/* Compares every place of the window; says how many had the class. */
static size_t compare_places(const struct trial *trial, const char *class) {
  size_t places = 0;
  size_t with = 0;
  const struct decided *before = NULL;
  if (trial->check.finding_count > 0) {
    compare_own(trial);
  }
  for (const char *at = trial->output; (at = strstr(at, "\nplace ")) != NULL; at++) {
    char kind[16];
    char says[16];
    unsigned long long boundary = 0;
    unsigned beat = 0;
    cr_assert_eq(sscanf(at, "\nplace %15s %llu %u %15s", kind, &boundary, &beat, says), 4);
    const struct decided *decided = find(&trial->record, kind, boundary, beat);
    cr_assert(decided != NULL, "%s %llu.%u was never decided", kind, boundary, beat);
    cr_expect_str_eq(says, class_of(decided), "%s %llu.%u: the page says %s, the check %s",
                     kind, boundary, beat, says, class_of(decided));
    cr_expect(before == NULL || decided > before, "places come once, and in order");
    before = decided;
    with += strcmp(says, class) == 0;
    places++;
  }
  cr_expect_gt(places, 50, "%zu places", places);
  return with;
}

static void expect_lines(const struct trial *trial, const char *const *lines, size_t count) {
  for (size_t i = 0; i < count; i++) {
    cr_expect(strstr(trial->output, lines[i]) != NULL, "missing: %s\n%s", lines[i],
              trial->output);
  }
}

Test(page, torn_enum_is_torn_and_fine_where_the_check_decided_so) {
  if (!has_browser()) {
    return;
  }
  struct trial trial;
  begin(&trial, FIRMWARE_DIR "/torn_enum-m3-O2.elf");
  cr_expect_gt(compare_places(&trial, "torn"), 5);
  cr_expect_gt(compare_places(&trial, "fine"), 5);
  cr_expect_gt(compare_places(&trial, "off"), 5);
  static const char *const lines[] = {
      "the handler read 0xffffffff_ffffffff, not a value of this type",
      "ldrd ",
      "bytes nnnnoooo\n",
      "frame 8\n",
      "listed 4 in 1\nlisted 2 in 1\nlisted 0 in 0\n",
      "finding 1\n",
  };
  expect_lines(&trial, lines, sizeof lines / sizeof lines[0]);
  end(&trial);
}

Test(page, masked_places_are_masked) {
  if (!has_browser()) {
    return;
  }
  struct trial trial;
  begin(&trial, FIRMWARE_DIR "/basepri_section_broken-m3-O2.elf");
  cr_expect_gt(compare_places(&trial, "masked"), 5);
  cr_expect_gt(compare_places(&trial, "torn"), 0);
  end(&trial);
}

/* Whether the finding comes with its last interrupt at this place. */
static bool shows_it(const struct trial *trial, const struct place *place) {
  const struct finding *finding = &trial->check.findings[0];
  struct schedule schedule = finding->schedule;
  struct check check;
  struct error error = {""};
  schedule.injections[schedule.count - 1].place = *place;
  cr_assert(explorer_replay(trial->image, &trial->options, &schedule, NULL, &check, &error),
            "%s", error.message);
  bool shows = false;
  for (size_t i = 0; i < check.finding_count; i++) {
    shows = shows || strcmp(check.findings[i].id, finding->id) == 0;
  }
  check_free(&check);
  return shows;
}

static enum place_kind kind_of(const char *name) {
  enum place_kind kind = PLACE_BOUNDARY;
  while ((unsigned)kind < PLACE_KIND_COUNT && strcmp(place_kind_name(kind), name) != 0) {
    kind++;
  }
  return kind;
}

/* Compares every place of the window where the last interrupt is taken at once with
 * a replay of its own, and counts the torn ones, those that are not, and the masked. */
struct tally {
  size_t torn, fine, masked;
};
static struct tally compare_replays(const struct trial *trial) {
  struct tally tally = {0};
  for (const char *at = trial->output; (at = strstr(at, "\nplace ")) != NULL; at++) {
    char kind[16];
    char says[16];
    unsigned long long boundary = 0;
    unsigned beat = 0;
    cr_assert_eq(sscanf(at, "\nplace %15s %llu %u %15s", kind, &boundary, &beat, says), 4);
    const struct place place = {
        .kind = kind_of(kind), .boundary = boundary, .beat = (uint8_t)beat};
    bool torn = strcmp(says, "torn") == 0;
    bool fine = strcmp(says, "fine") == 0;
    if (torn || fine) {
      cr_expect_eq(shows_it(trial, &place), torn, "%s %llu.%u: the page says %s", kind,
                   boundary, beat, says);
    }
    tally.torn += torn;
    tally.fine += fine;
    tally.masked += strcmp(says, "masked") == 0;
  }
  return tally;
}

/* Of several interrupts the last is dragged, and the others stay. */
Test(page, the_last_of_three_interrupts_is_dragged) {
  if (!has_browser()) {
    return;
  }
  struct trial trial;
  begin_deep(&trial, FIRMWARE_DIR "/relay-m3-O2.elf", 3);
  cr_assert_gt(trial.check.finding_count, 0);
  cr_assert_eq(trial.check.findings[0].schedule.count, 3);
  struct tally tally = compare_replays(&trial);
  cr_expect_gt(tally.torn, 0);
  cr_expect_gt(tally.fine, 2);
  cr_expect_gt(tally.masked, 2);
  static const char *const lines[] = {
      "own beat ",
      "\nfixed It is the last of 3. What came before it stays: IRQ 0 (IRQ0_Handler) before "
      "instruction ",
      "the handler read 0x11111111_22222222",
      "bytes nnnnoooo\n",
  };
  expect_lines(&trial, lines, sizeof lines / sizeof lines[0]);
  end(&trial);
}

/* Nothing is found in the repaired program, and the page shows why. */
Test(page, the_fixed_torn_enum_is_masked_where_it_was_torn) {
  if (!has_browser()) {
    return;
  }
  struct trial trial;
  begin(&trial, FIRMWARE_DIR "/torn_enum_fixed-m3-O2.elf");
  cr_assert_eq(trial.check.finding_count, 0);
  cr_expect_gt(compare_places(&trial, "masked"), 10);
  cr_expect_gt(compare_places(&trial, "fine"), 10);
  cr_expect_eq(compare_places(&trial, "torn"), 0);
  static const char *const lines[] = {"\nsays Masked ",
                                      "where the mask opened; the handler read"};
  expect_lines(&trial, lines, sizeof lines / sizeof lines[0]);
  end(&trial);
}

/* A hostile name can neither end the script element nor become markup. */
Test(page, the_data_cannot_end_their_element) {
  struct texts texts = {0};
  struct error error = {""};
  const char *path = "/tmp/tornword-page-<img src=x>&amp;'\".elf";
  char command[512];
  snprintf(command, sizeof command,
           "cp %s/torn_enum-m3-O2.elf \"/tmp/tornword-page-<img "
           "src=x>&amp;'\\\".elf\"",
           FIRMWARE_DIR);
  cr_assert_eq(system(command), 0);
  struct image *image = image_load(path, NULL, &error);
  unlink(path);
  cr_assert(image != NULL, "%s", error.message);
  struct explorer_options options = explorer_options_default(image);
  struct run_map map = {0};
  run_map_listen(&map, &options);
  options.max_instructions = 200;
  struct check check;
  cr_assert(explorer_check(image, &options, &check, &error));
  struct report report = {.image = image,
                          .check = &check,
                          .explorer = &options,
                          .shape = "",
                          .texts = &texts,
                          .map = &map,
                          .decoder = decoder_create()};
  char *text = NULL;
  size_t size = 0;
  FILE *memory = open_memstream(&text, &size);
  cr_assert(report_html(memory, &report));
  fclose(memory);
  char *data = strstr(text, "id=\"data\">");
  cr_assert(data != NULL);
  data += strlen("id=\"data\">");
  size_t length = strcspn(data, "<");
  cr_expect_eq(strncmp(data + length, "</script>", 9), 0, "the first < ends the data");
  cr_expect(strstr(text, "<img") == NULL);
  free(text);
  decoder_destroy(report.decoder);
  run_map_free(&map);
  check_free(&check);
  image_destroy(image);
  texts_free(&texts);
}
