#include <jansson.h>

#include "report/json.h"
#include "report/model.h"
#include "report/overview.h"

enum { SCHEMA = 1, FIRST_HANDLER = 2 };

static json_t *core_json(const struct report *report) {
  const struct core_traits *traits = core_traits(image_core(report->image));
  json_t *core = json_object();
  json_put(core, "name", json_string(traits->name));
  json_put(core, "title", json_string(traits->title));
  json_put(core, "source", json_clean(report->texts, image_core_source(report->image)));
  return core;
}

static json_t *memory_json(const struct report *report) {
  const struct segment *segments = NULL;
  size_t count = image_segments(report->image, &segments);
  json_t *list = json_array();
  for (size_t i = 0; i < count; i++) {
    json_t *item = json_object();
    json_put(item, "address", json_hex(report->texts, segments[i].run_address, 4));
    json_put(item, "size", json_integer(segments[i].memory_size));
    json_put(item, "stored_at", json_hex(report->texts, segments[i].address, 4));
    json_put(item, "stored_size", json_integer(segments[i].size));
    json_put(item, "writable", json_boolean(segments[i].writable));
    json_put(item, "executable", json_boolean(segments[i].executable));
    json_array_append_new(list, item);
  }
  return list;
}

static json_t *handlers_json(const struct report *report) {
  const uint32_t *words = NULL;
  size_t count = image_vector_words(report->image, &words);
  json_t *list = json_array();
  for (size_t i = 1; i < count; i++) {
    if (words[i] == 0) {
      continue;
    }
    const struct function *function = image_function_at(report->image, words[i] & ~1U);
    const char *name = i < FIRST_HANDLER ? "Reset" : report_exception(report, (unsigned)i);
    json_t *item = json_object();
    json_put(item, "exception", json_integer((json_int_t)i));
    json_put(item, "name", json_string(name));
    json_put(item, "address", json_hex(report->texts, words[i] & ~1U, 4));
    json_put(item, "function",
             json_clean(report->texts, function != NULL ? function->name : NULL));
    json_array_append_new(list, item);
  }
  return list;
}

static json_t *vectors_json(const struct report *report) {
  const uint32_t *words = NULL;
  size_t count = image_vector_words(report->image, &words);
  json_t *vectors = json_object();
  json_put(vectors, "address", json_hex(report->texts, image_vectors(report->image), 4));
  json_put(vectors, "source", json_clean(report->texts, image_vectors_source(report->image)));
  json_put(vectors, "words", json_integer((json_int_t)count));
  json_put(vectors, "initial_sp",
           count > 0 ? json_hex(report->texts, words[0], 4) : json_null());
  json_put(vectors, "handlers", handlers_json(report));
  return vectors;
}

static json_t *values_json(const struct report *report, uint32_t index) {
  const struct leaf_table *table = image_leaves(report->image);
  const struct leaf *leaf = &table->leaves[index];
  json_t *list = json_array();
  for (uint32_t i = 0; i < leaf->value_count; i++) {
    json_t *item = json_object();
    json_put(item, "name",
             json_clean(report->texts,
                        image_value_name(report->image, table, index, leaf->values[i])));
    json_put(item, "value", json_hex(report->texts, leaf->values[i], leaf->size));
    json_array_append_new(list, item);
  }
  return list;
}

static json_t *leaf_json(const struct report *report, uint32_t index) {
  const struct leaf_table *table = image_leaves(report->image);
  const struct leaf *leaf = &table->leaves[index];
  json_t *item = json_object();
  json_put(
      item, "name",
      json_string(texts_adopt(report->texts, image_leaf_name(report->image, table, index))));
  json_put(item, "type",
           json_clean(report->texts, image_leaf_type(report->image, table, index)));
  json_put(item, "address", json_hex(report->texts, leaf->address, 4));
  json_put(item, "size", json_integer(leaf->size));
  json_put(item, "volatile", json_boolean((leaf->flags & LEAF_VOLATILE) != 0));
  json_put(item, "atomic", json_boolean((leaf->flags & LEAF_ATOMIC) != 0));
  if (leaf->kind == LEAF_ENUM) {
    json_put(item, "values", values_json(report, index));
  }
  return item;
}

static json_t *variable_json(const struct report *report, const struct variable *variable) {
  json_t *item = json_object();
  json_put(item, "name", json_clean(report->texts, variable->name));
  json_put(item, "type", json_clean(report->texts, variable->type));
  json_put(item, "file", json_clean(report->texts, variable->file));
  json_put(item, "line", variable->file != NULL ? json_integer(variable->line) : json_null());
  json_put(item, "address", json_hex(report->texts, variable->address, 4));
  json_put(item, "size", json_integer(variable->size));
  json_t *leaves = json_array();
  for (uint32_t i = 0; i < variable->leaf_count; i++) {
    json_array_append_new(leaves, leaf_json(report, variable->first_leaf + i));
  }
  json_put(item, "leaves", leaves);
  return item;
}

static json_t *variables_json(const struct report *report) {
  const struct variable *variables = NULL;
  size_t count = image_variables(report->image, &variables);
  json_t *list = json_array();
  for (size_t i = 0; i < count; i++) {
    json_array_append_new(list, variable_json(report, &variables[i]));
  }
  return list;
}

static json_t *notes_json(const struct report *report) {
  const char *const *notes = NULL;
  size_t count = image_notes(report->image, &notes);
  json_t *list = json_array();
  for (size_t i = 0; i < count; i++) {
    json_array_append_new(list, json_clean(report->texts, notes[i]));
  }
  return list;
}

static json_t *model_json(const struct report *report) {
  struct model_row rows[MODEL_ROWS];
  size_t count = model_rows(image_core(report->image), rows);
  json_t *list = json_array();
  for (size_t i = 0; i < count; i++) {
    json_t *row = json_object();
    json_put(row, "feature", json_string(rows[i].feature));
    json_put(row, "how", json_string(rows[i].how));
    json_array_append_new(list, row);
  }
  return list;
}

bool overview_json(FILE *out, const struct report *report) {
  json_t *document = json_object();
  json_put(document, "schema", json_integer(SCHEMA));
  json_put(document, "tool", json_tool());
  json_put(document, "path", json_clean(report->texts, image_path(report->image)));
  json_put(document, "sha256", json_string(image_sha256_text(report->image)));
  json_put(document, "core", core_json(report));
  json_put(document, "memory", memory_json(report));
  json_put(document, "vectors", vectors_json(report));
  json_put(document, "variables", variables_json(report));
  json_put(document, "notes", notes_json(report));
  json_put(document, "model", model_json(report));
  return json_write(out, document);
}
