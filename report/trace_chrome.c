/* A trace in Chrome's JSON format, for Perfetto and chrome://tracing: a track
 * for each context, a slice for each stretch of a function, instants for the
 * accesses to the finding's variable, and an arrow between the two accesses that
 * make the finding. One boundary is one microsecond. */
#include <string.h>

#include "report/json.h"
#include "report/trace.h"

struct chrome {
  const struct trace *trace;
  json_t *events;
};

static json_t *entry(const char *phase, const char *name, uint64_t time, unsigned track) {
  json_t *object = json_object();
  json_put(object, "ph", json_string(phase));
  json_put(object, "name", json_string(name));
  json_put(object, "pid", json_integer(1));
  json_put(object, "tid", json_integer((json_int_t)track));
  json_put(object, "ts", json_count(time));
  return object;
}

static void add_name(const struct chrome *chrome, const char *what, unsigned track,
                     const char *name) {
  json_t *object = entry("M", what, 0, track);
  json_put(object, "args", json_pack("{s:s}", "name", name));
  json_array_append_new(chrome->events, object);
}

static void add_tracks(const struct chrome *chrome) {
  const struct trace *trace = chrome->trace;
  const struct report *report = trace->report;
  add_name(chrome, "process_name", 0, texts_clean(report->texts, image_path(report->image)));
  uint8_t seen[1024] = {0};
  for (size_t i = 0; i < trace->count; i++) {
    unsigned exception = trace->recording->steps[i].step.context.exception;
    if (exception < sizeof seen && !seen[exception]) {
      seen[exception] = 1;
      add_name(chrome, "thread_name", exception, report_exception(report, exception));
    }
  }
}

/* Steps from `index` in one function of one context. */
static size_t stretch_end(const struct trace *trace, size_t index) {
  const struct step *first = &trace->recording->steps[index].step;
  const char *function = trace_function(trace, first->pc);
  size_t end = index + 1;
  while (end < trace->count) {
    const struct step *step = &trace->recording->steps[end].step;
    if (step->kind != STEP_INSTRUCTION || !context_equal(step->context, first->context) ||
        strcmp(trace_function(trace, step->pc), function) != 0) {
      break;
    }
    end++;
  }
  return end;
}

static void add_stretches(const struct chrome *chrome) {
  const struct trace *trace = chrome->trace;
  for (size_t i = 0; i < trace->count;) {
    const struct step *step = &trace->recording->steps[i].step;
    if (step->kind != STEP_INSTRUCTION) {
      i++;
      continue;
    }
    size_t end = stretch_end(trace, i);
    const struct step *last = &trace->recording->steps[end - 1].step;
    json_t *object =
        entry("X", trace_function(trace, step->pc), step->boundary, step->context.exception);
    json_put(object, "dur", json_count(last->boundary + 1 - step->boundary));
    json_array_append_new(chrome->events, object);
    i = end;
  }
}

static void add_instants(const struct chrome *chrome) {
  const struct trace *trace = chrome->trace;
  const struct report *report = trace->report;
  struct leaf_words leaf;
  if (trace->finding == NULL || !report_leaf(report, trace->finding->sighting.leaf, &leaf)) {
    return;
  }
  for (size_t i = 0; i < trace->count; i++) {
    const struct step *step = &trace->recording->steps[i].step;
    const struct event *events = recording_events(trace->recording, i);
    for (size_t k = 0; k < step->event_count; k++) {
      bool write = events[k].kind == EVENT_WRITE;
      if (events[k].leaf != trace->finding->sighting.leaf ||
          (!write && events[k].kind != EVENT_READ)) {
        continue;
      }
      const char *name =
          texts_print(report->texts, "%s %s %s", write ? "write" : "read", leaf.name,
                      report_hex(report, events[k].value, events[k].size, true));
      json_t *object = entry("i", name, step->boundary, step->context.exception);
      json_put(object, "s", json_string("t"));
      json_put(object, "args", json_pack("{s:s}", "instruction", trace_text(trace, i)));
      json_array_append_new(chrome->events, object);
    }
  }
}

static void add_finding(const struct chrome *chrome) {
  const struct finding *finding = chrome->trace->finding;
  if (finding == NULL || finding->sighting.accesses == 0) {
    return;
  }
  const struct sighting *sighting = &finding->sighting;
  const char *kind = finding_traits(sighting->kind)->name;
  const struct access *first = &sighting->access[sighting->victim];
  const struct access *then = &sighting->access[sighting->intruder];
  if (first->boundary > then->boundary) {
    const struct access *later = first;
    first = then;
    then = later;
  }
  json_t *start = entry("s", kind, first->boundary, first->context.exception);
  json_t *finish = entry("f", kind, then->boundary, then->context.exception);
  json_t *instant = entry("i", kind, then->boundary, then->context.exception);
  json_put(start, "cat", json_string("finding"));
  json_put(start, "id", json_integer(1));
  json_put(finish, "cat", json_string("finding"));
  json_put(finish, "id", json_integer(1));
  json_put(finish, "bp", json_string("e"));
  json_put(instant, "s", json_string("g"));
  json_array_append_new(chrome->events, start);
  json_array_append_new(chrome->events, finish);
  json_array_append_new(chrome->events, instant);
}

bool trace_chrome(FILE *out, const struct trace *trace) {
  const struct chrome chrome = {trace, json_array()};
  add_tracks(&chrome);
  add_stretches(&chrome);
  add_instants(&chrome);
  add_finding(&chrome);
  json_t *other = json_object();
  json_put(other, "schedule", json_clean(trace->report->texts, trace->token));
  json_put(other, "unit", json_string("one boundary is shown as one microsecond"));
  json_t *document = json_object();
  json_put(document, "displayTimeUnit", json_string("ns"));
  json_put(document, "otherData", other);
  json_put(document, "traceEvents", chrome.events);
  return json_write(out, document);
}
