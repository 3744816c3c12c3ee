#include "sim/explore/findings.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <uthash.h>
#include <xxhash.h>

#include "sim/machine/decode.h"

struct exact {
  uint32_t kind, leaf, invariant;
  uint32_t victim, intruder; /* pcs */
};

/* Everything known of sightings with the same pcs: made at the first one. */
struct sighting_key {
  struct exact exact;
  char id[17];
  size_t finding; /* index, or NO_FINDING: none was kept yet */
  UT_hash_handle hh;
};
#define NO_FINDING SIZE_MAX

static struct exact exact_of(const struct sighting *sighting) {
  return (struct exact){(uint32_t)sighting->kind, sighting->leaf, sighting->invariant,
                        sighting->access[sighting->victim].pc,
                        sighting->access[sighting->intruder].pc};
}

void findings_free(struct findings *findings) {
  struct sighting_key *key = NULL;
  struct sighting_key *next = NULL;
  HASH_ITER(hh, findings->keys, key, next) {
    HASH_DEL(findings->keys, key);
    free(key);
  }
  free(findings->items);
  *findings = (struct findings){0};
}

/* "function+3": the third access of the function; an address where none is known. */
static void locate(struct machine *m, uint32_t pc, char text[128]) {
  const struct function *function = image_function_at(m->image, pc);
  unsigned ordinal = 0;
  if (function == NULL) {
    snprintf(text, 128, "0x%08" PRIx32, pc);
    return;
  }
  for (uint32_t at = function->low; at < pc;) {
    const uint8_t *bytes = memory_host(&m->memory, at, 4);
    if (bytes == NULL) {
      break;
    }
    uint16_t first = 0;
    memcpy(&first, bytes, 2);
    ordinal += decode_accesses(m->decoder, bytes, 4, at);
    at += decode_size(first);
  }
  snprintf(text, 128, "%.100s+%u", function->name, ordinal);
}

static uint64_t identity(struct machine *m, const struct sighting *sighting) {
  char victim[128];
  char intruder[128];
  char text[512];
  char *leaf = sighting->leaf == LEAF_NONE
                   ? duplicate_text("")
                   : image_leaf_key(m->image, &m->memory.leaves, sighting->leaf);
  locate(m, sighting->access[sighting->victim].pc, victim);
  locate(m, sighting->access[sighting->intruder].pc, intruder);
  int length =
      snprintf(text, sizeof text, "%s|%.200s|%s|%s%.0u", finding_traits(sighting->kind)->name,
               leaf, victim, intruder, sighting->invariant);
  free(leaf);
  return XXH3_64bits(text, (size_t)length < sizeof text ? (size_t)length : sizeof text - 1);
}

static struct sighting_key *key_of(struct findings *findings, struct machine *m,
                                   const struct sighting *sighting) {
  struct exact exact = exact_of(sighting);
  struct sighting_key *key = NULL;
  HASH_FIND(hh, findings->keys, &exact, sizeof exact, key);
  if (key == NULL) {
    key = allocate(1, sizeof *key);
    key->exact = exact;
    key->finding = NO_FINDING;
    snprintf(key->id, sizeof key->id, "%016" PRIx64, identity(m, sighting));
    HASH_ADD(hh, findings->keys, exact, sizeof key->exact, key);
  }
  return key;
}

struct finding *findings_with_id(const struct findings *findings, const char *id) {
  for (size_t i = 0; i < findings->count; i++) {
    if (strcmp(findings->items[i].id, id) == 0) {
      return &findings->items[i];
    }
  }
  return NULL;
}

struct finding *findings_match(struct findings *findings, struct machine *m,
                               const struct sighting *sighting) {
  struct sighting_key *key = key_of(findings, m, sighting);
  for (size_t i = 0; key->finding == NO_FINDING && i < findings->count; i++) {
    if (strcmp(findings->items[i].id, key->id) == 0) {
      key->finding = i;
    }
  }
  return key->finding != NO_FINDING ? &findings->items[key->finding] : NULL;
}

struct finding *findings_add(struct findings *findings, struct machine *m,
                             const struct sighting *sighting) {
  struct sighting_key *key = key_of(findings, m, sighting);
  array_reserve((void **)&findings->items, &findings->capacity, findings->count + 1,
                sizeof *findings->items);
  struct finding *finding = &findings->items[findings->count];
  *finding = (struct finding){.sighting = *sighting};
  memcpy(finding->id, key->id, sizeof finding->id);
  key->finding = findings->count++;
  return finding;
}

static bool same_function(const struct machine *m, const struct access *a,
                          const struct access *b) {
  return image_function_at(m->image, a->pc) == image_function_at(m->image, b->pc);
}

static bool says_better(const struct machine *m, const struct finding *error,
                        const struct finding *warning) {
  const struct sighting *e = &error->sighting, *w = &warning->sighting;
  return finding_traits(e->kind)->severity == SEVERITY_ERROR && e->kind != w->kind &&
         e->leaf == w->leaf && e->leaf != LEAF_NONE &&
         same_function(m, &e->access[e->victim], &w->access[w->victim]) &&
         same_function(m, &e->access[e->intruder], &w->access[w->intruder]);
}

void findings_drop_unshown(struct findings *findings) {
  size_t kept = 0;
  for (size_t i = 0; i < findings->count; i++) {
    if (findings->items[i].shown) {
      findings->items[kept++] = findings->items[i];
    }
  }
  findings->count = kept;
}

static bool is_covered(const struct findings *findings, const struct machine *m,
                       const struct finding *finding) {
  enum finding_kind kind = finding->sighting.kind;
  if (kind != FINDING_UNSYNCHRONISED && kind != FINDING_NON_SERIALISABLE) {
    return false;
  }
  for (size_t i = 0; i < findings->count; i++) {
    if (says_better(m, &findings->items[i], finding)) {
      return true;
    }
  }
  return false;
}

void findings_prune(struct findings *findings, const struct machine *m) {
  findings_drop_unshown(findings);
  for (size_t i = 0; i < findings->count; i++) {
    struct finding *finding = &findings->items[i];
    finding->occurrences = finding->seen[finding->schedule.count - 1];
  }
  size_t kept = 0;
  for (size_t i = 0; i < findings->count; i++) {
    struct finding finding = findings->items[i];
    if (!is_covered(findings, m, &finding)) {
      findings->items[kept++] = finding;
    }
  }
  findings->count = kept;
}

static int order(uint64_t a, uint64_t b) {
  return a < b ? -1 : a > b;
}

/* Leaves are sorted by address, so that the index orders variables. */
static int by_importance(const void *left, const void *right) {
  const struct finding *a = left, *b = right;
  const struct sighting *s = &a->sighting, *t = &b->sighting;
  int result = order(finding_traits(t->kind)->severity, finding_traits(s->kind)->severity);
  result = result != 0 ? result : order(s->kind, t->kind);
  result = result != 0 ? result : order(s->leaf, t->leaf);
  result = result != 0 ? result : order(s->access[s->victim].pc, t->access[t->victim].pc);
  result = result != 0 ? result : order(s->access[s->intruder].pc, t->access[t->intruder].pc);
  return result != 0 ? result : strcmp(a->id, b->id);
}

void findings_sort(struct findings *findings) {
  if (findings->count > 0) {
    qsort(findings->items, findings->count, sizeof *findings->items, by_importance);
  }
}
