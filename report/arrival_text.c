/* Arrival disciplines in words. */
#include <inttypes.h>
#include <stdlib.h>

#include "report/report.h"
#include "sim/machine/exception.h"

static const struct arrival_rule *rule_of(const struct report *report, unsigned exception) {
  const struct machine_config *config = &report->explorer->machine;
  for (unsigned i = 0; i < config->arrival_rule_count; i++) {
    if (config->arrival_rules[i].exception == exception) {
      return &config->arrival_rules[i];
    }
  }
  return NULL;
}

/* "armed", "0x40001000", "bits 0x4 of 0x40001000". */
static const char *word_text(const struct report *report, const struct arrival_word *word) {
  struct texts *texts = report->texts;
  unsigned first = (unsigned)__builtin_ctz(word->lanes);
  uint32_t leaf = image_leaf_at(report->image, word->address + first / 8);
  const char *name = texts_print(texts, "0x%08x", word->address);
  if (leaf != LEAF_NONE) {
    char *known = image_leaf_name(report->image, image_leaves(report->image), leaf);
    name = texts_clean(texts, known);
    free(known);
  }
  return word->bits == 0 ? name
                         : texts_print(texts, "bits 0x%x of %s", word->bits >> first, name);
}

static const char *condition_text(const struct report *report,
                                  const struct arrival_word *word) {
  unsigned first = (unsigned)__builtin_ctz(word->lanes);
  const char *name = word_text(report, word);
  return word->exact ? texts_print(report->texts, "%s = 0x%x", name, word->value >> first)
                     : texts_print(report->texts, "%s is not 0", name);
}

bool report_arrival_is_free(const struct report *report, unsigned exception) {
  return rule_of(report, exception) == NULL;
}

const char *report_arrival(const struct report *report, unsigned exception) {
  const struct arrival_rule *rule = rule_of(report, exception);
  struct texts *texts = report->texts;
  if (rule == NULL) {
    return exception == EXCEPTION_SYSTICK ? "at any phase of its counter" : "at any time";
  }
  const char *text = "at any time";
  if (rule->request.lanes != 0) {
    text = texts_print(texts, "once after a write to %s", word_text(report, &rule->request));
  } else if (rule->period > 0) {
    text = texts_print(texts, "every %" PRIu64 " instructions, at any phase", rule->period);
  }
  if (rule->gap > 0) {
    text = texts_print(texts, "%s, not sooner than %" PRIu64 " after the one before", text,
                       rule->gap);
  }
  if (rule->most != UINT64_MAX) {
    text = texts_print(texts, "%s, at most %" PRIu64 " time%s", text, rule->most,
                       rule->most == 1 ? "" : "s");
  }
  if (rule->late > 0) {
    text = texts_print(texts, "%s, and up to %u instruction%s behind a write that disables it",
                       text, rule->late, rule->late == 1 ? "" : "s");
  }
  return rule->condition.lanes == 0 ? text
                                    : texts_print(texts, "%s, only while %s", text,
                                                  condition_text(report, &rule->condition));
}

const char *report_arrival_assumed(const struct report *report, const struct finding *finding) {
  struct texts *texts = report->texts;
  const char *text =
      texts_print(texts, "%s comes %s", report_exception(report, finding->exception),
                  report_arrival(report, finding->exception));
  if (finding->since > 0) {
    text = texts_print(texts, "%s; here %" PRIu64 " instruction%s after the one before", text,
                       finding->since, finding->since == 1 ? "" : "s");
  }
  if (finding->late_mask) {
    text = texts_print(texts, "%s; here behind that write, with no ISB in between", text);
  }
  return finding->assumed
             ? texts_print(texts, "%s (assumed: no model of a device raised it)", text)
             : text;
}
