/* JSON lines of a run: the first says which run it is, then one for each
 * instruction and each event, in order. Keys stand in a fixed order. */
#include "report/json.h"
#include "report/trace.h"

enum { SCHEMA = 1 };

static bool put_line(FILE *out, json_t *object) {
  int failure = json_dumpf(object, out, JSON_COMPACT | JSON_PRESERVE_ORDER);
  json_decref(object);
  return failure == 0 && fputc('\n', out) != EOF;
}

static json_t *line(const struct trace *trace, const char *event, uint64_t boundary,
                    struct context context, uint32_t pc) {
  const struct report *report = trace->report;
  json_t *object = json_object();
  json_put(object, "event", json_string(event));
  json_put(object, "boundary", json_count(boundary));
  json_put(object, "context", json_string(report_exception(report, context.exception)));
  json_put(object, "exception", json_integer(context.exception));
  json_put(object, "activation", json_integer(context.serial));
  json_put(object, "pc", json_hex(report->texts, pc, 4));
  return object;
}

static json_t *head(const struct trace *trace) {
  const struct report *report = trace->report;
  json_t *object = json_object();
  json_put(object, "schema", json_integer(SCHEMA));
  json_put(object, "tool", json_tool());
  json_put(object, "image", json_clean(report->texts, image_path(report->image)));
  json_put(object, "sha256", json_string(image_sha256_text(report->image)));
  json_put(object, "schedule", json_clean(report->texts, trace->token));
  json_put(object, "finding", json_text(trace->finding != NULL ? trace->finding->id : NULL));
  return object;
}

static json_t *instruction_line(const struct trace *trace, size_t index) {
  const struct step *step = &trace->recording->steps[index].step;
  struct source_frame frame = {0};
  bool known = image_line_at(trace->report->image, step->pc, &frame) && frame.file != NULL;
  json_t *object = line(trace, "instruction", step->boundary, step->context, step->pc);
  json_put(object, "text", json_string(trace_text(trace, index)));
  json_put(object, "function", json_string(trace_function(trace, step->pc)));
  json_put(object, "file", json_clean(trace->report->texts, known ? frame.file : NULL));
  json_put(object, "line", known ? json_integer(frame.line) : json_null());
  json_put(object, "priority", json_integer(step->mask.priority));
  return object;
}

static void put_access(json_t *object, const struct trace *trace, const struct event *event) {
  const struct report *report = trace->report;
  const struct leaf_table *table = &report->check->leaves;
  bool named = event->leaf < leaf_total(table);
  json_put(object, "beat", json_integer(event->beat));
  json_put(object, "address", json_hex(report->texts, event->address, 4));
  json_put(object, "size", json_integer(event->size));
  json_put(object, "value", json_hex(report->texts, event->value, event->size));
  if (event->kind == EVENT_WRITE) {
    json_put(object, "old", json_hex(report->texts, event->old, event->size));
  }
  json_put(object, "variable",
           named ? json_string(texts_adopt(report->texts,
                                           image_leaf_name(report->image, table, event->leaf)))
                 : json_null());
}

static json_t *event_line(const struct trace *trace, const struct event *event) {
  const struct report *report = trace->report;
  json_t *object = line(trace, event_kind_name((enum event_kind)event->kind), event->boundary,
                        event->context, event->pc);
  switch ((enum event_kind)event->kind) {
    case EVENT_READ:
    case EVENT_WRITE:
    case EVENT_DEVICE_READ:
    case EVENT_DEVICE_WRITE:
      put_access(object, trace, event);
      break;
    case EVENT_ENTRY:
      json_put(object, "injected", json_boolean((event->flags & EVENT_INJECTED) != 0));
      json_put(object, "preempts",
               json_string(report_exception(report, event->other.exception)));
      break;
    case EVENT_RETURN:
      json_put(object, "returns_to",
               json_string(report_exception(report, event->other.exception)));
      break;
    case EVENT_BKPT:
    case EVENT_FAULT:
      json_put(object, "value", json_count(event->value));
      break;
    case EVENT_STACK_LOW:
      json_put(object, "address", json_hex(report->texts, event->address, 4));
      json_put(object, "limit", json_hex(report->texts, event->value, 4));
      break;
    case EVENT_SPIN:
    case EVENT_STACK_READ:
    case EVENT_STACK_WRITE:
    case EVENT_MASK:
    case EVENT_PRIORITY:
    case EVENT_CALL:
    case EVENT_LEAVE:
    case EVENT_REGION:
    case EVENT_REGION_END:
    case EVENT_RESTART:
    case EVENT_SLEEP:
    case EVENT_LOCKUP:
    case EVENT_RESET:
      break;
  }
  return object;
}

bool trace_jsonl(FILE *out, const struct trace *trace) {
  bool good = put_line(out, head(trace));
  for (size_t i = 0; i < trace->count && good; i++) {
    const struct step *step = &trace->recording->steps[i].step;
    const struct event *events = recording_events(trace->recording, i);
    good = step->kind != STEP_INSTRUCTION || put_line(out, instruction_line(trace, i));
    for (size_t k = 0; k < step->event_count && good; k++) {
      good = put_line(out, event_line(trace, &events[k]));
    }
  }
  return good;
}
