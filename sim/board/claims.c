/* invariants and groups: kept as text until the image is known. */
#include "sim/board/readers.h"

enum { GROUP_LEAST = 2 };

static bool add_claim(struct yaml *yaml, const yaml_node_t *node, enum claim_kind kind,
                      uint32_t group) {
  struct board *board = yaml->board;
  const char *text = yaml_scalar(node);
  if (text == NULL || text[0] == '\0') {
    return yaml_refuse(yaml, node, "%s is expected here",
                       kind == CLAIM_INVARIANT ? "an expression such as count <= 8"
                                               : "the name of a variable");
  }
  bool quoted = node->data.scalar.style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
                node->data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
  array_reserve((void **)&board->claims, &board->claim_capacity, board->claim_count + 1,
                sizeof *board->claims);
  board->claims[board->claim_count++] =
      (struct claim){.kind = kind,
                     .group = group,
                     .text = arena_text(&board->arena, text),
                     .path = arena_text(&board->arena, yaml->path),
                     .line = (uint32_t)node->start_mark.line + 1,
                     .column = (uint32_t)node->start_mark.column + (quoted ? 2 : 1)};
  return true;
}

static bool read_invariant(struct yaml *yaml, const yaml_node_t *node, void *into) {
  (void)into;
  return add_claim(yaml, node, CLAIM_INVARIANT, 0);
}

bool read_invariants(struct yaml *yaml, const yaml_node_t *node, void *into) {
  return yaml_items(yaml, node, read_invariant, into);
}

static bool read_member(struct yaml *yaml, const yaml_node_t *node, void *into) {
  struct board *board = into;
  return add_claim(yaml, node, CLAIM_MEMBER, board->group_count);
}

static bool read_group(struct yaml *yaml, const yaml_node_t *key, const yaml_node_t *value,
                       void *user) {
  struct board *board = user;
  size_t before = board->claim_count;
  board->group_count++;
  if (!yaml_items(yaml, value, read_member, board)) {
    return false;
  }
  return board->claim_count - before >= GROUP_LEAST ||
         yaml_refuse(yaml, key, "a group has at least two members");
}

bool read_groups(struct yaml *yaml, const yaml_node_t *node, void *into) {
  return yaml_pairs(yaml, node, read_group, into);
}
