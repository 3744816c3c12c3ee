/* The HTML report: one file, nothing fetched. The JSON report stands in it with
 * the windows around the findings; the page (report/page) draws from these. */
#include <stdlib.h>
#include <string.h>

#include "report/json.h"
#include "report/page_parts.h"
#include "report/report.h"
#include "report/report_document.h"
#include "report/run_map.h"
#include "report/window_json.h"
#include "sim/explore/shared.h"

enum { AROUND = 40, REACH = 160, WINDOWS_MOST = 64, SHARED_MOST = 8 };

struct windows {
  struct window_tables tables;
  struct window items[WINDOWS_MOST];
  size_t count;
  json_t *list;
};

/* Who is dragged: the exception that was injected last, or the one that came by
 * itself. */
static uint16_t dragged(const struct finding *finding) {
  const struct sighting *sighting = &finding->sighting;
  if (finding->exception != 0 || sighting->accesses == 0) {
    return finding->exception;
  }
  uint16_t intruder = sighting->access[sighting->intruder].context.exception;
  return intruder != 0 ? intruder : sighting->access[sighting->victim].context.exception;
}

/* The earlier of the two, if it is not too far from the place. */
static uint64_t reach_back(uint64_t place, uint64_t first, uint64_t boundary) {
  return boundary < first && place - boundary < REACH ? boundary : first;
}

/* From a little ahead of what matters to a little behind the place. */
static struct window window_of(const struct finding *finding) {
  const struct sighting *sighting = &finding->sighting;
  const struct schedule *schedule = &finding->schedule;
  struct window window = {.exception = dragged(finding), .leaf = sighting->leaf};
  uint64_t place = finding->place.boundary;
  uint64_t first = place;
  for (unsigned i = 0; i < sighting->accesses; i++) {
    first = reach_back(place, first, sighting->access[i].boundary);
  }
  for (unsigned i = 0; i + 1 < schedule->count; i++) {
    window.fixed[window.fixed_count++] = schedule->injections[i];
    first = reach_back(place, first, schedule->injections[i].place.boundary);
  }
  window.from = first > AROUND ? first - AROUND : 0;
  window.to = place + AROUND;
  return window;
}

static bool same_fixed(const struct window *a, const struct window *b) {
  bool same = a->fixed_count == b->fixed_count;
  for (unsigned i = 0; same && i < a->fixed_count; i++) {
    same = injection_equal(&a->fixed[i], &b->fixed[i]);
  }
  return same;
}

static bool same_window(const struct window *a, const struct window *b) {
  return a->from == b->from && a->to == b->to && a->exception == b->exception &&
         a->leaf == b->leaf && same_fixed(a, b);
}

/* Number of the window, or null: findings share windows. */
static json_t *window_number(struct windows *windows, struct window wanted) {
  size_t number = 0;
  while (number < windows->count && !same_window(&windows->items[number], &wanted)) {
    number++;
  }
  if (number == WINDOWS_MOST || wanted.exception == 0) {
    return json_null();
  }
  if (number == windows->count) {
    windows->items[windows->count++] = wanted;
    json_array_append_new(windows->list, window_json(&windows->tables, &wanted));
  }
  return json_count(number);
}

/* The names of an enum's values, by value. */
static json_t *values_json(const struct report *report, uint32_t index) {
  const struct leaf_table *table = &report->check->leaves;
  json_t *values = json_object();
  if (index >= leaf_total(table)) {
    return values;
  }
  const struct leaf leaf = leaf_get(table, index);
  for (uint32_t i = 0; i < leaf.value_count; i++) {
    const char *name = image_value_name(report->image, table, index, leaf.values[i]);
    const char *key = report_hex(report, leaf.values[i], leaf.size, false);
    json_put(values, key, json_clean(report->texts, name));
  }
  return values;
}

static bool is_reported(const struct report *report, uint32_t leaf) {
  for (size_t i = 0; i < report->check->finding_count; i++) {
    if (report_shows(report, &report->check->findings[i]) &&
        report->check->findings[i].sighting.leaf == leaf) {
      return true;
    }
  }
  return false;
}

/* Variables in use by two contexts of which nothing is reported:
 * the page can show that each place is masked or fine. */
static json_t *shared_json(struct windows *windows, const struct report *report) {
  struct shared_leaf list[SHARED_MOST];
  size_t count = explorer_shared(report->image, report->explorer, list, SHARED_MOST);
  json_t *shared = json_array();
  for (size_t i = 0; i < count; i++) {
    struct leaf_words leaf;
    if (is_reported(report, list[i].leaf) || !report_leaf(report, list[i].leaf, &leaf)) {
      continue;
    }
    const struct window window = {
        .from = list[i].boundary > AROUND ? list[i].boundary - AROUND : 0,
        .to = list[i].boundary + AROUND,
        .exception = list[i].exception,
        .leaf = list[i].leaf,
    };
    json_t *object = json_object();
    json_put(object, "variable", json_string(leaf.name));
    json_put(object, "type", json_string(leaf.type));
    json_put(object, "address", json_hex(report->texts, leaf.address, 4));
    json_put(object, "size", json_integer(leaf.size));
    json_put(object, "values", values_json(report, list[i].leaf));
    json_put(object, "boundary", json_count(list[i].boundary));
    json_put(object, "window", window_number(windows, window));
    json_array_append_new(shared, object);
  }
  return shared;
}

static void add_windows(json_t *document, const struct report *report) {
  struct windows windows = {.list = json_array()};
  window_tables_init(&windows.tables, report);
  json_t *findings = json_object_get(document, "findings");
  size_t shown = 0;
  for (size_t i = 0; i < report->check->finding_count; i++) {
    const struct finding *finding = &report->check->findings[i];
    if (!report_shows(report, finding)) {
      continue;
    }
    json_t *object = json_array_get(findings, shown++);
    json_put(object, "summary", json_string(finding_traits(finding->sighting.kind)->summary));
    json_put(object, "sentence", json_string(outcome_sentence(finding->outcome)));
    json_put(object, "values", values_json(report, finding->sighting.leaf));
    json_put(object, "window", window_number(&windows, window_of(finding)));
  }
  json_put(document, "shared", shared_json(&windows, report));
  json_put(document, "windows", windows.list);
  window_tables_put(&windows.tables, document);
  window_tables_fini(&windows.tables);
}

/* JSON inside a script element: nothing in it may end the element. */
static void write_data(FILE *out, const char *text) {
  for (const char *at = text; *at != '\0'; at++) {
    switch (*at) {
      case '<':
        fputs("\\u003c", out);
        break;
      case '>':
        fputs("\\u003e", out);
        break;
      case '&':
        fputs("\\u0026", out);
        break;
      default:
        fputc(*at, out);
    }
  }
}

bool report_html(FILE *out, const struct report *report) {
  json_t *document = report_document(report);
  add_windows(document, report);
  if (report->map != NULL) {
    json_put(document, "map", run_map_json(report->map, report));
  }
  char *text = json_dumps(document, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII);
  json_decref(document);
  if (text == NULL) {
    return false;
  }
  for (size_t i = 0; page_parts[i].name != NULL; i++) {
    if (page_parts[i].size == 0) {
      write_data(out, text);
    }
    fwrite(page_parts[i].bytes, 1, page_parts[i].size, out);
  }
  free(text);
  return ferror(out) == 0;
}
