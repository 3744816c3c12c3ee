#include "report/report.h"

#include <inttypes.h>
#include <string.h>

#include "detectors/claims.h"
#include "detectors/detector.h"
#include "report/waivers.h"

enum { THREAD_PRIORITY = 256 };

enum severity report_severity(const struct finding *finding) {
  enum severity severity = finding_traits(finding->sighting.kind)->severity;
  /* A torn or invalid value is wrong whatever came of it. */
  bool judged_by_outcome = severity < SEVERITY_ERROR;
  return judged_by_outcome && finding->outcome == OUTCOME_BENIGN ? SEVERITY_NOTE : severity;
}

bool report_shows(const struct report *report, const struct finding *finding) {
  const struct waivers *waivers = report->waivers;
  bool waived = waivers != NULL && waivers->waived[finding - report->check->findings];
  return report_severity(finding) >= report->severity && !waived;
}

static bool is_of_device(const struct sighting *sighting) {
  uint8_t op = sighting->accesses > 0 ? sighting->access[sighting->victim].op : EVENT_READ;
  return sighting->leaf == LEAF_NONE && (op == EVENT_DEVICE_READ || op == EVENT_DEVICE_WRITE);
}

const char *report_register(const struct report *report, const struct finding *finding) {
  const struct sighting *sighting = &finding->sighting;
  if (!is_of_device(sighting)) {
    return NULL;
  }
  uint32_t word = sighting->access[sighting->victim].address & ~3U;
  const struct register_model *model =
      registers_find(report->explorer->machine.registers, word);
  return model != NULL && model->name != NULL
             ? texts_clean(report->texts, model->name)
             : texts_print(report->texts, "0x%08" PRIx32, word);
}

static bool same_data(const struct report *report, const struct sighting *a,
                      const struct sighting *b) {
  if (is_of_device(a) && is_of_device(b)) {
    return (a->access[a->victim].address ^ b->access[b->victim].address) < 4;
  }
  if (a->leaf == LEAF_NONE || b->leaf == LEAF_NONE) {
    return false;
  }
  const struct leaf_table *leaves = &report->check->leaves;
  bool typed = a->leaf < leaves->count && b->leaf < leaves->count;
  return a->leaf == b->leaf ||
         (typed && leaves->leaves[a->leaf].variable == leaves->leaves[b->leaf].variable);
}

static bool same_code(const struct report *report, const struct access *a,
                      const struct access *b) {
  return image_function_at(report->image, a->pc) == image_function_at(report->image, b->pc);
}

const struct finding *report_cause(const struct report *report, const struct finding *finding) {
  const struct sighting *own = &finding->sighting;
  for (const struct finding *other = report->check->findings; other < finding; other++) {
    const struct sighting *s = &other->sighting;
    if (report_shows(report, other) && s->accesses > 0 && own->accesses > 0 &&
        same_data(report, s, own) &&
        same_code(report, &s->access[s->victim], &own->access[own->victim]) &&
        same_code(report, &s->access[s->intruder], &own->access[own->intruder])) {
      return other;
    }
  }
  return finding;
}

size_t report_count(const struct report *report, enum severity severity) {
  size_t count = 0;
  for (size_t i = 0; i < report->check->finding_count; i++) {
    const struct finding *finding = &report->check->findings[i];
    count += report_shows(report, finding) && report_severity(finding) == severity;
  }
  return count;
}

enum verdict report_verdict(const struct report *report) {
  for (size_t i = 0; i < report->check->finding_count; i++) {
    if (report_shows(report, &report->check->findings[i])) {
      return VERDICT_FINDINGS;
    }
  }
  return report->check->certificate.complete ? VERDICT_CLEAN : VERDICT_PARTIAL;
}

bool report_write(FILE *out, const struct report *report, enum report_format format) {
  static bool (*const writers[])(FILE * out, const struct report *report) = {
      [FORMAT_TEXT] = report_text,
      [FORMAT_JSON] = report_json,
      [FORMAT_HTML] = report_html,
      [FORMAT_SARIF] = report_sarif,
      [FORMAT_JUNIT] = report_junit};
  return writers[format](out, report);
}

const char *verdict_name(enum verdict verdict) {
  static const char *const names[] = {"clean", "findings", "partial"};
  return names[verdict];
}

const char *report_exception(const struct report *report, unsigned exception) {
  return texts_adopt(report->texts, image_exception_name(report->image, exception));
}

const char *report_exception_numbered(const struct report *report, unsigned exception) {
  const char *name = report_exception(report, exception);
  size_t length = strlen(name);
  bool open = strchr(name, '(') != NULL && name[length - 1] == ')';
  return texts_print(report->texts, "%.*s%sexception %u)", (int)(open ? length - 1 : length),
                     name, open ? ", " : " (", exception);
}

static const char *qualifiers(const struct leaf *leaf, const char *type) {
  if ((leaf->flags & LEAF_ATOMIC) != 0 && strcasestr(type, "atomic") == NULL) {
    return "atomic ";
  }
  if ((leaf->flags & LEAF_VOLATILE) != 0 && strstr(type, "volatile") == NULL) {
    return "volatile ";
  }
  return "";
}

bool report_leaf(const struct report *report, uint32_t index, struct leaf_words *words) {
  const struct leaf_table *table = &report->check->leaves;
  if (index == LEAF_NONE || index >= leaf_total(table)) {
    return false;
  }
  struct leaf leaf = leaf_get(table, index);
  *words = (struct leaf_words){
      .name = texts_adopt(report->texts, image_leaf_name(report->image, table, index)),
      .type = texts_clean(report->texts, image_leaf_type(report->image, table, index)),
      .address = leaf.address,
      .size = leaf.size,
  };
  words->qualifiers = qualifiers(&leaf, words->type);
  const struct variable *variables = NULL;
  size_t count = image_variables(report->image, &variables);
  if (leaf.variable < count && variables[leaf.variable].file != NULL) {
    words->file = texts_clean(report->texts, variables[leaf.variable].file);
    words->line = variables[leaf.variable].line;
  }
  return true;
}

const char *report_hex(const struct report *report, uint64_t value, unsigned size,
                       bool grouped) {
  unsigned bytes = size > 8 ? 8 : size;
  if (grouped && bytes > 4) {
    return texts_print(report->texts, "0x%0*" PRIx64 "_%08" PRIx32, (int)(2 * (bytes - 4)),
                       value >> 32, (uint32_t)value);
  }
  return texts_print(report->texts, "0x%0*" PRIx64, (int)(2 * bytes), value);
}

/* What masks are set, and why they do not hold this exception back. */
static const char *masks_sentence(const struct report *report, const struct mask_state *mask,
                                  const char *name) {
  struct texts *texts = report->texts;
  if (mask->faultmask != 0) {
    return texts_print(texts, "FAULTMASK = 1 does not mask %s", name);
  }
  if (mask->primask != 0) {
    return texts_print(texts, "PRIMASK = 1 does not mask %s", name);
  }
  if (mask->basepri != 0) {
    return texts_print(texts, "BASEPRI = 0x%02x masks only what has a value of 0x%02x or above",
                       mask->basepri, mask->basepri);
  }
  return core_traits(report->explorer->machine.core)->v7m
             ? "nothing masked it: PRIMASK = 0, FAULTMASK = 0, BASEPRI = 0"
             : "nothing masked it: PRIMASK = 0";
}

static const char *priority_text(struct texts *texts, int priority) {
  return priority > 0 && priority < THREAD_PRIORITY
             ? texts_print(texts, "%d (0x%02x)", priority, (unsigned)priority)
             : texts_print(texts, "%d", priority);
}

const char *report_why(const struct report *report, const struct finding *finding) {
  struct texts *texts = report->texts;
  if (finding->exception == 0) {
    return "no injection was needed: the run as it is shows it";
  }
  const struct sighting *sighting = &finding->sighting;
  const struct mask_state *mask = &finding->mask;
  const char *name = report_exception(report, finding->exception);
  unsigned victim =
      sighting->accesses > 0 ? sighting->access[sighting->victim].context.exception : 0;
  const char *preempted =
      victim == finding->exception ? "what it interrupted" : report_exception(report, victim);
  const char *order = mask->interrupt_priority < mask->priority
                          ? "the lower value preempts"
                          : "it was taken when the priority fell";
  return texts_print(texts, "%s; %s has priority %s, %s has %s (%s)",
                     masks_sentence(report, mask, name), preempted,
                     priority_text(texts, mask->priority), name,
                     priority_text(texts, mask->interrupt_priority), order);
}

const char *report_invariant(const struct report *report, const struct finding *finding) {
  const struct sighting *sighting = &finding->sighting;
  const struct claims *claims = report->explorer->claims;
  if (sighting->invariant == 0 || claims == NULL) {
    return NULL;
  }
  const struct invariant *invariant = &claims->invariants[sighting->invariant - 1];
  struct texts *texts = report->texts;
  const char *values = "";
  for (uint32_t i = 0; i < invariant->slot_count && i < SIGHTING_OPERANDS; i++) {
    uint32_t index = claims->leaves[invariant->slots[i]];
    struct leaf leaf = leaf_get(&report->check->leaves, index);
    unsigned unused = 64 - 8U * leaf.size;
    int64_t number = (int64_t)(sighting->operand[i] << unused) >> unused;
    const char *name =
        texts_adopt(texts, image_leaf_name(report->image, &report->check->leaves, index));
    values = texts_print(texts, "%s%s %s = ", values, i == 0 ? ":" : ",", name);
    values = (leaf.flags & LEAF_SIGNED) != 0
                 ? texts_print(texts, "%s%" PRId64, values, number)
                 : texts_print(texts, "%s%" PRIu64, values, sighting->operand[i]);
  }
  return texts_print(texts, "%s was false%s", texts_clean(texts, invariant->text), values);
}

const char *outcome_sentence(enum outcome outcome) {
  static const char *const sentences[] = {
      [OUTCOME_UNRANKED] = "unranked: the outcome was not compared with the two serial orders",
      [OUTCOME_HARMFUL] =
          "harmful: neither serial order (handler before, handler after) explains it",
      [OUTCOME_ORDER_DEPENDENT] =
          "order-dependent: it equals one of two serial orders that differ",
      [OUTCOME_LATENT] =
          "latent: the halves come from two writes, but their bytes agreed this time",
      [OUTCOME_BENIGN] = "benign: both serial orders give the same result",
  };
  return sentences[outcome];
}

const char *report_token(const struct report *report, const struct finding *finding) {
  char token[SCHEDULE_TEXT];
  schedule_format(&finding->schedule, token);
  return texts_clean(report->texts, token);
}

const char *report_reproduce(const struct report *report, const struct finding *finding) {
  return texts_print(report->texts, "tornword replay %s%s %s", report->shape,
                     report_token(report, finding),
                     texts_quote(report->texts, image_path(report->image)));
}

/* Where more than one interrupt was tried: not in all of the run. */
static const char *deep_limit(const struct report *report) {
  const struct certificate *certificate = &report->check->certificate;
  if (certificate->depth == 1 || certificate->instructions <= certificate->deep_instructions) {
    return NULL;
  }
  return texts_print(report->texts,
                     "interrupts behind the first %" PRIu64
                     " instructions were followed by no other; with --max-instructions all are",
                     certificate->deep_instructions);
}

static const char *end_limit(const struct report *report) {
  const struct certificate *certificate = &report->check->certificate;
  switch (certificate->end) {
    case END_BOUND:
      return texts_print(report->texts,
                         "code that is first reached after %" PRIu64
                         " instructions was not reached; --max-instructions raises the bound",
                         certificate->instructions);
    case END_STOP:
      return "code behind the breakpoint was not reached; --bkpt=continue goes on behind it";
    case END_STUCK:
      return "code behind the endless poll of a device register was not reached";
    case END_INPUT:
      return "code that only more input reaches was not reached";
    case END_CLOSED:
    case END_SLEEP:
    case END_EXIT:
    case END_LOCKUP:
    case END_RESET:
      break;
  }
  return NULL;
}

static const char *ram_limit(const struct report *report) {
  const struct machine_config *config = &report->explorer->machine;
  bool grown = config->ram_known != 0 || config->ram_block_count > 0;
  return grown
             ? texts_print(report->texts,
                           "how much RAM there is was not known: it was grown by %u bytes as "
                           "far as the run uses it; only a probe that went further faulted",
                           (config->ram_known != 0 ? config->ram_size - config->ram_known : 0) +
                               config->ram_block_count * CONFIG_RAM_BLOCK)
             : NULL;
}

/* Names of statics that the compiler left no storage for, as many as fit on a line. */
static const char *vanished_limit(const struct report *report) {
  enum { NAMED = 5 };
  const struct variable *variables = NULL;
  size_t count = image_vanished(report->image, &variables);
  const char *names = "";
  for (size_t i = 0; i < count && i < NAMED; i++) {
    names = texts_print(report->texts, "%s%s%s", names, i == 0 ? "" : ", ",
                        texts_clean(report->texts, variables[i].name));
  }
  if (count == 0) {
    return NULL;
  }
  return texts_print(
      report->texts,
      "%zu static%s of the source without storage in the image, so that no run "
      "shows a race on them: %s%s",
      count, count == 1 ? "" : "s", names,
      count > NAMED ? texts_print(report->texts, " and %zu more", count - NAMED) : "");
}

/* What the tool's own limits left out; NULL: nothing. */
static const char *handler_limit(const struct report *report) {
  uint64_t cut = report->check->certificate.cut_handlers;
  return cut == 0 ? NULL
                  : texts_print(report->texts,
                                "%" PRIu64
                                " probe%s ended before the handlers did, after 20,000 "
                                "instructions",
                                cut, cut == 1 ? "" : "s");
}

static const char *sighting_limit(const struct report *report) {
  uint64_t cut = report->check->certificate.cut_sightings;
  return cut == 0 ? NULL
                  : texts_print(report->texts,
                                "%" PRIu64 " sighting%s left out: more than 64 at one place",
                                cut, cut == 1 ? " was" : "s were");
}

/* Detectors without room for all that they met; NULL: all had. */
static const char *room_limit(const struct report *report) {
  uint32_t full = report->check->certificate.full;
  const struct detector *const *list = NULL;
  size_t count = detectors_all(&list);
  const char *names = "";
  for (size_t i = 0; i < count; i++) {
    if ((full >> i & 1) != 0) {
      names = texts_print(report->texts, "%s%s%s", names, names[0] != '\0' ? ", " : "",
                          list[i]->name);
    }
  }
  return full == 0 ? NULL
                   : texts_print(report->texts,
                                 "more was met at one time than a detector has room for, and "
                                 "not all of it judged: %s",
                                 names);
}

size_t report_limits(const struct report *report, const char **limits, size_t max) {
  const struct certificate *certificate = &report->check->certificate;
  struct texts *texts = report->texts;
  uint64_t answers = 0;
  for (size_t i = 0; i < certificate->device_count; i++) {
    answers += certificate->devices[i].answers;
  }
  const char *const candidates[] = {
      texts_print(texts, "depth %u: runs with more than %u injected interrupt%s were not tried",
                  certificate->depth, certificate->depth, certificate->depth == 1 ? "" : "s"),
      deep_limit(report),
      end_limit(report),
      ram_limit(report),
      image_has_debug(report->image)
          ? NULL
          : "no debug information: how large data are was guessed from the run's accesses",
      vanished_limit(report),
      handler_limit(report),
      sighting_limit(report),
      room_limit(report),
      report->explorer->beats ? NULL
                              : "interrupts inside instructions were not tried "
                                "(--places=boundaries)",
      report->explorer->interrupt_count == 0
          ? NULL
          : "only the exceptions named by --interrupts were considered",
      certificate->device_count == 0
          ? NULL
          : texts_print(texts,
                        "%zu device register%s without a model read as zero or as last "
                        "written%s",
                        certificate->device_count, certificate->device_count == 1 ? "" : "s",
                        answers > 0 ? "; endless polls were answered" : ""),
  };
  size_t count = 0;
  for (size_t i = 0; i < sizeof candidates / sizeof candidates[0] && count < max; i++) {
    if (candidates[i] != NULL) {
      limits[count++] = candidates[i];
    }
  }
  return count;
}

uint64_t report_harm(const struct finding *finding) {
  const struct sighting *sighting = &finding->sighting;
  bool by_reading = sighting->kind == FINDING_TORN_WRITE ||
                    sighting->kind == FINDING_TORN_READ ||
                    sighting->kind == FINDING_INVALID_ENUM;
  uint64_t harm = finding->place.boundary;
  bool was_read = false;
  for (unsigned i = 0; i < sighting->accesses; i++) {
    bool read = sighting->access[i].op == EVENT_READ;
    if (!by_reading || read || !was_read) {
      harm = sighting->access[i].boundary;
    }
    was_read = was_read || read;
  }
  return harm;
}
