/* The SARIF 2.1.0 report (OASIS): one result for each finding, for code hosts
 * and editors. The primary location is the interrupted access; the two contexts
 * are two thread flows of one code flow. */
#include <string.h>

#include "report/json.h"
#include "report/listing.h"
#include "report/page_parts.h"
#include "report/report.h"
#include "report/source_uri.h"
#include "sim/error.h"

static const char BASE[] = "%SRCROOT%";

struct flows { /* thread flows under construction, one for each context */
  const struct report *report;
  const struct finding *finding;
  json_t *list;
  struct context contexts[SIGHTING_ACCESSES + 1];
  size_t count;
  int order;
};

static json_t *message(const char *text) {
  json_t *object = json_object();
  json_put(object, "text", json_string(text));
  return object;
}

static json_t *artifact_location(const struct report *report, const char *path) {
  const struct source_uri uri = source_uri(report->texts, path, report->source_root);
  json_t *object = json_object();
  json_put(object, "uri", json_string(uri.text));
  if (uri.relative) {
    json_put(object, "uriBaseId", json_string(BASE));
  }
  return object;
}

static json_t *region(uint32_t line, uint32_t column) {
  json_t *object = json_object();
  json_put(object, "startLine", json_integer(line));
  if (column > 0) {
    json_put(object, "startColumn", json_integer(column));
  }
  return object;
}

static json_t *address(uint32_t value, const char *kind) {
  json_t *object = json_object();
  json_put(object, "absoluteAddress", json_integer(value));
  json_put(object, "kind", json_string(kind));
  return object;
}

/* An instruction at a line; where none is known, in the image. */
static json_t *location_at(const struct report *report, uint32_t pc,
                           const struct source_frame *line, const char *text) {
  const struct source_frame nowhere = {0};
  const struct source_frame frame = line != NULL ? *line : nowhere;
  bool known = frame.file != NULL;
  const struct function *function = image_function_at(report->image, pc);
  const char *name = frame.function != NULL ? frame.function
                     : function != NULL     ? function->name
                                            : NULL;
  json_t *physical = json_object();
  json_put(physical, "artifactLocation",
           artifact_location(report, known ? frame.file : image_path(report->image)));
  if (known && frame.line > 0) {
    json_put(physical, "region", region(frame.line, frame.column));
  }
  json_put(physical, "address", address(pc, "instruction"));
  json_t *object = json_object();
  json_put(object, "physicalLocation", physical);
  if (name != NULL) {
    json_t *logical = json_object();
    json_put(logical, "fullyQualifiedName", json_clean(report->texts, name));
    json_put(logical, "kind", json_string("function"));
    json_put(object, "logicalLocations", json_pack("[o]", logical));
  }
  json_put(object, "message", message(text));
  return object;
}

static json_t *location(const struct report *report, uint32_t pc, const char *text) {
  struct source_frame frame = {0};
  bool known = image_line_at(report->image, pc, &frame);
  return location_at(report, pc, known ? &frame : NULL, text);
}

static const char *access_text(const struct report *report, const struct access *access) {
  char text[DECODE_TEXT];
  listing_text_at(report->decoder, report->image, access->pc, text);
  return texts_print(report->texts, "%s %s %s at 0x%08x (%s)",
                     report_exception(report, access->context.exception),
                     access_writes(access) ? "writes" : "reads",
                     report_hex(report, access->value, access->size, true), access->address,
                     text);
}

static json_t *access_location(const struct report *report, const struct finding *finding,
                               unsigned index) {
  const struct access *access = &finding->sighting.access[index];
  struct source_frame frame = {0};
  bool known = finding_line(finding, report->image, index, &frame);
  return location_at(report, access->pc, known ? &frame : NULL, access_text(report, access));
}

/* ---- Code flows ---- */

static json_t *flow_of(struct flows *flows, struct context context) {
  for (size_t i = 0; i < flows->count; i++) {
    if (context_equal(flows->contexts[i], context)) {
      return json_object_get(json_array_get(flows->list, i), "locations");
    }
  }
  json_t *flow = json_object();
  const char *name = report_exception(flows->report, context.exception);
  json_put(flow, "id",
           json_string(flows->count < 2 ? name
                                        : texts_print(flows->report->texts, "%s, activation %u",
                                                      name, context.serial)));
  json_put(flow, "locations", json_array());
  json_array_append_new(flows->list, flow);
  flows->contexts[flows->count++] = context;
  return json_object_get(flow, "locations");
}

static void add_to_flow(struct flows *flows, struct context context, json_t *where,
                        const char *importance) {
  json_t *object = json_object();
  json_put(object, "location", where);
  json_put(object, "executionOrder", json_integer(++flows->order));
  json_put(object, "importance", json_string(importance));
  json_array_append_new(flow_of(flows, context), object);
}

static void add_interruption(struct flows *flows) {
  const struct report *report = flows->report;
  const struct finding *finding = flows->finding;
  const char *text =
      texts_print(report->texts, "%s comes here", report_exception(report, finding->exception));
  add_to_flow(flows, finding->sighting.access[finding->sighting.victim].context,
              location(report, finding->place.pc, text), "important");
}

static json_t *code_flows(const struct report *report, const struct finding *finding) {
  const struct sighting *sighting = &finding->sighting;
  const struct context victim = sighting->access[sighting->victim].context;
  struct flows flows = {.report = report, .finding = finding, .list = json_array()};
  bool interrupted = finding->exception == 0;
  flow_of(&flows, victim);
  for (unsigned i = 0; i < sighting->accesses && i < SIGHTING_ACCESSES; i++) {
    const struct access *access = &sighting->access[i];
    if (!interrupted && access->context.serial > victim.serial) {
      add_interruption(&flows);
      interrupted = true;
    }
    bool names = i == sighting->victim || i == sighting->intruder;
    add_to_flow(&flows, access->context, access_location(report, finding, i),
                names ? "essential" : "important");
  }
  for (size_t i = json_array_size(flows.list); i > 0; i--) {
    if (json_array_size(json_object_get(json_array_get(flows.list, i - 1), "locations")) == 0) {
      json_array_remove(flows.list, i - 1);
    }
  }
  json_t *flow = json_object();
  json_put(flow, "threadFlows", flows.list);
  return json_pack("[o]", flow);
}

/* ---- Results ---- */

static json_t *with_id(json_t *where, int id) {
  json_put(where, "id", json_integer(id));
  return where;
}

static json_t *declaration(const struct report *report, const struct leaf_words *leaf) {
  json_t *physical = json_object();
  json_put(physical, "artifactLocation", artifact_location(report, leaf->file));
  if (leaf->line > 0) {
    json_put(physical, "region", region(leaf->line, 0));
  }
  json_put(physical, "address", address(leaf->address, "data"));
  json_t *object = json_object();
  json_put(object, "physicalLocation", physical);
  json_put(object, "message",
           message(texts_print(report->texts, "%s, %s%s", leaf->name, leaf->qualifiers,
                               leaf->type)));
  return object;
}

/* A name of the image in a message that has links (3.11.6). */
static const char *escaped(const struct report *report, const char *name) {
  char *text = allocate(2 * strlen(name) + 1, 1);
  size_t length = 0;
  for (const char *at = name; *at != '\0'; at++) {
    if (strchr("[]\\", *at) != NULL) {
      text[length++] = '\\';
    }
    text[length++] = *at;
  }
  return texts_adopt(report->texts, text);
}

static const char *result_text(const struct report *report, const struct finding *finding,
                               const struct leaf_words *leaf) {
  const struct sighting *sighting = &finding->sighting;
  const char *what = finding_traits(sighting->kind)->name;
  const char *summary = finding_traits(sighting->kind)->summary;
  if (leaf == NULL || sighting->accesses == 0) {
    return texts_print(report->texts, "%s: %s.", what, summary);
  }
  const struct access *victim = &sighting->access[sighting->victim];
  const struct access *intruder = &sighting->access[sighting->intruder];
  return texts_print(report->texts,
                     "%s of '%s': %s. %s was interrupted at this access, and "
                     "[%s %s](1) the variable (%s). %s.",
                     what, escaped(report, leaf->name), summary,
                     report_exception(report, victim->context.exception),
                     escaped(report, report_exception(report, intruder->context.exception)),
                     access_writes(intruder) ? "wrote" : "read",
                     report_hex(report, sighting->value, leaf->size, true),
                     outcome_sentence(finding->outcome));
}

static json_t *properties(const struct report *report, const struct finding *finding) {
  json_t *object = json_object();
  json_put(object, "reproduce", json_string(report_reproduce(report, finding)));
  json_put(object, "schedule", json_string(report_token(report, finding)));
  json_put(object, "group", json_string(report_cause(report, finding)->id));
  json_put(object, "outcome", json_string(outcome_name(finding->outcome)));
  json_put(object, "place", json_string(place_kind_name(finding->place.kind)));
  json_put(object, "occurrences", json_count(finding->occurrences));
  json_put(object, "masks", json_string(report_why(report, finding)));
  return object;
}

static json_t *locations(const struct report *report, const struct finding *finding) {
  const struct sighting *sighting = &finding->sighting;
  if (sighting->accesses == 0) {
    return json_pack("[o]", location(report, finding->place.pc, "here"));
  }
  return json_pack("[o]", access_location(report, finding, sighting->victim));
}

static json_t *related(const struct report *report, const struct finding *finding,
                       const struct leaf_words *leaf) {
  const struct sighting *sighting = &finding->sighting;
  json_t *list = json_array();
  if (sighting->accesses > 0) {
    json_array_append_new(list,
                          with_id(access_location(report, finding, sighting->intruder), 1));
  }
  if (leaf != NULL && leaf->file != NULL) {
    json_array_append_new(list, with_id(declaration(report, leaf), 2));
  }
  return list;
}

static json_t *result_json(const struct report *report, const struct finding *finding) {
  const struct sighting *sighting = &finding->sighting;
  struct leaf_words words;
  const struct leaf_words *leaf = report_leaf(report, sighting->leaf, &words) ? &words : NULL;
  json_t *object = json_object();
  json_put(object, "ruleId", json_string(finding_traits(sighting->kind)->name));
  json_put(object, "ruleIndex", json_integer((json_int_t)sighting->kind));
  json_put(object, "level", json_string(severity_name(report_severity(finding))));
  json_put(object, "message", message(result_text(report, finding, leaf)));
  json_put(object, "locations", locations(report, finding));
  json_put(object, "relatedLocations", related(report, finding, leaf));
  if (sighting->accesses > 0) {
    json_put(object, "codeFlows", code_flows(report, finding));
  }
  json_put(object, "partialFingerprints", json_pack("{s:s}", "tornwordRace/v1", finding->id));
  json_put(object, "properties", properties(report, finding));
  return object;
}

/* ---- The run ---- */

/* The kind's page of the documentation. */
static const struct page_part *kind_page(const char *kind) {
  size_t length = strlen(kind);
  for (size_t i = 0; kind_pages[i].name != NULL; i++) {
    const char *name = kind_pages[i].name;
    if (strncmp(name, kind, length) == 0 && strcmp(name + length, ".md") == 0) {
      return &kind_pages[i];
    }
  }
  return NULL;
}

static json_t *rule_json(enum finding_kind kind) {
  const struct finding_traits *traits = finding_traits(kind);
  const struct page_part *page = kind_page(traits->name);
  json_t *help = message(traits->summary);
  if (page != NULL) {
    json_put(help, "markdown", json_stringn((const char *)page->bytes, page->size));
  }
  json_t *object = json_object();
  json_put(object, "id", json_string(traits->name));
  json_put(object, "shortDescription", message(traits->summary));
  json_put(object, "fullDescription", message(traits->summary));
  json_put(object, "help", help);
  json_put(object, "defaultConfiguration",
           json_pack("{s:s}", "level", severity_name(traits->severity)));
  json_put(object, "properties",
           json_pack("{s:[s,s,s]}", "tags", "concurrency", "interrupts", "correctness"));
  return object;
}

static json_t *tool_json(void) {
  json_t *rules = json_array();
  for (unsigned kind = 0; kind < FINDING_KIND_COUNT; kind++) {
    json_array_append_new(rules, rule_json((enum finding_kind)kind));
  }
  json_t *driver = json_object();
  json_put(driver, "name", json_string("tornword"));
  json_put(driver, "version", json_string(TORNWORD_VERSION));
  json_put(driver, "rules", rules);
  return json_pack("{s:o}", "driver", driver);
}

static json_t *artifacts_json(const struct report *report) {
  json_t *image = json_object();
  json_put(image, "location", artifact_location(report, image_path(report->image)));
  json_put(image, "roles", json_pack("[s]", "analysisTarget"));
  json_put(image, "hashes", json_pack("{s:s}", "sha-256", image_sha256_text(report->image)));
  return json_pack("[o]", image);
}

static json_t *run_json(const struct report *report) {
  json_t *results = json_array();
  for (size_t i = 0; i < report->check->finding_count; i++) {
    if (report_shows(report, &report->check->findings[i])) {
      json_array_append_new(results, result_json(report, &report->check->findings[i]));
    }
  }
  const char *path = image_path(report->image);
  const char *base = strrchr(path, '/');
  const char *name = texts_clean(report->texts, base != NULL ? base + 1 : path);
  json_t *object = json_object();
  json_put(object, "tool", tool_json());
  json_put(object, "automationDetails",
           json_pack("{s:s}", "id", texts_print(report->texts, "tornword/%s/", name)));
  json_put(object, "columnKind", json_string("unicodeCodePoints"));
  json_put(object, "originalUriBaseIds",
           json_pack("{s:{s:o}}", BASE, "description", message("the source root")));
  json_put(object, "artifacts", artifacts_json(report));
  json_put(object, "results", results);
  return object;
}

bool report_sarif(FILE *out, const struct report *report) {
  json_t *document = json_object();
  json_put(document, "$schema", json_string("https://json.schemastore.org/sarif-2.1.0.json"));
  json_put(document, "version", json_string("2.1.0"));
  json_put(document, "runs", json_pack("[o]", run_json(report)));
  return json_write(out, document);
}
