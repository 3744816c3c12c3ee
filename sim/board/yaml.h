/* YAML, read by tables of keys.
 *
 * A document is libyaml's tree. Readers take a node and a place to put it; what
 * has the wrong type is refused with FILE:LINE:COLUMN, what nobody knows is
 * noted with FILE:LINE and the nearest key. */
#ifndef TORNWORD_SIM_BOARD_YAML_H
#define TORNWORD_SIM_BOARD_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yaml.h>

#include "sim/error.h"

struct board;

struct yaml {
  const char *path;
  yaml_document_t document;
  struct board *board; /* gets the notes, and owns the texts */
  struct error *error;
};

typedef bool yaml_reader(struct yaml *yaml, const yaml_node_t *node, void *into);

struct yaml_key {
  const char *name; /* NULL ends a table */
  yaml_reader *read;
  size_t offset;      /* of the member that it fills */
  const char *unused; /* why a key that is known is not used; then no reader */
};

/* A row that fills a member of a struct. */
#define YAML_MEMBER(type, key, reader, member) \
  { .name = key, .read = reader, .offset = offsetof(type, member) }

bool yaml_open(struct yaml *yaml, struct board *board, const char *path, struct error *error);
void yaml_close(struct yaml *yaml);
const yaml_node_t *yaml_root(struct yaml *yaml);

/* Fills a struct from a mapping. */
bool yaml_fill(struct yaml *yaml, const yaml_node_t *node, const struct yaml_key *keys,
               void *into);

/* Visits each pair of a mapping, each item of a list. */
typedef bool yaml_pair(struct yaml *yaml, const yaml_node_t *key, const yaml_node_t *value,
                       void *user);
bool yaml_pairs(struct yaml *yaml, const yaml_node_t *node, yaml_pair *visit, void *user);
bool yaml_items(struct yaml *yaml, const yaml_node_t *node, yaml_reader *visit, void *user);

/* Readers of single values: uint32_t, uint64_t, bool, const char *. */
bool yaml_u32(struct yaml *yaml, const yaml_node_t *node, void *into);
bool yaml_u64(struct yaml *yaml, const yaml_node_t *node, void *into);
bool yaml_bool(struct yaml *yaml, const yaml_node_t *node, void *into);
bool yaml_text(struct yaml *yaml, const yaml_node_t *node, void *into);
/* A path: relative to the file in which it stands. */
bool yaml_path(struct yaml *yaml, const yaml_node_t *node, void *into);

const char *yaml_scalar(const yaml_node_t *node); /* NULL if it is none */
bool yaml_is_null(const yaml_node_t *node);       /* nothing, "~" or "null" */
bool yaml_number(const char *text, uint64_t *number);

bool yaml_refuse(const struct yaml *yaml, const yaml_node_t *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void yaml_note(struct yaml *yaml, const yaml_node_t *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "; did you mean 'x'?" for a word that is wrong, or "". */
const char *yaml_suggest(struct yaml *yaml, const char *word, const struct yaml_key *keys);

#endif
