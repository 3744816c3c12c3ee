#include "report/window_json.h"

#include <stdlib.h>
#include <string.h>

#include "report/json.h"
#include "report/listing.h"
#include "sim/error.h"

enum { REGISTERS = 16, SOURCE_AROUND = 4, STACK_WORDS = 48 };

struct writer {
  struct window_tables *tables;
  const struct window *window;
  json_t *spine, *places, *start;
  json_t *place, *tail; /* the open place's, or NULL */
  uint32_t registers[REGISTERS], kept_registers[REGISTERS];
  bool known, kept_known;
  uint64_t boundary, kept_boundary;
  bool astray;                    /* telling a place's own run */
  uint64_t skipped, kept_skipped; /* boundaries of idle steps that were left out */
};

static void table_init(struct table *table) {
  *table = (struct table){json_array(), json_object()};
}

static void table_fini(struct table *table) {
  json_decref(table->items);
  json_decref(table->index);
}

/* Takes over `value`; its number. */
static size_t table_add(struct table *table, json_t *value) {
  char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
  if (text == NULL) {
    abort();
  }
  const json_t *known = json_object_get(table->index, text);
  size_t number = json_array_size(table->items);
  if (known != NULL) {
    number = (size_t)json_integer_value(known);
    json_decref(value);
  } else {
    json_put(table->index, text, json_count(number));
    json_array_append_new(table->items, value);
  }
  free(text);
  return number;
}

void window_tables_init(struct window_tables *tables, const struct report *report) {
  *tables = (struct window_tables){.report = report};
  table_init(&tables->rows);
  table_init(&tables->contexts);
  table_init(&tables->masks);
  table_init(&tables->names);
  tables->code = json_object();
  tables->sources = json_object();
}

void window_tables_fini(struct window_tables *tables) {
  table_fini(&tables->rows);
  table_fini(&tables->contexts);
  table_fini(&tables->masks);
  table_fini(&tables->names);
  json_decref(tables->code);
  json_decref(tables->sources);
}

void window_tables_put(const struct window_tables *tables, json_t *document) {
  json_put(document, "rows", json_incref(tables->rows.items));
  json_put(document, "contexts", json_incref(tables->contexts.items));
  json_put(document, "masks", json_incref(tables->masks.items));
  json_put(document, "names", json_incref(tables->names.items));
  json_put(document, "code", json_incref(tables->code));
  json_put(document, "sources", json_incref(tables->sources));
}

static const char *bare_hex(struct writer *w, uint64_t value, unsigned size) {
  return texts_print(w->tables->report->texts, "%0*llx", (int)(2 * size),
                     (unsigned long long)value);
}

static void add_source(struct window_tables *tables, const struct source_frame *frame) {
  const struct report *report = tables->report;
  const char *name = texts_clean(report->texts, frame->file);
  json_t *lines = json_object_get(tables->sources, name);
  if (lines == NULL) {
    lines = json_object();
    json_put(tables->sources, name, lines);
  }
  uint32_t first = frame->line > SOURCE_AROUND ? frame->line - SOURCE_AROUND : 1;
  for (uint32_t line = first; line <= frame->line + SOURCE_AROUND; line++) {
    const char *key = texts_print(report->texts, "%u", line);
    char *text = json_object_get(lines, key) == NULL
                     ? image_source_line(report->image, frame->file, line)
                     : NULL;
    if (text != NULL) {
      for (char *tab = strchr(text, '\t'); tab != NULL; tab = strchr(tab, '\t')) {
        *tab = ' ';
      }
      json_put(lines, key, json_string(texts_adopt(report->texts, text)));
    }
  }
}

static void add_instruction(struct window_tables *tables,
                            const struct instruction *instruction) {
  const struct report *report = tables->report;
  const char *key = texts_print(report->texts, "%08x", instruction->pc);
  if (json_object_get(tables->code, key) != NULL) {
    return;
  }
  char text[DECODE_TEXT];
  listing_text(report->decoder, report->image, instruction, text);
  struct source_frame frame = {0};
  if (!image_line_at(report->image, instruction->pc, &frame)) {
    const struct function *function = image_function_at(report->image, instruction->pc);
    frame = (struct source_frame){.function = function != NULL ? function->name : NULL};
  }
  json_t *entry = json_object();
  json_put(entry, "text", json_string(texts_clean(report->texts, text)));
  json_put(entry, "function", json_clean(report->texts, frame.function));
  if (frame.file != NULL) {
    json_put(entry, "file", json_clean(report->texts, frame.file));
    json_put(entry, "line", json_integer(frame.line));
    add_source(tables, &frame);
  }
  json_put(tables->code, key, entry);
}

/* The instruction and those around it. */
static void add_code(struct window_tables *tables, uint32_t pc) {
  struct instruction listing[LISTING_MAX];
  const char *key = texts_print(tables->report->texts, "%08x", pc);
  json_t *known = json_object_get(tables->code, key);
  if (known != NULL && json_object_get(known, "ran") != NULL) {
    return;
  }
  size_t count = listing_around(tables->report->image, pc, listing);
  for (size_t i = 0; i < count; i++) {
    add_instruction(tables, &listing[i]);
  }
  known = json_object_get(tables->code, key);
  if (known != NULL) {
    json_put(known, "ran", json_true());
  }
}

static json_t *context_number(struct writer *w, struct context context) {
  const struct report *report = w->tables->report;
  json_t *value = json_object();
  json_put(value, "exception", json_integer(context.exception));
  json_put(value, "name", json_string(report_exception(report, context.exception)));
  return json_count(table_add(&w->tables->contexts, value));
}

static json_t *mask_number(struct writer *w, const struct mask_state *mask) {
  return json_count(table_add(
      &w->tables->masks,
      json_pack("[i,i,i,i]", mask->primask, mask->faultmask, mask->basepri, mask->priority)));
}

/* Registers that differ from those of the row before: number, value, ... */
static json_t *changed_registers(struct writer *w, const struct step_state *state) {
  uint32_t now[REGISTERS];
  memcpy(now, state->r, sizeof state->r);
  now[13] = state->sp;
  now[14] = state->lr;
  now[15] = state->xpsr;
  json_t *list = json_array();
  for (unsigned i = 0; i < REGISTERS; i++) {
    if (!w->known || now[i] != w->registers[i]) {
      json_array_append_new(list, json_integer(i));
      json_array_append_new(list, json_string(bare_hex(w, now[i], 4)));
    }
  }
  memcpy(w->registers, now, sizeof now);
  w->known = true;
  return list;
}

static json_t *name_number(struct writer *w, uint32_t leaf) {
  const struct report *report = w->tables->report;
  if (leaf == LEAF_NONE || leaf >= leaf_total(&report->check->leaves)) {
    return json_integer(-1);
  }
  char *name = image_leaf_name(report->image, &report->check->leaves, leaf);
  return json_count(
      table_add(&w->tables->names, json_string(texts_adopt(report->texts, name))));
}

/* [what, address, size, value, name] */
static json_t *accesses_json(struct writer *w, const struct step *step) {
  json_t *list = json_array();
  for (size_t i = 0; i < step->event_count; i++) {
    const struct event *event = &step->events[i];
    if (event->kind == EVENT_ENTRY || event->kind == EVENT_RETURN ||
        event->kind == EVENT_RESTART) {
      continue;
    }
    json_t *access = json_array();
    json_array_append_new(access, json_string(event_kind_name((enum event_kind)event->kind)));
    json_array_append_new(access, json_string(bare_hex(w, event->address, 4)));
    json_array_append_new(access, json_integer(event->size));
    json_array_append_new(
        access, json_string(bare_hex(w, event->value, event->size > 0 ? event->size : 4)));
    json_array_append_new(access, name_number(w, event->leaf));
    json_array_append_new(list, access);
  }
  return list;
}

static json_t *words_json(struct writer *w, const uint8_t *bytes, size_t words) {
  json_t *list = json_array();
  for (size_t i = 0; i < words; i++) {
    uint32_t word = 0;
    memcpy(&word, bytes + 4 * i, sizeof word);
    json_array_append_new(list, json_string(bare_hex(w, word, 4)));
  }
  return list;
}

static void put_start_stack(struct writer *w, const struct step_state *state) {
  size_t words = state->stack != NULL ? state->stack_size / 4 : 0;
  json_put(w->start, "sp", json_string(bare_hex(w, state->sp, 4)));
  json_put(w->start, "stack",
           words_json(w, state->stack, words < STACK_WORDS ? words : STACK_WORDS));
}

/* [kind, boundaries since the row before, pc, context, mask, registers,
 *  accesses, other context, frame address, frame]; short where nothing follows. */
static json_t *row_json(struct writer *w, const struct step *step) {
  json_t *row = json_array();
  json_array_append_new(row, json_integer((json_int_t)step->kind));
  json_array_append_new(row, json_integer((json_int_t)(step->boundary - w->boundary)));
  json_array_append_new(row, json_string(bare_hex(w, step->pc, 4)));
  json_array_append_new(row, context_number(w, step->context));
  json_array_append_new(row, mask_number(w, &step->mask));
  json_array_append_new(row, changed_registers(w, step->state));
  json_array_append_new(row, accesses_json(w, step));
  if (step->kind != STEP_INSTRUCTION) {
    json_array_append_new(row, context_number(w, step->other));
  }
  if (step->kind == STEP_ENTRY && step->state->frame != NULL) {
    json_array_append_new(row, json_string(bare_hex(w, step->state->frame_address, 4)));
    json_array_append_new(row, words_json(w, step->state->frame, FRAME_BYTES / 4));
  }
  w->boundary = step->boundary;
  return row;
}

static void on_begin(void *argument, const struct window_start *start) {
  struct writer *w = argument;
  w->boundary = start->boundary;
  json_put(w->start, "boundary", json_count(start->boundary));
  json_put(w->start, "value", json_string(bare_hex(w, start->value, 8)));
  json_put(w->start, "new_bytes", json_integer(start->new_bytes));
}

/* Takes over the row. A program that stands still, the same row again and again,
 * is told twice only; the next row says how many boundaries passed. */
static void append_row(struct writer *w, json_t *list, json_t *row) {
  size_t count = json_array_size(list);
  json_int_t passed = json_integer_value(json_array_get(row, 1));
  json_int_t number = (json_int_t)table_add(&w->tables->rows, json_deep_copy(row));
  bool idle = count >= 2 && json_integer_value(json_array_get(list, count - 1)) == number &&
              json_integer_value(json_array_get(list, count - 2)) == number;
  if (idle) {
    w->skipped += (uint64_t)passed;
    json_decref(row);
    return;
  }
  if (w->skipped > 0) {
    json_array_set_new(row, 1, json_integer(passed + (json_int_t)w->skipped));
    number = (json_int_t)table_add(&w->tables->rows, json_deep_copy(row));
  }
  w->skipped = 0;
  json_decref(row);
  json_array_append_new(list, json_integer(number));
}

/* Behind a place's own run, rows follow the spine's last again. */
static void back_to_spine(struct writer *w) {
  if (w->astray) {
    memcpy(w->registers, w->kept_registers, sizeof w->registers);
    w->known = w->kept_known;
    w->boundary = w->kept_boundary;
    w->skipped = w->kept_skipped;
  }
  w->astray = false;
}

static void on_step(void *argument, const struct step *step) {
  struct writer *w = argument;
  if (step->on_spine) {
    back_to_spine(w);
  }
  if (step->on_spine && json_array_size(w->spine) == 0) {
    put_start_stack(w, step->state);
  }
  if (step->kind == STEP_INSTRUCTION) {
    add_code(w->tables, step->pc);
  }
  append_row(w, step->on_spine ? w->spine : w->tail, row_json(w, step));
}

static const char *bar_name(enum window_bar bar) {
  static const char *const names[] = {NULL,      "not-enabled", "active",
                                      "pending", "masked",      "withheld"};
  return names[bar];
}

static void on_open(void *argument, const struct window_place *opened) {
  struct writer *w = argument;
  w->place = json_object();
  w->tail = json_array();
  json_put(w->place, "kind", json_string(place_kind_name(opened->place.kind)));
  json_put(w->place, "boundary", json_count(opened->place.boundary));
  json_put(w->place, "beat", json_integer(opened->place.beat));
  json_put(w->place, "pc", json_string(bare_hex(w, opened->place.pc, 4)));
  json_put(w->place, "row", json_count(json_array_size(w->spine)));
  json_put(w->place, "context", context_number(w, opened->context));
  json_put(w->place, "decision", json_string(decision_name(opened->decision)));
  json_put(w->place, "bar", json_text(bar_name(opened->bar)));
  json_put(w->place, "mask", mask_number(w, &opened->mask));
  json_put(w->place, "interrupt_priority", json_integer(opened->mask.interrupt_priority));
  memcpy(w->kept_registers, w->registers, sizeof w->registers);
  w->kept_known = w->known;
  w->kept_boundary = w->boundary;
  w->kept_skipped = w->skipped;
  w->skipped = 0;
  w->astray = true;
}

static json_t *shown_here(const struct writer *w, const struct window_end *end) {
  json_t *list = json_array();
  for (size_t i = 0; i < end->finding_count; i++) {
    const struct finding *finding = &end->findings[i];
    if (finding->exception == 0) {
      continue; /* the spine's own */
    }
    json_t *item = json_object();
    json_put(item, "id", json_string(finding->id));
    json_put(item, "kind", json_string(finding_traits(finding->sighting.kind)->name));
    json_put(item, "outcome", json_string(outcome_name(finding->outcome)));
    json_put(item, "here", json_boolean(finding->sighting.leaf == w->window->leaf));
    json_array_append_new(list, item);
  }
  return list;
}

static void on_close(void *argument, const struct window_end *end) {
  struct writer *w = argument;
  json_put(w->place, "entered", end->entered ? json_count(end->entered_at) : json_null());
  json_put(w->place, "cut", json_boolean(end->cut));
  json_put(w->place, "findings", shown_here(w, end));
  json_put(w->place, "tail", w->tail);
  json_array_append_new(w->places, w->place);
  w->place = NULL;
  w->tail = NULL;
  back_to_spine(w);
}

json_t *window_json(struct window_tables *tables, const struct window *window) {
  struct writer w = {
      .tables = tables,
      .window = window,
      .spine = json_array(),
      .places = json_array(),
      .start = json_object(),
  };
  const struct window_listener listener = {
      .argument = &w, .begin = on_begin, .step = on_step, .open = on_open, .close = on_close};
  struct error error = {""};
  const struct report *report = tables->report;
  bool ran = explorer_window(report->image, report->explorer, window, &listener, &error);
  json_t *object = json_object();
  json_put(object, "exception", json_integer(window->exception));
  json_put(object, "name", json_string(report_exception(report, window->exception)));
  json_put(object, "start", w.start);
  json_put(object, "spine", w.spine);
  json_put(object, "places", w.places);
  if (!ran) {
    json_decref(object);
    return json_null();
  }
  return object;
}
