/* What would have kept the interrupt out, and the section that did not: of a finding,
 * in a sentence each. */
#include <inttypes.h>

#include "report/report.h"

enum { PENDSV = 14, SYSTICK = 15, IRQ0 = 16, BITS = 32 };

/* The first and the last instruction of the interrupted context that are named. */
static void victim_span(const struct sighting *sighting, const struct access **first,
                        const struct access **last) {
  const struct context victim = sighting->access[sighting->victim].context;
  for (unsigned i = 0; i < sighting->accesses && i < SIGHTING_ACCESSES; i++) {
    const struct access *access = &sighting->access[i];
    if (context_equal(access->context, victim)) {
      *first = *first == NULL || access->boundary < (*first)->boundary ? access : *first;
      *last = *last == NULL || access->boundary >= (*last)->boundary ? access : *last;
    }
  }
}

static const char *basepri_cover(const struct report *report, const struct finding *finding) {
  int priority = finding->mask.interrupt_priority;
  if (!core_traits(report->explorer->machine.core)->v7m) {
    return "";
  }
  return priority == 0
             ? " (BASEPRI masks no priority of 0)"
             : texts_print(report->texts, ", BASEPRI = 0x%02x or less", (unsigned)priority);
}

/* The interrupt's own enable bits: of the NVIC or SysTick, and of a described device. */
static const char *source_cover(const struct report *report, const struct finding *finding) {
  struct texts *texts = report->texts;
  unsigned exception = finding->exception;
  const char *own = exception == SYSTICK ? ", TICKINT of SYST_CSR cleared"
                    : exception >= IRQ0
                        ? texts_print(texts, ", bit %u of NVIC_ICER%u written",
                                      (exception - IRQ0) % BITS, (exception - IRQ0) / BITS)
                        : "";
  const struct register_set *set = report->explorer->machine.registers;
  for (size_t i = 0; set != NULL && i < set->line_count; i++) {
    const struct register_line *line = &set->lines[i];
    if (line->exception == exception && line->enable != 0) {
      const struct register_model *model = registers_find(set, line->enable);
      const char *name = model != NULL && model->name != NULL
                             ? texts_clean(texts, model->name)
                             : texts_print(texts, "the register at 0x%08x", line->enable);
      own = texts_print(texts, "%s, bits 0x%x of %s cleared", own, line->enable_bits, name);
    }
  }
  return own;
}

const char *report_cover(const struct report *report, const struct finding *finding) {
  struct texts *texts = report->texts;
  const struct sighting *sighting = &finding->sighting;
  const struct access *first = NULL;
  const struct access *last = NULL;
  if (finding->exception == 0 || sighting->accesses == 0) {
    return NULL;
  }
  if (finding->mask.interrupt_priority < 0) {
    return texts_print(texts, "nothing masks %s", report_exception(report, finding->exception));
  }
  victim_span(sighting, &first, &last);
  const char *where = first->pc == last->pc
                          ? texts_print(texts, "at 0x%08x", first->pc)
                          : texts_print(texts, "from 0x%08x to 0x%08x", first->pc, last->pc);
  const char *equal =
      first->context.exception == 0 || first->context.exception == finding->exception
          ? ""
          : texts_print(texts, "; or one priority for %s and %s",
                        report_exception(report, first->context.exception),
                        report_exception(report, finding->exception));
  if (finding->late_mask) {
    return texts_print(
        texts,
        "DSB and ISB behind the write that disabled %s; or PRIMASK = 1 %s, which "
        "is never late",
        report_exception(report, finding->exception), where);
  }
  return texts_print(texts, "any of these %s: PRIMASK = 1%s%s%s", where,
                     basepri_cover(report, finding), source_cover(report, finding), equal);
}

static const char *spot(const struct report *report, uint32_t pc) {
  struct source_frame frame = {0};
  if (!image_line_at(report->image, pc, &frame) || frame.file == NULL) {
    return texts_print(report->texts, "0x%08x", pc);
  }
  return texts_print(report->texts, "%s:%u (0x%08x)", texts_clean(report->texts, frame.file),
                     frame.line, pc);
}

const char *report_section(const struct report *report, const struct finding *finding) {
  struct texts *texts = report->texts;
  const struct section_seen *section = &finding->section;
  const struct sighting *sighting = &finding->sighting;
  const struct access *first = NULL;
  const struct access *last = NULL;
  if (finding->exception == 0 || sighting->accesses == 0) {
    return NULL;
  }
  victim_span(sighting, &first, &last);
  const char *who = report_exception(report, first->context.exception);
  if (section->began == 0) {
    return texts_print(texts, "none was begun by %s up to there", who);
  }
  if (section->ended == 0) {
    return texts_print(texts, "the one that %s began at %s is open, and does not mask %s", who,
                       spot(report, section->began),
                       report_exception(report, finding->exception));
  }
  bool early = section->ended_at > first->boundary;
  return texts_print(texts, "the last one of %s began at %s and ended at %s, %s", who,
                     spot(report, section->began), spot(report, section->ended),
                     early ? "too early: behind the first access, ahead of the interrupt"
                           : "ahead of all this");
}
