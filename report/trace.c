#include "report/trace.h"

#include <string.h>

#include "sim/machine/decode.h"

/* The last boundary that is told: a little behind the finding's last access. */
static uint64_t last_access(const struct finding *finding) {
  const struct sighting *sighting = finding != NULL ? &finding->sighting : NULL;
  if (sighting == NULL || sighting->accesses == 0) {
    return UINT64_MAX;
  }
  return sighting->access[sighting->accesses - 1].boundary + TRACE_AFTER;
}

struct trace trace_of(const struct report *report, const struct recording *recording,
                      const struct finding *finding) {
  struct trace trace = {
      .report = report,
      .recording = recording,
      .count = recording->count,
      .finding = finding,
      .token = report->token,
  };
  while (trace.count > 0 && recording->steps[trace.count - 1].step.on_spine) {
    trace.count--;
  }
  trace.count = trace.count > 0 ? trace.count : recording->count; /* nothing was injected */
  uint64_t last = last_access(finding);
  while (trace.count > 0 && recording->steps[trace.count - 1].step.boundary > last) {
    trace.count--;
  }
  return trace;
}

const char *trace_function(const struct trace *trace, uint32_t pc) {
  const struct image *image = trace->report->image;
  struct source_frame frame = {0};
  if (!image_line_at(image, pc, &frame) || frame.function == NULL) {
    const struct function *function = image_function_at(image, pc);
    frame.function = function != NULL ? function->name : NULL;
  }
  return texts_clean(trace->report->texts, frame.function);
}

const char *trace_text(const struct trace *trace, size_t index) {
  const struct recorded *recorded = &trace->recording->steps[index];
  const struct step *step = &recorded->step;
  char text[DECODE_TEXT] = "?";
  if (trace->report->decoder != NULL && step->size > 0) {
    decode_text(trace->report->decoder, recorded->code, step->size, step->pc, step->it_state,
                text);
  }
  for (char *tab = strchr(text, '\t'); tab != NULL; tab = strchr(tab, '\t')) {
    *tab = ' ';
  }
  return texts_clean(trace->report->texts, text);
}

struct leaf trace_leaf(const struct trace *trace) {
  const struct leaf_table *table = &trace->report->check->leaves;
  uint32_t index = trace->finding != NULL ? trace->finding->sighting.leaf : LEAF_NONE;
  return index < leaf_total(table) ? leaf_get(table, index) : (struct leaf){0};
}

bool trace_write(FILE *out, const struct trace *trace, enum trace_format format) {
  static bool (*const writers[])(FILE * out, const struct trace *trace) = {
      [TRACE_JSONL] = trace_jsonl, [TRACE_VCD] = trace_vcd, [TRACE_CHROME] = trace_chrome};
  return writers[format](out, trace) && ferror(out) == 0;
}
