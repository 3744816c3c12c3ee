#include "report/narration.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/sections.h"
#include "sim/machine/decode.h"

enum {
  COLUMN = PAGE_WIDTH / 2,
  AFTER = 4,    /* steps told behind the last access of the finding */
  GAP = 24,     /* a longer stretch without anything of note is cut */
  GAP_EDGE = 6, /* and so much of it is left at either end */
  TEXT_INDENT = 20
};

struct narration {
  const struct page *page;
  const struct report *report;
  const struct recording *recording;
  const struct finding *finding;
  struct context left;
  struct leaf leaf;  /* of the finding */
  uint8_t new_bytes; /* of the leaf, since its last whole write */
  struct {
    const char *function;
    uint32_t line;
  } at[2]; /* each column's place in the source */
};

static bool has_leaf(const struct narration *narration) {
  return narration->leaf.size > 0;
}

/* The right column is for what came after the interrupted context began: what it
 * preempted itself stays on the left. */
static unsigned side_of(const struct narration *narration, struct context context) {
  return context.serial > narration->left.serial ? 1 : 0;
}

/* One line in one column; text that does not fit is cut. */
static void print_cell(const struct narration *narration, unsigned side, enum ink ink,
                       const char *text) {
  int room = side == 0 ? COLUMN - 1 : COLUMN;
  fprintf(narration->page->out, "%*s%s%.*s%s\n", side == 0 ? 0 : COLUMN, "",
          ink == INK_OFF ? "" : page_ink(narration->page, ink), page_fit(text, room), text,
          ink == INK_OFF ? "" : page_ink(narration->page, INK_OFF));
}

static void print_banner(const struct narration *narration, const char *text) {
  fprintf(narration->page->out, "%s---- %s ----%s\n", page_ink(narration->page, INK_WARNING),
          text, page_ink(narration->page, INK_OFF));
}

/* Says function and source line when they change. */
static void print_source(struct narration *narration, unsigned side, uint32_t pc) {
  struct texts *texts = narration->report->texts;
  const struct image *image = narration->report->image;
  struct source_frame frame = {0};
  if (!image_line_at(image, pc, &frame)) {
    const struct function *function = image_function_at(image, pc);
    frame.function = function != NULL ? function->name : NULL;
  }
  bool same_function = frame.function == narration->at[side].function ||
                       (frame.function != NULL && narration->at[side].function != NULL &&
                        strcmp(frame.function, narration->at[side].function) == 0);
  if (same_function && frame.line == narration->at[side].line) {
    return;
  }
  narration->at[side].function = frame.function;
  narration->at[side].line = frame.line;
  if (frame.file == NULL) {
    print_cell(narration, side, INK_DIM,
               texts_print(texts, "%s:", texts_clean(texts, frame.function)));
    return;
  }
  const char *base = strrchr(frame.file, '/');
  char *source = image_source_line(image, frame.file, frame.line);
  const char *text = source != NULL ? texts_clean(texts, source + strspn(source, " \t")) : "";
  free(source);
  print_cell(
      narration, side, INK_DIM,
      texts_print(texts, "%s %s:%u: %s", texts_clean(texts, frame.function),
                  texts_clean(texts, base != NULL ? base + 1 : frame.file), frame.line, text));
}

static bool of_leaf(const struct narration *narration, const struct event *event) {
  return has_leaf(narration) && event->leaf == narration->finding->sighting.leaf;
}

uint8_t narration_follow(const struct leaf *leaf, uint8_t new_bytes,
                         const struct event *event) {
  unsigned bytes = ((1U << event->size) - 1U) << (event->address - leaf->address);
  bool whole = new_bytes == leaf_byte_mask(leaf);
  return (uint8_t)((whole ? 0U : new_bytes) | bytes);
}

static void print_leaf(const struct narration *narration, const struct event *event) {
  struct texts *texts = narration->report->texts;
  struct leaf_words words;
  if (narration->leaf.size > 8 ||
      !report_leaf(narration->report, narration->finding->sighting.leaf, &words)) {
    return;
  }
  const char *head = texts_print(texts, "%*s%s = ", TEXT_INDENT, "", words.name);
  fprintf(narration->page->out, "%s%s%s%s\n", page_ink(narration->page, INK_BOLD), head,
          report_hex(narration->report, event->whole, words.size, true),
          page_ink(narration->page, INK_OFF));
  uint8_t all = leaf_byte_mask(&narration->leaf);
  if (narration->new_bytes != 0 && narration->new_bytes != all) {
    fprintf(narration->page->out, "%*s", (int)strlen(head), "");
    section_marks(narration->page, words.size, narration->new_bytes);
  }
}

static bool is_access(const struct event *event) {
  return event->kind == EVENT_READ || event->kind == EVENT_WRITE ||
         event->kind == EVENT_DEVICE_READ || event->kind == EVENT_DEVICE_WRITE;
}

const char *narration_event(const struct report *report, const struct event *event) {
  if (!is_access(event)) {
    return event_kind_name((enum event_kind)event->kind);
  }
  const struct leaf_table *table = &report->check->leaves;
  bool named = event->leaf != LEAF_NONE && event->leaf < leaf_total(table);
  const char *name =
      named ? texts_adopt(report->texts, image_leaf_name(report->image, table, event->leaf))
            : texts_print(report->texts, "[0x%08x]", event->address);
  bool write = event->kind == EVENT_WRITE || event->kind == EVENT_DEVICE_WRITE;
  struct leaf leaf = {0};
  const char *offset = "";
  if (named) {
    leaf = leaf_get(table, event->leaf);
    offset = event->size == leaf.size
                 ? ""
                 : texts_print(report->texts, " byte %u..%u", event->address - leaf.address,
                               event->address - leaf.address + event->size - 1);
  }
  return texts_print(report->texts, "%s %s%s %s", write ? "writes" : "reads", name, offset,
                     report_hex(report, event->value, event->size, true));
}

static const char *event_text(const struct narration *narration, const struct event *event) {
  return texts_print(narration->report->texts, "%*s%s", TEXT_INDENT, "",
                     narration_event(narration->report, event));
}

static void print_instruction(struct narration *narration, size_t index) {
  const struct recorded *recorded = &narration->recording->steps[index];
  const struct step *step = &recorded->step;
  unsigned side = side_of(narration, step->context);
  print_source(narration, side, step->pc);
  char text[DECODE_TEXT] = "?";
  if (narration->report->decoder != NULL && step->size > 0) {
    decode_text(narration->report->decoder, recorded->code, step->size, step->pc,
                step->it_state, text);
  }
  print_cell(narration, side, INK_OFF,
             texts_print(narration->report->texts, "%8" PRIu64 " 0x%08x %s", step->boundary,
                         step->pc, text));
  const struct event *events = recording_events(narration->recording, index);
  for (size_t i = 0; i < step->event_count; i++) {
    bool ours = of_leaf(narration, &events[i]);
    print_cell(narration, side, ours ? INK_BOLD : INK_DIM, event_text(narration, &events[i]));
    if (ours && events[i].kind == EVENT_WRITE) {
      narration->new_bytes =
          narration_follow(&narration->leaf, narration->new_bytes, &events[i]);
      print_leaf(narration, &events[i]);
    }
  }
}

static void print_step(struct narration *narration, size_t index) {
  const struct step *step = &narration->recording->steps[index].step;
  const struct report *report = narration->report;
  struct texts *texts = report->texts;
  const char *name = report_exception(report, step->context.exception);
  const char *other = report_exception(report, step->other.exception);
  switch (step->kind) {
    case STEP_INSTRUCTION:
      print_instruction(narration, index);
      break;
    case STEP_ENTRY:
      print_banner(narration,
                   texts_print(texts, "%" PRIu64 ": %s is entered, %s waits at 0x%08x",
                               step->boundary, name, other, step->pc));
      break;
    case STEP_RETURN:
      print_banner(narration, texts_print(texts, "%" PRIu64 ": %s returns to %s at 0x%08x",
                                          step->boundary, name, other, step->pc));
      break;
    case STEP_RESTART:
      print_banner(narration,
                   texts_print(texts,
                               "%" PRIu64 ": the instruction at 0x%08x begins again, "
                               "what it wrote stands",
                               step->boundary, step->pc));
      break;
  }
}

/* Whether the step is one of those that a cut leaves in. */
static bool of_note(const struct narration *narration, size_t index) {
  const struct step *step = &narration->recording->steps[index].step;
  if (step->kind != STEP_INSTRUCTION) {
    return true;
  }
  const struct event *events = recording_events(narration->recording, index);
  for (size_t i = 0; i < step->event_count; i++) {
    if (of_leaf(narration, &events[i])) {
      return true;
    }
  }
  return false;
}

/* First step of note at or behind `index`, at most `end`. */
static size_t next_of_note(const struct narration *narration, size_t index, size_t end) {
  while (index < end && !of_note(narration, index)) {
    index++;
  }
  return index;
}

/* The steps that the finding spans, with a few before and behind. */
static void window(const struct narration *narration, size_t *begin, size_t *end) {
  const struct recording *recording = narration->recording;
  *begin = 0;
  *end = recording->count;
  if (narration->finding == NULL || narration->finding->sighting.accesses == 0) {
    return;
  }
  const struct sighting *sighting = &narration->finding->sighting;
  const struct schedule *schedule = &narration->finding->schedule;
  uint64_t first = sighting->access[0].boundary;
  if (schedule->count > 1 && schedule->injections[0].place.boundary < first) {
    first = schedule->injections[0].place.boundary;
  }
  uint64_t last = sighting->access[sighting->accesses - 1].boundary;
  while (*begin < recording->count && recording->steps[*begin].step.boundary < first) {
    ++*begin;
  }
  while (*end > *begin && recording->steps[*end - 1].step.boundary > last) {
    --*end;
  }
  *begin -= *begin < NARRATION_BEFORE ? *begin : NARRATION_BEFORE;
  *end += recording->count - *end < AFTER ? recording->count - *end : AFTER;
}

static void print_columns(const struct narration *narration) {
  const struct report *report = narration->report;
  const char *left = report_exception(report, narration->left.exception);
  unsigned exception = narration->finding != NULL ? narration->finding->exception : 0;
  const char *right = exception != 0 ? report_exception(report, exception) : "handlers";
  fprintf(narration->page->out, "%s%-*s%s%s\n", page_ink(narration->page, INK_BOLD), COLUMN,
          left, right, page_ink(narration->page, INK_OFF));
}

void narration_print(const struct page *page, const struct report *report,
                     const struct recording *recording, const struct finding *finding) {
  struct narration narration = {
      .page = page, .report = report, .recording = recording, .finding = finding};
  if (finding != NULL) {
    const struct sighting *sighting = &finding->sighting;
    narration.left = sighting->access[sighting->victim].context;
    if (sighting->leaf < leaf_total(&report->check->leaves)) {
      narration.leaf = leaf_get(&report->check->leaves, sighting->leaf);
      narration.new_bytes = leaf_byte_mask(&narration.leaf);
    }
  }
  size_t index = 0;
  size_t end = 0;
  window(&narration, &index, &end);
  print_columns(&narration);
  while (index < end) {
    size_t note = next_of_note(&narration, index, end);
    if (note - index > GAP) {
      for (size_t i = 0; i < GAP_EDGE; i++) {
        print_step(&narration, index++);
      }
      fprintf(page->out, "%*s... %zu steps ...\n", TEXT_INDENT, "", note - GAP_EDGE - index);
      index = note - GAP_EDGE;
    }
    while (index < note) {
      print_step(&narration, index++);
    }
    if (index < end) {
      print_step(&narration, index++);
    }
  }
  fputc('\n', page->out);
}
