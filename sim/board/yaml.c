#include "sim/board/yaml.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/board/board.h"
#include "sim/words.h"

static bool parse(struct yaml *yaml, FILE *stream, struct error *error) {
  yaml_parser_t parser;
  if (yaml_parser_initialize(&parser) == 0) {
    abort();
  }
  yaml_parser_set_input_file(&parser, stream);
  bool loaded = yaml_parser_load(&parser, &yaml->document) != 0;
  if (!loaded) {
    error_set(error, "%s:%zu:%zu: not YAML: %s", yaml->path, parser.problem_mark.line + 1,
              parser.problem_mark.column + 1,
              parser.problem != NULL ? parser.problem : "cannot be read");
  }
  yaml_parser_delete(&parser);
  return loaded;
}

bool yaml_open(struct yaml *yaml, struct board *board, const char *path, struct error *error) {
  *yaml =
      (struct yaml){.path = arena_text(&board->arena, path), .board = board, .error = error};
  FILE *stream = fopen(path, "rb");
  if (stream == NULL) {
    return error_set(error, "%s: cannot be read: %s", path, strerror(errno));
  }
  bool parsed = parse(yaml, stream, error);
  fclose(stream);
  if (parsed && yaml_document_get_root_node(&yaml->document) == NULL) {
    yaml_document_delete(&yaml->document);
    return error_set(error, "%s: empty; a mapping with keys such as memory_map is expected",
                     path);
  }
  return parsed;
}

void yaml_close(struct yaml *yaml) {
  yaml_document_delete(&yaml->document);
}

const yaml_node_t *yaml_root(struct yaml *yaml) {
  return yaml_document_get_root_node(&yaml->document);
}

bool yaml_refuse(const struct yaml *yaml, const yaml_node_t *node, const char *format, ...) {
  char text[300];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return error_set(yaml->error, "%.150s:%zu:%zu: %s", yaml->path, node->start_mark.line + 1,
                   node->start_mark.column + 1, text);
}

void yaml_note(struct yaml *yaml, const yaml_node_t *node, const char *format, ...) {
  char text[300];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  board_note(yaml->board, "%s:%zu: %s", yaml->path, node->start_mark.line + 1, text);
}

const char *yaml_suggest(struct yaml *yaml, const char *word, const struct yaml_key *keys) {
  struct words_nearest nearest = {.wrong = word};
  for (; keys->name != NULL; keys++) {
    words_try(&nearest, keys->name);
  }
  return nearest.word != NULL
             ? arena_format(&yaml->board->arena, "; did you mean '%s'?", nearest.word)
             : "";
}

const char *yaml_scalar(const yaml_node_t *node) {
  return node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

static const char *kind_of(const yaml_node_t *node) {
  return node->type == YAML_MAPPING_NODE    ? "a mapping"
         : node->type == YAML_SEQUENCE_NODE ? "a list"
                                            : "a single value";
}

bool yaml_is_null(const yaml_node_t *node) {
  const char *text = yaml_scalar(node);
  return text != NULL &&
         (text[0] == '\0' || strcmp(text, "null") == 0 || strcmp(text, "~") == 0);
}

bool yaml_pairs(struct yaml *yaml, const yaml_node_t *node, yaml_pair *visit, void *user) {
  if (yaml_is_null(node)) {
    return true;
  }
  if (node->type != YAML_MAPPING_NODE) {
    return yaml_refuse(yaml, node, "%s where a mapping (key: value) is expected",
                       kind_of(node));
  }
  const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
  for (; pair < node->data.mapping.pairs.top; pair++) {
    const yaml_node_t *key = yaml_document_get_node(&yaml->document, pair->key);
    const yaml_node_t *value = yaml_document_get_node(&yaml->document, pair->value);
    if (yaml_scalar(key) == NULL) {
      return yaml_refuse(yaml, key, "%s where a key is expected", kind_of(key));
    }
    if (!visit(yaml, key, value, user)) {
      return false;
    }
  }
  return true;
}

bool yaml_items(struct yaml *yaml, const yaml_node_t *node, yaml_reader *visit, void *user) {
  if (node->type != YAML_SEQUENCE_NODE) {
    return yaml_refuse(yaml, node, "%s where a list is expected", kind_of(node));
  }
  const yaml_node_item_t *item = node->data.sequence.items.start;
  for (; item < node->data.sequence.items.top; item++) {
    if (!visit(yaml, yaml_document_get_node(&yaml->document, *item), user)) {
      return false;
    }
  }
  return true;
}

struct filling {
  const struct yaml_key *keys;
  void *into;
};

static bool fill_one(struct yaml *yaml, const yaml_node_t *key, const yaml_node_t *value,
                     void *user) {
  const struct filling *filling = user;
  const char *name = yaml_scalar(key);
  for (const struct yaml_key *row = filling->keys; row->name != NULL; row++) {
    if (strcmp(row->name, name) != 0) {
      continue;
    }
    if (row->read == NULL) {
      yaml_note(yaml, key, "'%s' is not used: %s", name, row->unused);
      return true;
    }
    return row->read(yaml, value, (char *)filling->into + row->offset);
  }
  yaml_note(yaml, key, "'%s' is not known and not used%s", name,
            yaml_suggest(yaml, name, filling->keys));
  return true;
}

bool yaml_fill(struct yaml *yaml, const yaml_node_t *node, const struct yaml_key *keys,
               void *into) {
  struct filling filling = {keys, into};
  return yaml_pairs(yaml, node, fill_one, &filling);
}

bool yaml_number(const char *text, uint64_t *number) {
  char digits[40] = "";
  size_t length = 0;
  for (; *text != '\0' && length < sizeof digits - 1; text++) {
    if (*text != '_') {
      digits[length++] = *text;
    }
  }
  digits[length] = '\0';
  char *end = NULL;
  errno = 0;
  bool binary = strncasecmp(digits, "0b", 2) == 0;
  *number = strtoull(binary ? digits + 2 : digits, &end, binary ? 2 : 0);
  return length > 0 && digits[0] != '-' && *end == '\0' && errno == 0 && *text == '\0';
}

bool yaml_u64(struct yaml *yaml, const yaml_node_t *node, void *into) {
  const char *text = yaml_scalar(node);
  if (text == NULL || !yaml_number(text, into)) {
    return yaml_refuse(yaml, node, "%s%.60s%s is no number; give one such as 0x40000000 or 12",
                       text != NULL ? "'" : "", text != NULL ? text : kind_of(node),
                       text != NULL ? "'" : "");
  }
  return true;
}

bool yaml_u32(struct yaml *yaml, const yaml_node_t *node, void *into) {
  uint64_t number = 0;
  if (!yaml_u64(yaml, node, &number)) {
    return false;
  }
  if (number > UINT32_MAX) {
    return yaml_refuse(yaml, node, "'%s' does not fit 32 bits", yaml_scalar(node));
  }
  *(uint32_t *)into = (uint32_t)number;
  return true;
}

bool yaml_bool(struct yaml *yaml, const yaml_node_t *node, void *into) {
  const char *text = yaml_scalar(node);
  bool yes = text != NULL && strcasecmp(text, "true") == 0;
  if (!yes && (text == NULL || strcasecmp(text, "false") != 0)) {
    return yaml_refuse(yaml, node, "%s is neither true nor false",
                       text != NULL ? text : kind_of(node));
  }
  *(bool *)into = yes;
  return true;
}

bool yaml_text(struct yaml *yaml, const yaml_node_t *node, void *into) {
  const char *text = yaml_scalar(node);
  if (text == NULL) {
    return yaml_refuse(yaml, node, "%s where a text is expected", kind_of(node));
  }
  *(const char **)into = arena_text(&yaml->board->arena, text);
  return true;
}

bool yaml_path(struct yaml *yaml, const yaml_node_t *node, void *into) {
  const char *text = NULL;
  if (!yaml_text(yaml, node, &text)) {
    return false;
  }
  const char *slash = strrchr(yaml->path, '/');
  bool absolute = text[0] == '/' || slash == NULL;
  *(const char **)into = absolute ? text
                                  : arena_format(&yaml->board->arena, "%.*s/%s",
                                                 (int)(slash - yaml->path), yaml->path, text);
  return true;
}
