#include "sim/leaf.h"

#include <assert.h>
#include <stddef.h>

uint32_t leaf_total(const struct leaf_table *table) {
  return table->count + table->word_count;
}

struct leaf leaf_get(const struct leaf_table *table, uint32_t index) {
  assert(index < leaf_total(table));
  if (index < table->count) {
    return table->leaves[index];
  }
  uint32_t word = index - table->count;
  return (struct leaf){
      .address = table->word_base + 4 * word,
      .size = 4,
      .kind = LEAF_UNTYPED,
      .variable = UINT32_MAX,
  };
}

static bool allows_flags(const struct leaf *leaf, uint64_t value) {
  uint64_t all = 0;
  for (uint32_t i = 0; i < leaf->value_count; i++) {
    all |= leaf->values[i];
  }
  return (value & ~all) == 0;
}

static bool allows_listed(const struct leaf *leaf, uint64_t value) {
  for (uint32_t i = 0; i < leaf->value_count; i++) {
    if (leaf->values[i] == value) {
      return true;
    }
  }
  return false;
}

bool leaf_allows(const struct leaf *leaf, uint64_t value) {
  switch ((enum leaf_kind)leaf->kind) {
    case LEAF_ENUM:
      if (leaf->value_count == 0) {
        return true;
      }
      return (leaf->flags & LEAF_FLAGS) != 0 ? allows_flags(leaf, value)
                                             : allows_listed(leaf, value);
    case LEAF_BOOL:
      return value <= 1;
    case LEAF_CHARACTER:
      return leaf->size != 4 || (value < 0x110000 && (value < 0xd800 || value > 0xdfff));
    case LEAF_UNTYPED:
    case LEAF_INTEGER:
    case LEAF_BITFIELD:
    case LEAF_FLOAT:
    case LEAF_POINTER:
    case LEAF_UNION:
      return true;
  }
  return true;
}

uint8_t leaf_byte_mask(const struct leaf *leaf) {
  return (uint8_t)(leaf->size >= 8 ? 0xffU : (1U << leaf->size) - 1U);
}
