#include "cli/step_view.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/terminal.h"
#include "report/listing.h"
#include "report/narration.h"
#include "report/sections.h"

enum {
  STEPS_MOST = 20000, /* a longer run is cut */
  BEHIND = 8,         /* positions shown behind the finding's last access */
  UNSEEN = 100,       /* and behind the place, without a finding */
  SOURCE_AROUND = 3,
  PAGE_STEPS = 10,
  REGISTERS = 17, /* r0 to xpsr */
  IN_A_ROW = 5,
};

/* A position that is shown, with what the step that led to it did. */
struct shown {
  uint64_t position;
  uint64_t value; /* of the leaf */
  uint8_t new_bytes;
  const char *said; /* in the report's texts */
};

struct view {
  const struct report *report;
  const struct finding *finding;
  const struct schedule *schedule;
  struct timeline *timeline;
  struct leaf leaf; /* size 0: none is watched */
  struct shown *steps;
  size_t count, capacity;
  uint32_t registers[REGISTERS]; /* of the position shown before */
  bool has_registers;
};

/* ---- Collecting ---- */

static const struct machine *machine(const struct view *view) {
  return timeline_machine(view->timeline);
}

static const char *source_place(const struct view *view, uint32_t pc) {
  struct source_frame frame = {0};
  struct texts *texts = view->report->texts;
  if (!image_line_at(view->report->image, pc, &frame)) {
    const struct function *function = image_function_at(view->report->image, pc);
    return function != NULL ? texts_print(texts, " in %s", texts_clean(texts, function->name))
                            : "";
  }
  return texts_print(texts, " in %s, %s:%u", texts_clean(texts, frame.function),
                     texts_clean(texts, frame.file), frame.line);
}

static const char *event_sentence(const struct view *view, const struct event *event) {
  const struct report *report = view->report;
  const char *who = report_exception(report, event->context.exception);
  const char *other = report_exception(report, event->other.exception);
  switch (event->kind) {
    case EVENT_ENTRY:
      return texts_print(report->texts, "%s is entered%s; %s waits at 0x%08x", who,
                         (event->flags & EVENT_TAIL) != 0 ? " by tail-chaining" : "", other,
                         event->pc);
    case EVENT_RETURN:
      return texts_print(report->texts, "%s returns to %s at 0x%08x", who, other, event->pc);
    case EVENT_RESTART:
      return texts_print(report->texts, "the instruction at 0x%08x begins again", event->pc);
    default:
      return texts_print(report->texts, "%s %s", who, narration_event(report, event));
  }
}

/* What the step that led here did, a line for each event. */
static const char *step_sentence(const struct view *view, uint64_t from, uint32_t pc,
                                 uint16_t exception) {
  const struct report *report = view->report;
  char text[DECODE_TEXT];
  size_t count = 0;
  const struct event *events = timeline_events(view->timeline, &count);
  bool entry_alone = count == 1 && events[0].kind == EVENT_ENTRY;
  const char *said = "";
  if (!entry_alone) {
    listing_text_at(report->decoder, report->image, pc, text);
    said = texts_print(report->texts, "%" PRIu64 ": %s executed 0x%08" PRIx32 " %s\n", from,
                       report_exception(report, exception), pc, text);
  }
  for (size_t i = 0; i < count; i++) {
    said = texts_print(report->texts, "%s  %s\n", said, event_sentence(view, &events[i]));
  }
  return said;
}

static uint64_t leaf_value(const struct view *view) {
  unsigned size = view->leaf.size < 8 ? view->leaf.size : 8;
  return size > 0 ? memory_get(&machine(view)->memory, view->leaf.address, size) : 0;
}

static uint8_t follow(const struct view *view, uint8_t new_bytes) {
  size_t count = 0;
  const struct event *events = timeline_events(view->timeline, &count);
  for (size_t i = 0; i < count && view->leaf.size > 0; i++) {
    uint32_t offset = events[i].address - view->leaf.address;
    if (events[i].kind == EVENT_WRITE && offset < view->leaf.size) {
      new_bytes = narration_follow(&view->leaf, new_bytes, &events[i]);
    }
  }
  return new_bytes;
}

static void add(struct view *view, uint8_t new_bytes, const char *said) {
  array_reserve((void **)&view->steps, &view->capacity, view->count + 1, sizeof *view->steps);
  view->steps[view->count++] = (struct shown){.position = timeline_position(view->timeline),
                                              .value = leaf_value(view),
                                              .new_bytes = new_bytes,
                                              .said = said};
}

static void collect(struct view *view, uint64_t first, uint64_t last) {
  uint8_t new_bytes = leaf_byte_mask(&view->leaf);
  timeline_go(view->timeline, first);
  add(view, new_bytes, "");
  while (timeline_position(view->timeline) < last && view->count < STEPS_MOST) {
    uint64_t from = timeline_position(view->timeline);
    uint32_t pc = machine(view)->state.pc;
    uint16_t exception = machine(view)->state.context.exception;
    struct timeline_stop stop = timeline_step(view->timeline);
    new_bytes = follow(view, new_bytes);
    const char *said = step_sentence(view, from, pc, exception);
    if (stop.reason == TIMELINE_END) {
      said = texts_print(view->report->texts, "%sthe run is over: %s\n", said,
                         run_end_text(stop.end));
    }
    add(view, new_bytes, said);
    if (stop.reason == TIMELINE_END) {
      return;
    }
  }
}

/* ---- One step on the page ---- */

static void put_head(const struct view *view, const struct page *page, size_t index) {
  const struct machine_state *s = &machine(view)->state;
  const struct report *report = view->report;
  fprintf(page->out, "%sStep %zu of %zu, position %" PRIu64 ": %s", page_ink(page, INK_BOLD),
          index + 1, view->count, view->steps[index].position,
          report_exception(report, s->context.exception));
  for (unsigned level = s->depth; level > 0; level--) {
    fprintf(page->out, " over %s", report_exception(report, s->preempted[level - 1].exception));
  }
  fprintf(page->out, "%s\n%s", page_ink(page, INK_OFF), view->steps[index].said);
  if (s->exceptions.take != 0) {
    fprintf(page->out, "  %s%s is pending and is entered next%s\n", page_ink(page, INK_WARNING),
            report_exception(report, s->exceptions.take), page_ink(page, INK_OFF));
  }
}

static void put_source(const struct view *view, const struct page *page) {
  const struct report *report = view->report;
  uint32_t pc = machine(view)->state.pc;
  struct source_frame frame = {0};
  fprintf(page->out, "\n  Next%s\n", source_place(view, pc));
  if (!image_line_at(report->image, pc, &frame) || frame.file == NULL) {
    return;
  }
  uint32_t first = frame.line > SOURCE_AROUND ? frame.line - SOURCE_AROUND : 1;
  for (uint32_t line = first; line <= frame.line + SOURCE_AROUND; line++) {
    char *text = image_source_line(report->image, frame.file, line);
    if (text != NULL) {
      bool here = line == frame.line;
      fprintf(page->out, "%s  %c %5u | %s%s\n", here ? page_ink(page, INK_BOLD) : "",
              here ? '>' : ' ', line, texts_adopt(report->texts, text),
              here ? page_ink(page, INK_OFF) : "");
    }
  }
}

static void put_code(const struct view *view, const struct page *page) {
  const struct report *report = view->report;
  const struct machine_state *s = &machine(view)->state;
  struct instruction listing[LISTING_MAX];
  size_t count = listing_around(report->image, s->pc, listing);
  bool inside =
      s->interrupted.armed && s->interrupted.pc == s->pc && s->interrupted.depth == s->depth;
  fputc('\n', page->out);
  for (size_t i = 0; i < count; i++) {
    char text[DECODE_TEXT];
    bool here = listing[i].pc == s->pc;
    listing_text(report->decoder, report->image, &listing[i], text);
    fprintf(page->out, "%s  %c 0x%08" PRIx32 "  %s%s", here ? page_ink(page, INK_BOLD) : "",
            here ? '>' : ' ', listing[i].pc, text, here ? page_ink(page, INK_OFF) : "");
    if (here && inside) {
      fprintf(page->out, "   <- inside it, after %u access%s", s->interrupted.beat,
              s->interrupted.beat == 1 ? "" : "es");
    }
    fputc('\n', page->out);
  }
}

static void put_leaf(const struct view *view, const struct page *page, size_t index) {
  struct leaf_words words;
  if (view->leaf.size == 0 || view->leaf.size > 8 ||
      !report_leaf(view->report, view->finding->sighting.leaf, &words)) {
    return;
  }
  const struct shown *shown = &view->steps[index];
  bool torn = shown->new_bytes != leaf_byte_mask(&view->leaf);
  const struct leaf_value value = {"now", shown->value, torn ? shown->new_bytes : (uint8_t)0,
                                   NULL};
  fprintf(page->out, "\n  %s\n", words.name);
  section_leaf(page, view->report, view->finding->sighting.leaf, &value);
}

static void put_registers(struct view *view, const struct page *page) {
  static const char *const names[REGISTERS] = {"r0",  "r1", "r2", "r3", "r4",  "r5",
                                               "r6",  "r7", "r8", "r9", "r10", "r11",
                                               "r12", "sp", "lr", "pc", "xpsr"};
  fputc('\n', page->out);
  for (unsigned i = 0; i < REGISTERS; i++) {
    uint32_t value =
        (uint32_t)machine_register(timeline_machine(view->timeline), (enum machine_register)i);
    bool changed = view->has_registers && value != view->registers[i];
    view->registers[i] = value;
    fprintf(page->out, "%s  %4s %s%08" PRIx32 "%c%s%s", i % IN_A_ROW == 0 ? "" : " ", names[i],
            changed ? page_ink(page, INK_WARNING) : "", value, changed ? '*' : ' ',
            changed ? page_ink(page, INK_OFF) : "",
            i % IN_A_ROW == IN_A_ROW - 1 || i == REGISTERS - 1 ? "\n" : "");
  }
  view->has_registers = true;
}

static void put_masks(const struct view *view, const struct page *page) {
  const struct exceptions *x = &machine(view)->state.exceptions;
  fprintf(page->out, "  PRIMASK = %u, FAULTMASK = %u, BASEPRI = 0x%02x, priority %d\n",
          x->primask, x->faultmask, x->basepri, x->execution_priority);
}

static void put_step(struct view *view, const struct page *page, size_t index) {
  put_head(view, page, index);
  put_leaf(view, page, index);
  put_code(view, page);
  put_registers(view, page);
  put_masks(view, page);
  put_source(view, page); /* last: a small screen cuts it */
}

/* ---- Going through them ---- */

static void go(struct view *view, size_t index) {
  uint64_t position = view->steps[index].position;
  bool over = index > 0 && view->steps[index - 1].position == position;
  timeline_go(view->timeline, position + (over ? 1 : 0));
}

static void print_all(struct view *view, const struct page *page) {
  for (size_t i = 0; i < view->count; i++) {
    go(view, i);
    put_step(view, page, i);
    fputc('\n', page->out);
  }
}

/* Index of the first step at or behind the position. */
static size_t index_of(const struct view *view, uint64_t position) {
  size_t index = 0;
  while (index + 1 < view->count && view->steps[index].position < position) {
    index++;
  }
  return index;
}

static uint64_t place_of(const struct view *view) {
  return view->schedule->injections[0].place.boundary;
}

static size_t moved(const struct view *view, size_t at, enum key key) {
  size_t last = view->count - 1;
  switch (key) {
    case KEY_FORWARD:
      return at < last ? at + 1 : last;
    case KEY_BACK:
      return at > 0 ? at - 1 : 0;
    case KEY_PAGE_FORWARD:
      return last - at > PAGE_STEPS ? at + PAGE_STEPS : last;
    case KEY_PAGE_BACK:
      return at > PAGE_STEPS ? at - PAGE_STEPS : 0;
    case KEY_FIRST:
      return 0;
    case KEY_LAST:
      return last;
    case KEY_FINDING:
      return view->finding != NULL ? index_of(view, report_harm(view->finding) + 1) : at;
    case KEY_PLACE:
      return index_of(view, place_of(view));
    case KEY_QUIT:
    case KEY_OTHER:
      break;
  }
  return at;
}

static void show(struct view *view, size_t at) {
  static const char keys[] =
      "forward: right, space   back: left   10: PgUp, PgDn   "
      "f: the finding   i: the interrupt   Home, End   q: quit";
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  if (out == NULL) {
    abort();
  }
  const struct page page = {out, view->report->color};
  go(view, at);
  put_step(view, &page, at);
  fclose(out);
  terminal_show(text, keys);
  free(text);
}

static void follow_keys(struct view *view, size_t at) {
  struct terminal terminal;
  if (!terminal_open(&terminal)) {
    return;
  }
  show(view, at);
  for (enum key key = terminal_key(); key != KEY_QUIT; key = terminal_key()) {
    at = moved(view, at, key);
    show(view, at);
  }
  terminal_close(&terminal);
}

/* From a little before the finding's first access to a little behind its last. */
static void choose_window(const struct view *view, const struct step_options *options,
                          uint64_t *first, uint64_t *last) {
  *first = place_of(view);
  *last = place_of(view) + UNSEEN;
  if (view->finding != NULL && view->finding->sighting.accesses > 0) {
    const struct sighting *sighting = &view->finding->sighting;
    uint64_t access = sighting->access[0].boundary;
    *first = access < *first ? access : *first;
    *last = sighting->access[sighting->accesses - 1].boundary + 1 + BEHIND;
  }
  if (view->finding != NULL && options->until_finding && !options->keys) {
    *last = report_harm(view->finding) + 1;
  }
  *first = *first > options->before ? *first - options->before : 0;
}

void step_view_run(const struct report *report, const struct finding *finding,
                   const struct schedule *schedule, struct timeline *timeline,
                   const struct step_options *options) {
  struct view view = {
      .report = report, .finding = finding, .schedule = schedule, .timeline = timeline};
  uint64_t first = 0;
  uint64_t last = 0;
  if (finding != NULL && finding->sighting.leaf < leaf_total(&report->check->leaves)) {
    view.leaf = leaf_get(&report->check->leaves, finding->sighting.leaf);
  }
  choose_window(&view, options, &first, &last);
  collect(&view, first, last);
  if (options->keys) {
    bool jumps = options->until_finding && finding != NULL;
    follow_keys(&view, jumps ? index_of(&view, report_harm(finding) + 1) : 0);
  } else {
    const struct page page = {options->out, report->color};
    print_all(&view, &page);
  }
  free(view.steps);
}
