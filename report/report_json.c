/* The JSON report, schema 1. Additions keep the number; a change of meaning
 * raises it. Keys stand in a fixed order, addresses and values are hex strings,
 * and nothing in it depends on the host or on the time. */
#include <jansson.h>
#include <string.h>

#include "report/json.h"
#include "report/listing.h"
#include "report/report.h"
#include "report/report_document.h"
#include "report/waivers.h"

enum { SCHEMA = 1, FRAMES = 16, LIMITS = 12 };

static json_t *certificate_interrupts(const struct report *report) {
  const struct certificate *certificate = &report->check->certificate;
  json_t *list = json_array();
  for (size_t i = 0; i < certificate->interrupt_count; i++) {
    const struct interrupt_account *account = &certificate->interrupts[i];
    json_t *item = json_object();
    json_put(item, "exception", json_integer(account->exception));
    json_put(item, "name", json_string(report_exception(report, account->exception)));
    json_put(item, "arrives", json_string(report_arrival(report, account->exception)));
    json_put(item, "places", json_count(account->places));
    json_put(item, "taken", json_count(account->taken));
    json_put(item, "reason_never", json_text(account->reason_never));
    json_array_append_new(list, item);
  }
  return list;
}

static json_t *certificate_devices(const struct report *report) {
  const struct certificate *certificate = &report->check->certificate;
  json_t *list = json_array();
  for (size_t i = 0; i < certificate->device_count; i++) {
    const struct device_account *device = &certificate->devices[i];
    json_t *item = json_object();
    json_put(item, "address", json_hex(report->texts, device->address, 4));
    json_put(item, "name",
             device->name != NULL ? json_clean(report->texts, device->name) : json_null());
    json_put(item, "reads", json_count(device->reads));
    json_put(item, "writes", json_count(device->writes));
    json_put(item, "answers", json_count(device->answers));
    json_put(item, "answer",
             device->answers > 0 ? json_hex(report->texts, device->answer, 4) : json_null());
    json_array_append_new(list, item);
  }
  return list;
}

static json_t *certificate_decided(const uint64_t decided_pairs[DECISION_COUNT]) {
  json_t *decided = json_object();
  for (unsigned i = 0; i < DECISION_COUNT; i++) {
    json_put(decided, decision_name((enum decision)i), json_count(decided_pairs[i]));
  }
  return decided;
}

static json_t *certificate_limits(const struct report *report) {
  const char *limits[LIMITS];
  size_t count = report_limits(report, limits, LIMITS);
  json_t *list = json_array();
  for (size_t i = 0; i < count; i++) {
    json_array_append_new(list, json_string(limits[i]));
  }
  return list;
}

static json_t *certificate_depths(const struct certificate *certificate) {
  json_t *list = json_array();
  for (unsigned i = 0; i < certificate->depth; i++) {
    const struct depth_account *account = &certificate->depths[i];
    json_t *object = json_object();
    json_put(object, "depth", json_integer(i + 1));
    json_put(object, "spines", json_count(account->spines));
    json_put(object, "places", json_count(account->places));
    json_put(object, "decided", certificate_decided(account->decided));
    json_put(object, "branches", json_count(account->branches));
    json_array_append_new(list, object);
  }
  return list;
}

static json_t *certificate_json(const struct report *report) {
  const struct certificate *certificate = &report->check->certificate;
  json_t *object = json_object();
  json_put(object, "depth", json_integer(certificate->depth));
  json_put(object, "horizon", json_count(certificate->horizon));
  json_put(object, "deep_instructions",
           certificate->depth > 1 ? json_count(certificate->deep_instructions) : json_null());
  json_put(object, "instructions", json_count(certificate->instructions));
  json_put(object, "boundaries", json_count(certificate->boundaries));
  json_put(object, "beats", json_count(certificate->beats));
  json_put(object, "entries", json_count(certificate->entries));
  json_put(object, "returns", json_count(certificate->returns));
  json_put(object, "places", json_count(certificate->places));
  json_put(object, "decided", certificate_decided(certificate->decided));
  json_put(object, "depths", certificate_depths(certificate));
  json_put(object, "branches", json_count(certificate->branches));
  json_put(object, "audited", json_boolean(certificate->audited));
  json_put(object, "complete", json_boolean(certificate->complete));
  json_put(object, "end", json_text(run_end_text(certificate->end)));
  json_put(object, "exit_code",
           certificate->end == END_EXIT ? json_integer(certificate->exit_code) : json_null());
  json_put(object, "natural", json_count(certificate->natural));
  json_put(object, "given", json_count(certificate->given));
  json_put(object, "interrupts", certificate_interrupts(report));
  json_put(object, "devices", certificate_devices(report));
  json_put(object, "limits", certificate_limits(report));
  return object;
}

static json_t *frame_json(const struct report *report, const struct source_frame *frame) {
  json_t *object = json_object();
  bool known = frame->file != NULL;
  json_put(object, "function", json_clean(report->texts, frame->function));
  json_put(object, "file", json_clean(report->texts, frame->file));
  json_put(object, "line", known ? json_integer(frame->line) : json_null());
  if (frame->library) {
    json_put(object, "library", json_true());
  }
  return object;
}

/* All frames of all calls, innermost first. */
static json_t *stack_json(const struct report *report, const struct call_stack *stack,
                          uint32_t pc) {
  struct call_stack alone = {.pc = {pc}, .count = 1};
  const struct call_stack *calls = stack->count > 0 ? stack : &alone;
  json_t *list = json_array();
  for (unsigned i = 0; i < calls->count && i < STACK_CALLS; i++) {
    struct source_frame frames[FRAMES];
    size_t count = image_frames_at(report->image, calls->pc[i], frames, FRAMES);
    if (count == 0) {
      const struct function *function = image_function_at(report->image, calls->pc[i]);
      frames[count++] =
          (struct source_frame){.function = function != NULL ? function->name : NULL};
    }
    for (size_t j = 0; j < count; j++) {
      json_array_append_new(list, frame_json(report, &frames[j]));
    }
  }
  return list;
}

static const char *access_name(const struct access *access) {
  bool stack = access->op == EVENT_STACK_READ || access->op == EVENT_STACK_WRITE;
  return stack ? (access_writes(access) ? "write" : "read")
               : event_kind_name((enum event_kind)access->op);
}

static json_t *access_json(const struct report *report, const struct finding *finding,
                           unsigned index) {
  const struct access *access = &finding->sighting.access[index];
  struct source_frame frame = {0};
  if (!finding_line(finding, report->image, index, &frame)) {
    const struct function *function = image_function_at(report->image, access->pc);
    frame.function = function != NULL ? function->name : NULL;
  }
  char text[DECODE_TEXT];
  listing_text_at(report->decoder, report->image, access->pc, text);
  const char *context = access->context.exception == 0
                            ? "thread"
                            : report_exception(report, access->context.exception);
  json_t *object = json_object();
  json_put(object, "context", json_string(context));
  json_put(object, "exception", json_integer(access->context.exception));
  json_put(object, "op", json_string(access_name(access)));
  json_put(object, "pc", json_hex(report->texts, access->pc, 4));
  json_put(object, "size", json_integer(access->size));
  json_put(object, "value", json_hex(report->texts, access->value, access->size));
  json_put(object, "function", json_clean(report->texts, frame.function));
  json_put(object, "file", json_clean(report->texts, frame.file));
  json_put(object, "line", frame.file != NULL ? json_integer(frame.line) : json_null());
  json_put(object, "text", json_string(text));
  json_put(object, "stack", stack_json(report, &finding->stack[index], access->pc));
  return object;
}

static json_t *accesses_json(const struct report *report, const struct finding *finding) {
  json_t *list = json_array();
  for (unsigned i = 0; i < finding->sighting.accesses && i < SIGHTING_ACCESSES; i++) {
    json_array_append_new(list, access_json(report, finding, i));
  }
  return list;
}

static json_t *expected_json(const struct report *report, const struct sighting *sighting,
                             unsigned size) {
  json_t *list = json_array();
  for (unsigned i = 0; i < sighting->expected_count && i < SIGHTING_EXPECTED; i++) {
    json_array_append_new(list, json_hex(report->texts, sighting->expected[i], size));
  }
  return list;
}

static void put_leaf(json_t *object, const struct report *report,
                     const struct finding *finding) {
  const struct sighting *sighting = &finding->sighting;
  const char *device = report_register(report, finding);
  struct leaf_words leaf = {.size = 0};
  bool known = device != NULL || report_leaf(report, sighting->leaf, &leaf);
  if (device != NULL) {
    leaf = (struct leaf_words){.name = device,
                               .type = "device register",
                               .address = sighting->access[sighting->victim].address & ~3U,
                               .size = 4};
  }
  json_put(object, "variable", known ? json_string(leaf.name) : json_null());
  json_put(object, "type", known ? json_string(leaf.type) : json_null());
  json_put(object, "address", known ? json_hex(report->texts, leaf.address, 4) : json_null());
  json_put(object, "size", known ? json_integer(leaf.size) : json_null());
  json_put(object, "value",
           known ? json_hex(report->texts, sighting->value, leaf.size) : json_null());
  json_put(object, "expected", expected_json(report, sighting, known ? leaf.size : 4));
  json_put(object, "new_bytes", json_integer(sighting->new_bytes));
}

static void put_invariant(json_t *object, const struct report *report,
                          const struct finding *finding) {
  const char *invariant = report_invariant(report, finding);
  if (invariant != NULL) {
    json_put(object, "invariant", json_string(invariant));
  }
}

static json_t *place_json(const struct report *report, const struct place *place) {
  json_t *object = json_object();
  json_put(object, "kind", json_string(place_kind_name(place->kind)));
  json_put(object, "pc", json_hex(report->texts, place->pc, 4));
  json_put(object, "boundary", json_count(place->boundary));
  json_put(object, "beat", json_integer(place->beat));
  return object;
}

static json_t *interrupt_json(const struct report *report, unsigned exception) {
  if (exception == 0) {
    return json_null();
  }
  json_t *object = json_object();
  json_put(object, "exception", json_integer((json_int_t)exception));
  json_put(object, "name", json_string(report_exception(report, exception)));
  return object;
}

/* What is assumed of when the interrupt comes. */
static json_t *arrival_json(const struct report *report, const struct finding *finding) {
  if (finding->exception == 0) {
    return json_null();
  }
  json_t *object = json_object();
  json_put(object, "discipline", json_string(report_arrival(report, finding->exception)));
  json_put(object, "assumed", json_boolean(finding->assumed));
  json_put(object, "since_previous",
           finding->since > 0 ? json_count(finding->since) : json_null());
  return object;
}

/* All injections of the schedule, in their order. */
static json_t *injections_json(const struct report *report, const struct finding *finding) {
  json_t *list = json_array();
  for (unsigned i = 0; finding->exception != 0 && i < finding->schedule.count; i++) {
    const struct injection *injection = &finding->schedule.injections[i];
    json_t *object = json_object();
    json_put(object, "place", place_json(report, &injection->place));
    json_put(object, "interrupt", interrupt_json(report, injection->exception));
    json_array_append_new(list, object);
  }
  return list;
}

static json_t *mask_json(const struct report *report, const struct finding *finding) {
  json_t *object = json_object();
  json_put(object, "primask", json_integer(finding->mask.primask));
  json_put(object, "basepri", json_integer(finding->mask.basepri));
  json_put(object, "faultmask", json_integer(finding->mask.faultmask));
  json_put(object, "priority", json_integer(finding->mask.priority));
  json_put(object, "interrupt_priority", json_integer(finding->mask.interrupt_priority));
  json_put(object, "why", json_string(report_why(report, finding)));
  json_put(object, "section", json_clean(report->texts, report_section(report, finding)));
  json_put(object, "cover", json_clean(report->texts, report_cover(report, finding)));
  return object;
}

static json_t *finding_json(const struct report *report, const struct finding *finding) {
  const struct sighting *sighting = &finding->sighting;
  json_t *object = json_object();
  json_put(object, "id", json_string(finding->id));
  json_put(object, "group", json_string(report_cause(report, finding)->id));
  json_put(object, "kind", json_string(finding_traits(sighting->kind)->name));
  json_put(object, "severity", json_string(severity_name(report_severity(finding))));
  json_put(object, "outcome", json_string(outcome_name(finding->outcome)));
  put_leaf(object, report, finding);
  put_invariant(object, report, finding);
  json_put(object, "accesses", accesses_json(report, finding));
  json_put(object, "victim", json_integer(sighting->victim));
  json_put(object, "intruder", json_integer(sighting->intruder));
  json_put(object, "place", place_json(report, &finding->place));
  json_put(object, "interrupt", interrupt_json(report, finding->exception));
  json_put(object, "arrival", arrival_json(report, finding));
  json_put(object, "injections", injections_json(report, finding));
  json_put(object, "mask", mask_json(report, finding));
  json_put(object, "occurrences", json_count(finding->occurrences));
  json_put(object, "schedule", json_string(report_token(report, finding)));
  json_put(object, "reproduce", json_string(report_reproduce(report, finding)));
  return object;
}

static json_t *image_json(const struct report *report) {
  json_t *object = json_object();
  json_put(object, "path", json_clean(report->texts, image_path(report->image)));
  json_put(object, "sha256", json_string(image_sha256_text(report->image)));
  json_put(object, "core", json_string(core_traits(report->explorer->machine.core)->name));
  return object;
}

/* What was left out, and by what. Null without --suppressions and --baseline. */
static json_t *waived_json(const struct report *report) {
  const struct waivers *waivers = report->waivers;
  if (waivers == NULL || (waivers->count == 0 && waivers->known_count == 0)) {
    return json_null();
  }
  json_t *suppressions = json_array();
  for (size_t i = 0; i < waivers->count; i++) {
    json_t *item = json_object();
    json_put(item, "suppression", json_string(waivers->suppressions[i].text));
    json_put(item, "matched", json_count(waivers->suppressions[i].matched));
    json_array_append_new(suppressions, item);
  }
  json_t *object = json_object();
  json_put(object, "suppressions", suppressions);
  json_put(object, "baseline", json_count(waivers->known_count));
  json_put(object, "baseline_found", json_count(waivers->waived_known));
  return object;
}

json_t *report_document(const struct report *report) {
  json_t *findings = json_array();
  for (size_t i = 0; i < report->check->finding_count; i++) {
    if (report_shows(report, &report->check->findings[i])) {
      json_array_append_new(findings, finding_json(report, &report->check->findings[i]));
    }
  }
  json_t *document = json_object();
  json_put(document, "schema", json_integer(SCHEMA));
  json_put(document, "tool", json_tool());
  json_put(document, "image", image_json(report));
  json_put(document, "verdict", json_string(verdict_name(report_verdict(report))));
  json_put(document, "certificate", certificate_json(report));
  json_put(document, "waived", waived_json(report));
  json_put(document, "findings", findings);
  return document;
}

bool report_json(FILE *out, const struct report *report) {
  return json_write(out, report_document(report));
}
