#include <jansson.h>

#include "report/comparison.h"
#include "report/json.h"

enum { SCHEMA = 1 };

static json_t *build_json(const struct uses *uses, struct texts *texts) {
  json_t *build = json_object();
  json_put(build, "path", json_clean(texts, image_path(uses->image)));
  json_put(build, "sha256", json_string(image_sha256_text(uses->image)));
  json_put(build, "accesses", json_count(uses->known));
  json_put(build, "elsewhere", json_count(uses->unknown));
  return build;
}

static json_t *count_json(const struct use *use) {
  static const struct use none = {0};
  use = use != NULL ? use : &none;
  json_t *count = json_object();
  json_put(count, "loads", json_count(use->loads.instructions));
  json_put(count, "loads_in_loops", json_count(use->loads.in_loops));
  json_put(count, "stores", json_count(use->stores.instructions));
  json_put(count, "stores_in_loops", json_count(use->stores.in_loops));
  return count;
}

static json_t *changes_json(unsigned changes) {
  static const struct {
    unsigned change;
    const char *name;
  } rows[] = {
      {CHANGE_STORAGE, "no storage"},
      {CHANGE_LAYOUT, "layout"},
      {CHANGE_LOADS, "no loads"},
      {CHANGE_STORES, "no stores"},
      {CHANGE_LOOP_LOADS, "no loads in loops"},
      {CHANGE_LOOP_STORES, "no stores in loops"},
  };
  json_t *list = json_array();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if ((changes & rows[i].change) != 0) {
      json_array_append_new(list, json_string(rows[i].name));
    }
  }
  return list;
}

static json_t *uses_json(const struct comparison *comparison, const struct variable_pair *pair,
                         struct texts *texts) {
  json_t *list = json_array();
  for (size_t i = 0; i < pair->count; i++) {
    const struct use_pair *use = &comparison->pairs[pair->first + i];
    const struct use *named = use->before != NULL ? use->before : use->after;
    uint32_t waits = use->after != NULL ? use->after->waits : 0;
    json_t *item = json_object();
    json_put(item, "leaf", json_clean(texts, named->leaf));
    json_put(item, "function", json_clean(texts, named->function));
    json_put(item, "before", count_json(use->before));
    json_put(item, "after", count_json(use->after));
    json_put(item, "changes", changes_json(use->changes));
    json_put(item, "waits", waits != 0 ? json_hex(texts, waits, 4) : json_null());
    json_array_append_new(list, item);
  }
  return list;
}

static json_t *variable_json(const struct comparison *comparison,
                             const struct variable_pair *pair, struct texts *texts) {
  const struct variable *before = pair->before;
  json_t *item = json_object();
  json_put(item, "name", json_clean(texts, before->name));
  json_put(item, "type", before->type != NULL ? json_clean(texts, before->type) : json_null());
  json_put(item, "file", before->file != NULL ? json_clean(texts, before->file) : json_null());
  json_put(item, "line", before->file != NULL ? json_integer(before->line) : json_null());
  json_put(item, "size", json_integer(before->size));
  json_put(item, "size_after", json_integer(pair->after_size));
  json_put(item, "contexts",
           json_string(comparison_contexts(comparison, pair->contexts, texts)));
  json_put(item, "shared", json_boolean(pair->shared));
  json_put(item, "deliberate", json_boolean(pair->deliberate));
  json_put(item, "pointed_at", json_boolean(pair->handed));
  json_put(item, "lost", json_boolean(comparison_counts(pair)));
  json_put(item, "changes", changes_json(pair->changes));
  json_put(item, "uses", uses_json(comparison, pair, texts));
  return item;
}

bool comparison_json(FILE *out, const struct comparison *comparison, struct texts *texts) {
  json_t *document = json_object();
  json_t *variables = json_array();
  json_t *limits = json_array();
  for (size_t i = 0; i < comparison->variable_count; i++) {
    json_array_append_new(variables,
                          variable_json(comparison, &comparison->variables[i], texts));
  }
  for (size_t i = 0; COMPARISON_LIMITS[i] != NULL; i++) {
    json_array_append_new(limits, json_string(COMPARISON_LIMITS[i]));
  }
  bool lost = comparison_count(comparison) > 0;
  json_put(document, "schema", json_integer(SCHEMA));
  json_put(document, "tool", json_tool());
  json_put(document, "verdict", json_string(lost ? "findings" : "clean"));
  json_put(document, "before", build_json(comparison->before, texts));
  json_put(document, "after", build_json(comparison->after, texts));
  json_put(document, "variables", variables);
  json_put(document, "added", json_count(comparison->added));
  json_put(document, "limits", limits);
  return json_write(out, document);
}
