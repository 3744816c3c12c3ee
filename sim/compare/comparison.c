#include "sim/compare/comparison.h"

#include <stdlib.h>
#include <string.h>

static const char *base_name(const char *path) {
  const char *slash = path != NULL ? strrchr(path, '/') : NULL;
  return slash != NULL ? slash + 1 : path != NULL ? path : "";
}

/* Builds may stand in different folders. */
static int compare_variables(const struct variable *a, const struct variable *b) {
  int names = strcmp(a->name, b->name);
  return names != 0 ? names : strcmp(base_name(a->file), base_name(b->file));
}

/* A symbol alone, which optimisers leave of some variables, knows no file. */
static bool is_same(const struct variable *a, const struct variable *b) {
  bool somewhere = a->file == NULL || b->file == NULL;
  return somewhere ? strcmp(a->name, b->name) == 0 : compare_variables(a, b) == 0;
}

static int compare_pairs(const void *left, const void *right) {
  const struct variable *a = ((const struct variable_pair *)left)->before;
  const struct variable *b = ((const struct variable_pair *)right)->before;
  int order = compare_variables(a, b);
  return order != 0 ? order : (a->address < b->address ? -1 : a->address > b->address);
}

static const struct leaf *first_leaf(const struct image *image,
                                     const struct variable *variable) {
  return variable->leaf_count > 0 ? &image_leaves(image)->leaves[variable->first_leaf] : NULL;
}

static bool is_constant(const struct image *image, const struct variable *variable) {
  const struct leaf *leaf = first_leaf(image, variable);
  return leaf == NULL || (leaf->flags & LEAF_CONST) != 0;
}

static const struct variable *variable_of(const struct uses *uses, const struct use *use) {
  const struct variable *variables = NULL;
  image_variables(uses->image, &variables);
  return &variables[use->variable];
}

/* What is left of it: optimisers cut variables in parts of one name. */
static void match(struct variable_pair *pair, const struct uses *after) {
  const struct variable *variables = NULL;
  size_t count = image_variables(after->image, &variables);
  for (size_t i = 0; i < count; i++) {
    if (is_same(pair->before, &variables[i])) {
      pair->after = pair->after != NULL ? pair->after : &variables[i];
      pair->after_size += variables[i].size;
      pair->after_leaves += variables[i].leaf_count;
      pair->handed |= after->handed[i];
    }
  }
  count = image_vanished(after->image, &variables);
  for (size_t i = 0; i < count; i++) {
    pair->described |= is_same(pair->before, &variables[i]);
  }
}

static bool same_text(const char *a, const char *b) {
  return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static unsigned change_of_variable(const struct variable_pair *pair) {
  if (pair->after == NULL) {
    return CHANGE_STORAGE;
  }
  if (pair->after->from_symbol || pair->before->from_symbol) {
    return 0; /* no type to compare */
  }
  bool same = pair->before->size == pair->after_size &&
              pair->before->leaf_count == pair->after_leaves &&
              same_text(pair->before->type, pair->after->type);
  return same ? 0 : CHANGE_LAYOUT;
}

static unsigned change_of_count(struct use_count before, struct use_count after, unsigned gone,
                                unsigned left_loop) {
  if (before.instructions > 0 && after.instructions == 0) {
    return gone;
  }
  return before.in_loops > 0 && after.in_loops == 0 ? left_loop : 0;
}

static unsigned change_of_use(const struct use *before, const struct use *after) {
  static const struct use_count none = {0, 0};
  return change_of_count(before->loads, after != NULL ? after->loads : none, CHANGE_LOADS,
                         CHANGE_LOOP_LOADS) |
         change_of_count(before->stores, after != NULL ? after->stores : none, CHANGE_STORES,
                         CHANGE_LOOP_STORES);
}

static const struct use *find_use(const struct uses *uses, const struct use *like,
                                  const struct variable *variable) {
  for (size_t i = 0; i < uses->count; i++) {
    const struct use *use = &uses->list[i];
    if (strcmp(use->leaf, like->leaf) == 0 && strcmp(use->function, like->function) == 0 &&
        is_same(variable_of(uses, use), variable)) {
      return use;
    }
  }
  return NULL;
}

static struct use_pair *add_pair(struct comparison *c, const struct use *before,
                                 const struct use *after) {
  array_reserve((void **)&c->pairs, &c->pair_capacity, c->pair_count + 1, sizeof *c->pairs);
  struct use_pair *pair = &c->pairs[c->pair_count++];
  *pair = (struct use_pair){before, after, 0};
  return pair;
}

static void pair_uses(struct comparison *c, struct variable_pair *variable) {
  variable->first = c->pair_count;
  for (size_t i = 0; i < c->before->count; i++) {
    const struct use *use = &c->before->list[i];
    if (variable_of(c->before, use) == variable->before) {
      const struct use *after = find_use(c->after, use, variable->before);
      struct use_pair *pair = add_pair(c, use, after);
      pair->changes = variable->after != NULL ? change_of_use(use, after) : 0;
      variable->changes |= pair->changes;
      variable->contexts |= use->contexts;
    }
  }
  for (size_t i = 0; i < c->after->count; i++) {
    const struct use *use = &c->after->list[i];
    if (is_same(variable_of(c->after, use), variable->before) &&
        find_use(c->before, use, variable->before) == NULL) {
      add_pair(c, NULL, use);
    }
  }
  variable->count = c->pair_count - variable->first;
}

static bool is_several(uint64_t contexts) {
  return (contexts & (contexts - 1)) != 0;
}

/* Leaf by leaf: members of one object may belong to different contexts. */
static bool is_shared(const struct comparison *c, const struct variable_pair *variable) {
  for (size_t i = 0; i < variable->count; i++) {
    const struct use *one = c->pairs[variable->first + i].before;
    uint64_t contexts = 0;
    bool stored = false;
    for (size_t k = 0; one != NULL && k < variable->count; k++) {
      const struct use *use = c->pairs[variable->first + k].before;
      if (use != NULL && strcmp(use->leaf, one->leaf) == 0) {
        contexts |= use->contexts;
        stored |= use->stores.instructions > 0;
      }
    }
    if (stored && is_several(contexts)) {
      return true;
    }
  }
  return false;
}

static void compare_one(struct comparison *c, const struct variable *variable) {
  struct variable_pair *pair = &c->variables[c->variable_count++];
  const struct leaf *leaf = first_leaf(c->before->image, variable);
  *pair = (struct variable_pair){.before = variable};
  pair->deliberate = (leaf->flags & (LEAF_VOLATILE | LEAF_ATOMIC)) != 0;
  match(pair, c->after);
  pair->changes = change_of_variable(pair);
}

static size_t count_added(const struct comparison *c) {
  const struct variable *variables = NULL;
  size_t count = image_variables(c->after->image, &variables);
  size_t added = 0;
  for (size_t i = 0; i < count; i++) {
    bool known = is_constant(c->after->image, &variables[i]);
    for (size_t k = 0; !known && k < c->variable_count; k++) {
      known = is_same(&variables[i], c->variables[k].before);
    }
    added += !known;
  }
  return added;
}

static bool refuse_bare(const struct image *image, struct error *error) {
  return image_has_debug(image) ||
         error_set(error,
                   "%s: no debug information, and so no names to compare by; compile with -g",
                   image_path(image));
}

/* Whether code of the image was written in the file. */
static bool has_code_of(const struct image *image, const char *file) {
  for (uint32_t row = 0; row != UINT32_MAX; row = image_row_behind(image, row)) {
    struct source_frame frame;
    if (image_line_at(image, row, &frame) && frame.file != NULL &&
        strcmp(base_name(frame.file), base_name(file)) == 0) {
      return true;
    }
  }
  return false;
}

/* An optimiser may leave no variable, but then code of the file that declares it. */
static bool refuse_strangers(const struct comparison *c, struct error *error) {
  for (size_t i = 0; i < c->variable_count; i++) {
    if (c->variables[i].after != NULL || c->variables[i].described) {
      return true;
    }
  }
  for (size_t i = 0; i < c->variable_count; i++) {
    const char *file = c->variables[i].before->file;
    if (file != NULL && has_code_of(c->after->image, file)) {
      return true;
    }
  }
  return c->variable_count == 0 ||
         error_set(error,
                   "%s and %s have no variable in common; give two builds of one program",
                   image_path(c->before->image), image_path(c->after->image));
}

bool comparison_of(const struct uses *before, const struct uses *after,
                   struct comparison *comparison, struct error *error) {
  *comparison = (struct comparison){.before = before, .after = after};
  if (!refuse_bare(before->image, error) || !refuse_bare(after->image, error)) {
    return false;
  }
  const struct variable *variables = NULL;
  size_t count = image_variables(before->image, &variables);
  comparison->variables = allocate(count + 1, sizeof *comparison->variables);
  for (size_t i = 0; i < count; i++) {
    if (!is_constant(before->image, &variables[i])) {
      compare_one(comparison, &variables[i]);
    }
  }
  if (!refuse_strangers(comparison, error)) {
    comparison_free(comparison);
    return false;
  }
  qsort(comparison->variables, comparison->variable_count, sizeof *comparison->variables,
        compare_pairs);
  for (size_t i = 0; i < comparison->variable_count; i++) {
    pair_uses(comparison, &comparison->variables[i]);
    comparison->variables[i].shared = is_shared(comparison, &comparison->variables[i]);
  }
  comparison->added = count_added(comparison);
  return true;
}

void comparison_free(struct comparison *comparison) {
  free(comparison->variables);
  free(comparison->pairs);
  *comparison = (struct comparison){.before = NULL};
}

bool comparison_counts(const struct variable_pair *pair) {
  bool lost = (pair->changes & ~(unsigned)CHANGE_LAYOUT) != 0;
  return pair->shared && lost && !pair->deliberate && !pair->handed;
}
