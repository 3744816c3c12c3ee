/* Both sides of a finding: accesses, stacks, source lines, code. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/listing.h"
#include "report/sections.h"

enum { FRAMES = 16, FRAME_INDENT = 4, SOURCE_INDENT = 7 };

const char *place_sentence(const struct report *report, const struct place *place) {
  struct texts *texts = report->texts;
  switch (place->kind) {
    case PLACE_BOUNDARY:
      return texts_print(texts, "at the boundary before 0x%08x", place->pc);
    case PLACE_BEAT: {
      unsigned words = listing_words(report->image, place->pc);
      const char *of = words == 0 ? texts_print(texts, "%u access%s", place->beat,
                                                place->beat == 1 ? "" : "es")
                                  : texts_print(texts, "%u of %u words", place->beat, words);
      return texts_print(texts, "inside the instruction at 0x%08x, after %s", place->pc, of);
    }
    case PLACE_ENTRY:
      return texts_print(texts,
                         "while another exception was being entered (late arrival), "
                         "return address 0x%08x",
                         place->pc);
    case PLACE_RETURN:
      return texts_print(texts,
                         "at the return of another exception (tail-chained), "
                         "return address 0x%08x",
                         place->pc);
  }
  return "";
}

static void print_source(const struct page *page, const struct report *report,
                         const struct source_frame *frame) {
  if (frame->file == NULL || frame->line == 0) {
    return;
  }
  char *line = image_source_line(report->image, frame->file, frame->line);
  if (line == NULL) {
    return;
  }
  for (char *tab = line; *tab != '\0'; tab++) {
    *tab = *tab == '\t' ? ' ' : *tab;
  }
  char *start = line;
  while (isspace((unsigned char)*start)) {
    start++;
  }
  const char *text = texts_clean(report->texts, start);
  fprintf(page->out, "%*s%s%u | %.*s%s\n", SOURCE_INDENT, "", page_ink(page, INK_DIM),
          frame->line, page_fit(text, PAGE_WIDTH - SOURCE_INDENT - 13), text,
          page_ink(page, INK_OFF));
  free(line);
}

static void print_frame(const struct page *page, const struct report *report,
                        const char *number, const struct source_frame *frame,
                        const char *tail) {
  const char *function = frame->function != NULL ? texts_clean(report->texts, frame->function)
                                                 : "unknown function";
  const char *where = "";
  if (frame->file != NULL) {
    where = texts_print(report->texts, "%s:%u ", texts_clean(report->texts, frame->file),
                        frame->line);
  }
  const char *text = texts_print(report->texts, "%s %s%s", function, where, tail);
  page_paragraph(page, texts_print(report->texts, "%*s%s ", FRAME_INDENT, "", number),
                 SOURCE_INDENT, text);
}

/* The frames of one pc: the user's numbered from `number`, then the library's.
 * Returns the next number. */
static unsigned print_pc(const struct page *page, const struct report *report, uint32_t pc,
                         unsigned number) {
  struct source_frame frames[FRAMES];
  size_t count = image_frames_at(report->image, pc, frames, FRAMES);
  if (count == 0) {
    const struct function *function = image_function_at(report->image, pc);
    frames[count++] =
        (struct source_frame){.function = function != NULL ? function->name : NULL};
  }
  const char *at = texts_print(report->texts, "(0x%08x)", pc);
  bool source = number == 0;
  for (size_t i = 0; i < count; i++) {
    if (!frames[i].library) {
      const char *tail = i + 1 < count ? texts_print(report->texts, "(inlined) %s", at) : at;
      print_frame(page, report, texts_print(report->texts, "#%u", number++), &frames[i], tail);
      if (source) {
        print_source(page, report, &frames[i]);
      }
      source = false;
    }
  }
  for (size_t i = 0; i < count; i++) {
    if (frames[i].library) {
      fputs(page_ink(page, INK_DIM), page->out);
      print_frame(page, report, " -", &frames[i], "(library)");
      fputs(page_ink(page, INK_OFF), page->out);
    }
  }
  return number;
}

static void print_stack(const struct page *page, const struct report *report,
                        const struct call_stack *stack, uint32_t pc) {
  unsigned number = 0;
  if (stack->count == 0) {
    print_pc(page, report, pc, 0);
  }
  for (unsigned i = 0; i < stack->count && i < STACK_CALLS; i++) {
    number = print_pc(page, report, stack->pc[i], number);
  }
}

static void print_listing(const struct page *page, const struct report *report, uint32_t pc) {
  struct instruction listing[LISTING_MAX];
  size_t count = listing_around(report->image, pc, listing);
  for (size_t i = 0; i < count; i++) {
    char text[DECODE_TEXT];
    listing_text(report->decoder, report->image, &listing[i], text);
    bool here = listing[i].pc == pc;
    fprintf(page->out, "     %s%c 0x%08x  %s%s\n", page_ink(page, here ? INK_BOLD : INK_DIM),
            here ? '>' : ' ', listing[i].pc, text, page_ink(page, INK_OFF));
  }
}

/* How the limit of the stack is known. */
static const char *stack_limit_words(const struct report *report) {
  const uint32_t *words = NULL;
  const char *source = NULL;
  image_vector_words(report->image, &words);
  image_stack_limit(report->image, words[0], &source);
  return texts_print(report->texts, "known from %s", texts_clean(report->texts, source));
}

/* What is not an access of data. NULL if it is one. */
static const char *event_sentence(const struct report *report, const struct access *access) {
  struct texts *texts = report->texts;
  const char *who = report_exception(report, access->context.exception);
  switch ((enum event_kind)access->op) {
    case EVENT_FAULT:
      return texts_print(texts, "%s raised by %s at 0x%08x, address 0x%08x",
                         report_exception(report, (unsigned)access->value), who, access->pc,
                         access->address);
    case EVENT_LOCKUP:
      return texts_print(texts, "Lockup of %s at 0x%08x", who, access->pc);
    case EVENT_BKPT:
      return texts_print(texts, "Loop of breakpoints of %s at 0x%08x", who, access->pc);
    case EVENT_STACK_LOW:
      return texts_print(texts,
                         "Stack pointer of %s at 0x%08x, %u bytes below its limit 0x%08x (%s)",
                         who, access->address, (unsigned)(access->value - access->address),
                         (unsigned)access->value, stack_limit_words(report));
    case EVENT_SLEEP:
      return texts_print(texts, "Sleep of %s at 0x%08x", who, access->pc);
    case EVENT_MASK:
      return texts_print(texts, "Section opened by %s at 0x%08x", who, access->pc);
    case EVENT_REGION:
      return texts_print(texts, "Region of the scenario begun by %s at 0x%08x", who,
                         access->pc);
    case EVENT_PRIORITY:
      return texts_print(texts, "Priority of %s set to 0x%02x by %s at 0x%08x",
                         report_exception(report, access->address), (unsigned)access->value,
                         who, access->pc);
    default:
      return NULL;
  }
}

/* " (TIM2.SR)": of a device register that has a name, else "". */
static const char *register_name(const struct report *report, const struct access *access) {
  bool device = access->op == EVENT_DEVICE_READ || access->op == EVENT_DEVICE_WRITE;
  const struct register_model *model =
      device ? registers_find(report->explorer->machine.registers, access->address & ~3U)
             : NULL;
  return model != NULL && model->name != NULL
             ? texts_print(report->texts, " (%s)", texts_clean(report->texts, model->name))
             : "";
}

static const char *access_sentence(const struct report *report, const struct sighting *sighting,
                                   const struct access *access) {
  struct texts *texts = report->texts;
  const char *other = event_sentence(report, access);
  if (other != NULL) {
    return other;
  }
  struct leaf_words leaf;
  const char *of = "";
  if (report_leaf(report, sighting->leaf, &leaf) && access->size < leaf.size) {
    of = texts_print(texts, " of %u", leaf.size);
  }
  return texts_print(texts, "%s of %u%s byte%s at 0x%08x%s, value %s, by %s at 0x%08x",
                     access_writes(access) ? "Write" : "Read", access->size, of,
                     plural(access->size), access->address, register_name(report, access),
                     report_hex(report, access->value, access->size, true),
                     report_exception(report, access->context.exception), access->pc);
}

static void print_access(const struct page *page, const struct report *report,
                         const struct finding *finding, unsigned index) {
  const struct sighting *sighting = &finding->sighting;
  const struct access *access = &sighting->access[index];
  bool whole = index == sighting->victim || index == sighting->intruder;
  bool known = access->pc == sighting->access[sighting->victim].pc ||
               access->pc == sighting->access[sighting->intruder].pc;
  const char *sentence = access_sentence(report, sighting, access);
  const char *tail = whole || !known ? ":" : "";
  fputs(page_ink(page, whole ? INK_BOLD : INK_OFF), page->out);
  page_paragraph(page, "  ", 2, texts_print(report->texts, "%s%s", sentence, tail));
  fputs(page_ink(page, INK_OFF), page->out);
  if (whole) {
    print_stack(page, report, &finding->stack[index], access->pc);
    print_listing(page, report, access->pc);
  } else if (!known) {
    print_pc(page, report, access->pc, 0);
  }
  fputc('\n', page->out);
}

static void print_interruption(const struct page *page, const struct report *report,
                               const struct finding *finding) {
  const struct sighting *sighting = &finding->sighting;
  const char *victim =
      report_exception(report, sighting->access[sighting->victim].context.exception);
  const struct access *access = &sighting->access[sighting->victim];
  if (finding->exception != 0 && access->context.exception == finding->exception) {
    page_paragraph(page, "  ", 2,
                   texts_print(report->texts, "%s came %s",
                               report_exception_numbered(report, finding->exception),
                               place_sentence(report, &finding->place)));
    fputc('\n', page->out);
    return;
  }
  const char *text = texts_print(report->texts, "%c%s was interrupted by %s %s",
                                 toupper((unsigned char)victim[0]), victim + 1,
                                 report_exception_numbered(report, finding->exception),
                                 place_sentence(report, &finding->place));
  page_paragraph(page, "  ", 2, text);
  fputc('\n', page->out);
}

void section_sides(const struct page *page, const struct report *report,
                   const struct finding *finding) {
  const struct sighting *sighting = &finding->sighting;
  bool interrupted = finding->exception == 0;
  for (unsigned i = 0; i < sighting->accesses && i < SIGHTING_ACCESSES; i++) {
    bool preempted =
        context_equal(sighting->access[i].context, sighting->access[sighting->victim].context);
    if (!preempted && !interrupted) {
      print_interruption(page, report, finding);
      interrupted = true;
    }
    print_access(page, report, finding, i);
  }
  if (!interrupted) {
    print_interruption(page, report, finding);
  }
}
