#include "sim/explore/claims.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sim/explore/claim_registers.h"
#include "sim/explore/expression.h"
#include "sim/image/arena.h"
#include "sim/words.h"

/* The table that is handed out, and what it stands on. */
struct owner {
  struct claims claims; /* first: it is what others hold */
  struct arena arena;
  struct invariant *invariants;
  uint32_t *leaves;
  uint64_t *uses;
  uint32_t *slot_of, *group_of;
  struct claim_registers registers;
};

struct reader {
  struct owner *owner;
  const struct image *image;
  const struct leaf_table *leaves;
  uint32_t slots[CLAIM_SLOTS]; /* of the invariant that is being read */
  uint32_t slot_count;
};

static bool begins(const char *text, const char *name, size_t length) {
  return strncmp(text, name, length) == 0 &&
         (text[length] == '\0' || text[length] == '.' || text[length] == '[');
}

/* Leaves that a name stands for: one, or all those inside it. */
struct match {
  uint32_t first;
  uint32_t count;
  bool exact; /* `first` has just this name */
  bool twice; /* two variables have it */
};

static void match_variable(const struct reader *r, const char *name,
                           const struct variable *variable, struct match *match) {
  size_t length = strlen(name);
  for (uint32_t i = variable->first_leaf; i < variable->first_leaf + variable->leaf_count;
       i++) {
    char *leaf = image_leaf_name(r->image, r->leaves, i);
    if (begins(leaf, name, length)) {
      bool other = match->count > 0 &&
                   r->leaves->leaves[match->first].variable != r->leaves->leaves[i].variable;
      match->twice = match->twice || other;
      match->exact = match->exact || strlen(leaf) == length;
      match->first = match->count == 0 ? i : match->first;
      match->count++;
    }
    free(leaf);
  }
}

static struct match match_name(const struct reader *r, const char *name) {
  const struct variable *variables = NULL;
  size_t count = image_variables(r->image, &variables);
  struct match match = {0};
  for (size_t i = 0; i < count; i++) {
    if (begins(name, variables[i].name, strlen(variables[i].name))) {
      match_variable(r, name, &variables[i], &match);
    }
  }
  return match;
}

/* "; did you mean 'x'?", or nothing. Leaves are looked through only where the variable
 * is known: there may be very many. */
static void suggest(const struct reader *r, const char *name,
                    const struct claim_registers *registers, char *text, size_t size) {
  const struct variable *variables = NULL;
  size_t count = image_variables(r->image, &variables);
  struct words_nearest nearest = {.wrong = name};
  char found[EXPRESSION_NAME] = "";
  for (size_t i = 0; i < count; i++) {
    words_try(&nearest, variables[i].name);
  }
  if (registers != NULL) {
    claim_registers_try(registers, &nearest);
  }
  for (size_t i = 0; i < count; i++) {
    bool inside = begins(name, variables[i].name, strlen(variables[i].name));
    for (uint32_t n = 0; inside && n < variables[i].leaf_count && n < CLAIM_SLOTS; n++) {
      char *leaf = image_leaf_name(r->image, r->leaves, variables[i].first_leaf + n);
      words_try(&nearest, leaf);
      if (nearest.word == leaf) {
        snprintf(found, sizeof found, "%s", leaf);
        nearest.word = found;
      }
      free(leaf);
    }
  }
  snprintf(text, size, nearest.word != NULL ? "; did you mean '%.100s'?" : "%.0s",
           nearest.word != NULL ? nearest.word : "");
}

/* The value of an enumerator of any variable's type. */
static bool find_enumerator(const struct reader *r, const char *name, struct term *term) {
  for (uint32_t i = 0; i < r->leaves->count; i++) {
    const struct leaf *leaf = &r->leaves->leaves[i];
    for (uint32_t n = 0; leaf->kind == LEAF_ENUM && n < leaf->value_count; n++) {
      const char *known = image_value_name(r->image, r->leaves, i, leaf->values[n]);
      if (known != NULL && strcmp(known, name) == 0) {
        *term =
            (struct term){.kind = TERM_NUMBER, .size = leaf->size, .number = leaf->values[n]};
        return true;
      }
    }
  }
  return false;
}

static bool slot_for(struct reader *r, uint32_t leaf, struct term *term, struct error *error) {
  struct owner *o = r->owner;
  if (o->slot_of[leaf] == 0) {
    if (o->claims.slot_count == CLAIM_SLOTS) {
      return error_set(error, "invariants name more than %d variables", CLAIM_SLOTS);
    }
    o->leaves[o->claims.slot_count] = leaf;
    o->slot_of[leaf] = ++o->claims.slot_count;
  }
  uint32_t slot = o->slot_of[leaf] - 1;
  uint32_t operand = 0;
  while (operand < r->slot_count && r->slots[operand] != slot) {
    operand++;
  }
  if (operand == r->slot_count) {
    r->slots[r->slot_count++] = slot;
  }
  const struct leaf *known = &r->leaves->leaves[leaf];
  *term = (struct term){.kind = TERM_LEAF,
                        .size = known->size,
                        .is_signed = (known->flags & LEAF_SIGNED) != 0,
                        .operand = operand};
  return true;
}

/* "X.ready" of the leaf "X.{ready,error}", or of "X.ready" itself. */
static bool is_leaf_of_bits(const struct reader *r, uint32_t leaf, const char *name,
                            size_t object) {
  if (r->leaves->leaves[leaf].kind != LEAF_BITFIELD) {
    return false;
  }
  char *text = image_leaf_name(r->image, r->leaves, leaf);
  bool found = strncmp(text, name, object) == 0 && text[object] == '.' &&
               (text[object + 1] == '{' || strcmp(text, name) == 0);
  free(text);
  return found;
}

/* A bit-field: part of a leaf. */
static bool find_bits(struct reader *r, const char *name, uint32_t *leaf,
                      struct bit_field *field) {
  const struct variable *variables = NULL;
  size_t count = image_variables(r->image, &variables);
  const char *member = strrchr(name, '.');
  for (size_t i = 0; member != NULL && i < count; i++) {
    const struct variable *v = &variables[i];
    bool inside = begins(name, v->name, strlen(v->name));
    for (*leaf = v->first_leaf; inside && *leaf < v->first_leaf + v->leaf_count; ++*leaf) {
      if (is_leaf_of_bits(r, *leaf, name, (size_t)(member - name)) &&
          image_bit_field(r->image, r->leaves, *leaf, member + 1, field)) {
        return true;
      }
    }
  }
  return false;
}

/* `registers`: which it could have been, too; NULL: none. */
static bool refuse_name(const struct reader *r, const char *name,
                        const struct claim_registers *registers, struct error *error) {
  char suggestion[128];
  const struct variable *vanished = NULL;
  size_t count = image_vanished(r->image, &vanished);
  for (size_t i = 0; i < count; i++) {
    if (strcmp(vanished[i].name, name) == 0) {
      return error_set(error, "the compiler left no storage for %.100s", name);
    }
  }
  suggest(r, name, registers, suggestion, sizeof suggestion);
  return error_set(error, "%.100s is no variable of the image%s%s", name,
                   registers != NULL ? " and no register that has a description" : "",
                   suggestion);
}

static bool is_whole(const struct leaf *leaf) {
  return leaf->kind != LEAF_FLOAT && leaf->kind != LEAF_UNION && leaf->size <= 8 &&
         (leaf->size & (leaf->size - 1)) == 0;
}

static bool bits_slot(struct reader *r, const char *name, uint32_t leaf,
                      const struct bit_field *field, struct term *term, struct error *error) {
  if (!is_whole(&r->leaves->leaves[leaf])) {
    return error_set(error, "%.100s lies in no whole number of 1, 2, 4 or 8 bytes", name);
  }
  if (!slot_for(r, leaf, term, error)) {
    return false;
  }
  term->first_bit = field->first;
  term->bits = field->bits;
  term->is_signed = field->is_signed;
  return true;
}

static bool resolve(void *owner, const char *name, struct term *term, struct error *error) {
  struct reader *r = owner;
  uint32_t bits_leaf = 0;
  struct bit_field field = {0};
  if (find_bits(r, name, &bits_leaf, &field)) {
    return bits_slot(r, name, bits_leaf, &field, term, error);
  }
  struct match match = match_name(r, name);
  if (match.count == 0 && strcmp(name, "asleep") == 0) {
    *term = (struct term){.kind = TERM_ASLEEP};
    return true;
  }
  if (match.count == 0) {
    return find_enumerator(r, name, term) || refuse_name(r, name, NULL, error);
  }
  if (match.twice) {
    return error_set(error, "%.100s is the name of several variables", name);
  }
  if (!match.exact) {
    char *leaf = image_leaf_name(r->image, r->leaves, match.first);
    error_set(error, "%.100s has members; name one of them, such as %.100s", name, leaf);
    free(leaf);
    return false;
  }
  return is_whole(&r->leaves->leaves[match.first])
             ? slot_for(r, match.first, term, error)
             : error_set(error, "%.100s is no whole number of 1, 2, 4 or 8 bytes", name);
}

/* Puts where the text stands, and what is wrong there, into one message. */
static bool refuse(const struct claim *claim, uint32_t at, const struct error *inner,
                   struct error *error) {
  return error_set(error, "%.150s:%u:%u: %.300s", claim->path, claim->line, claim->column + at,
                   inner->message);
}

static void *copy_of(struct owner *o, const void *from, size_t count, size_t size) {
  void *copy = arena_allocate(&o->arena, count + 1, size);
  memcpy(copy, from, count * size);
  return copy;
}

static bool read_invariant(struct reader *r, const struct claim *claim, struct error *error) {
  struct owner *o = r->owner;
  struct term terms[INVARIANT_TERMS];
  const struct expression_names names = {r, resolve};
  struct error inner = {{0}};
  uint32_t count = 0;
  uint32_t at = 0;
  r->slot_count = 0;
  if (!expression_parse(claim->text, &names, terms, &count, &at, &inner)) {
    return refuse(claim, at, &inner, error);
  }
  uint32_t index = o->claims.invariant_count;
  if (index == INVARIANTS_MOST || r->slot_count == 0) {
    error_set(&inner, index == INVARIANTS_MOST ? "there are more than 64 invariants"
                                               : "the expression names no variable");
    return refuse(claim, 0, &inner, error);
  }
  for (uint32_t i = 0; i < r->slot_count; i++) {
    o->uses[r->slots[i]] |= UINT64_C(1) << index;
  }
  o->invariants[o->claims.invariant_count++] =
      (struct invariant){.text = arena_text(&o->arena, claim->text),
                         .terms = copy_of(o, terms, count, sizeof terms[0]),
                         .term_count = count,
                         .slots = copy_of(o, r->slots, r->slot_count, sizeof r->slots[0]),
                         .slot_count = r->slot_count};
  return true;
}

static bool read_member(struct reader *r, const struct claim *claim, struct error *error) {
  char name[EXPRESSION_NAME];
  struct error inner = {{0}};
  uint32_t address = 0;
  uint32_t length = expression_name(claim->text, name);
  bool is_name = length > 0 && claim->text[length] == '\0';
  bool is_register = claim_registers_named(&r->owner->registers, claim->text, &address);
  if (!is_name && !is_register) {
    error_set(&inner,
              "a member of a group is the name of a variable, such as clock.ticks, or "
              "of a register, or its address, such as 0x40000024");
    return refuse(claim, length, &inner, error);
  }
  struct match match = is_name ? match_name(r, name) : (struct match){0};
  if (is_register && match.count > 0) {
    error_set(&inner, "%.100s is a variable and a register; give the register's address", name);
    return refuse(claim, 0, &inner, error);
  }
  if (is_register) {
    return claim_registers_add(&r->owner->registers, address, claim->group, &inner) ||
           refuse(claim, 0, &inner, error);
  }
  if (match.count == 0) {
    refuse_name(r, name, &r->owner->registers, &inner);
    return refuse(claim, 0, &inner, error);
  }
  if (match.twice) {
    error_set(&inner, "%.100s is the name of several variables", name);
    return refuse(claim, 0, &inner, error);
  }
  for (uint32_t i = match.first; i < match.first + match.count; i++) {
    uint32_t *group = &r->owner->group_of[i];
    if (*group != 0 && *group != claim->group) {
      error_set(&inner, "%.100s is in two groups; make them one", name);
      return refuse(claim, 0, &inner, error);
    }
    *group = claim->group;
  }
  return true;
}

static struct owner *owner_create(const struct leaf_table *leaves,
                                  const struct machine_config *config) {
  struct owner *o = allocate(1, sizeof *o);
  o->invariants = arena_allocate(&o->arena, INVARIANTS_MOST, sizeof *o->invariants);
  o->leaves = arena_allocate(&o->arena, CLAIM_SLOTS, sizeof *o->leaves);
  o->uses = arena_allocate(&o->arena, CLAIM_SLOTS, sizeof *o->uses);
  o->slot_of = arena_allocate(&o->arena, leaves->count + 1, sizeof *o->slot_of);
  o->group_of = arena_allocate(&o->arena, leaves->count + 1, sizeof *o->group_of);
  o->registers.config = config;
  o->registers.items = arena_allocate(&o->arena, CLAIM_REGISTERS, sizeof *o->registers.items);
  o->claims = (struct claims){.invariants = o->invariants,
                              .leaves = o->leaves,
                              .uses = o->uses,
                              .slot_of = o->slot_of,
                              .group_of = o->group_of,
                              .registers = o->registers.items};
  return o;
}

struct claims *claims_create(const struct image *image, const struct machine_config *config,
                             const struct claim *texts, size_t count, struct error *error) {
  const struct leaf_table *leaves = image_leaves(image);
  struct owner *o = owner_create(leaves, config);
  struct reader r = {.owner = o, .image = image, .leaves = leaves};
  for (size_t i = 0; i < count; i++) {
    bool read = texts[i].kind == CLAIM_INVARIANT ? read_invariant(&r, &texts[i], error)
                                                 : read_member(&r, &texts[i], error);
    if (!read) {
      claims_destroy(&o->claims);
      return NULL;
    }
  }
  claim_registers_finish(&o->registers);
  o->claims.register_count = o->registers.count;
  return &o->claims;
}

void claims_destroy(struct claims *claims) {
  struct owner *o = (struct owner *)claims;
  if (o != NULL) {
    arena_fini(&o->arena);
    free(o);
  }
}

bool claims_touch(const struct claims *claims, const struct image *image, uint32_t address,
                  unsigned size) {
  for (uint32_t at = address; at - address < size; at++) {
    uint32_t leaf = image_leaf_at(image, at);
    if (leaf != LEAF_NONE && claims->slot_of[leaf] != 0) {
      return true;
    }
  }
  return false;
}

uint64_t claims_fingerprint(const struct claims *claims) {
  uint64_t hash = claims->invariant_count;
  for (uint32_t i = 0; i < claims->invariant_count; i++) {
    const char *text = claims->invariants[i].text;
    hash = XXH3_64bits_withSeed(text, strlen(text), hash);
  }
  return hash;
}
