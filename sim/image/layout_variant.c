/* Leaves of a Rust enum with data.
 *
 * The leaves of all variants are gathered; what only one variant has stands
 * alone, what several share is one LEAF_UNION, and the tag wins over both. */
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"
#include "sim/image/layout.h"

struct gathered {
  struct layout_leaf leaf;
  char *path;
};

struct gathering {
  struct gathered *leaves;
  size_t count, capacity;
};

static void gather(void *user, const struct layout_leaf *leaf) {
  struct gathering *gathering = user;
  void *leaves = gathering->leaves;
  array_reserve(&leaves, &gathering->capacity, gathering->count + 1, sizeof *gathering->leaves);
  gathering->leaves = leaves;
  struct gathered *entry = &gathering->leaves[gathering->count++];
  entry->leaf = *leaf;
  entry->path = duplicate_text(leaf->path);
  entry->leaf.path = entry->path;
}

static int compare_gathered(const void *left, const void *right) {
  const struct layout_leaf *a = &((const struct gathered *)left)->leaf;
  const struct layout_leaf *b = &((const struct gathered *)right)->leaf;
  if (a->offset != b->offset) {
    return a->offset < b->offset ? -1 : 1;
  }
  return a->size > b->size ? -1 : a->size < b->size;
}

static bool overlaps(const struct layout_leaf *a, const struct layout_leaf *b) {
  return a->offset < b->offset + b->size && b->offset < a->offset + a->size;
}

/* Walks everything under the layout's own path, but into the gathering. */
static void gather_all(struct layout *layout, const struct type *type, uint32_t offset,
                       uint8_t flags) {
  layout_members(layout, type, offset, flags);
  const struct variant_part *part = type->variants;
  for (uint32_t i = 0; i < part->count; i++) {
    const struct member *variant = &part->variants[i];
    if ((uint64_t)variant->offset + variant->type->size > type->size) {
      continue;
    }
    size_t length = layout->path_length;
    layout_append(layout, ".%s", variant->name);
    layout_type(layout, variant->type, offset + variant->offset, flags);
    layout_cut(layout, length);
  }
}

/* Drops what stands in the tag's place, so that the tag can take it. */
static void tag_place(struct gathering *gathering, const struct layout_leaf *tag) {
  size_t kept = 0;
  for (size_t i = 0; i < gathering->count; i++) {
    if (overlaps(&gathering->leaves[i].leaf, tag)) {
      free(gathering->leaves[i].path);
    } else {
      gathering->leaves[kept++] = gathering->leaves[i];
    }
  }
  gathering->count = kept;
  gather(gathering, tag);
}

static void emit_groups(struct layout *layout, const struct gathering *gathering,
                        const struct type *type, uint8_t flags) {
  for (size_t i = 0; i < gathering->count;) {
    const struct layout_leaf *first = &gathering->leaves[i].leaf;
    uint32_t end = first->offset + first->size;
    size_t next = i + 1;
    for (; next < gathering->count && gathering->leaves[next].leaf.offset < end; next++) {
      const struct layout_leaf *leaf = &gathering->leaves[next].leaf;
      end = leaf->offset + leaf->size > end ? leaf->offset + leaf->size : end;
    }
    if (next == i + 1) {
      layout_emit(layout, first);
    } else {
      size_t length = layout->path_length;
      layout_append(layout, ".{variants}");
      layout_bytes(layout, type, LEAF_UNION, first->offset, end - first->offset, flags);
      layout_cut(layout, length);
    }
    i = next;
  }
}

void layout_variants(struct layout *layout, const struct type *type, uint32_t offset,
                     uint8_t flags) {
  struct gathering gathering = {0};
  struct layout inner = *layout;
  inner.visit = gather;
  inner.user = &gathering;
  inner.low = offset; /* what overlaps must be seen whole */
  inner.high = offset + type->size;
  gather_all(&inner, type, offset, flags);
  const struct member *tag = &type->variants->tag;
  if (tag->type != NULL && tag->type->size > 0) {
    if (tag->name != NULL) {
      layout_append(&inner, ".%s", tag->name);
    }
    struct layout_leaf leaf = {.offset = offset + tag->offset,
                               .size = tag->type->size,
                               .kind = (enum leaf_kind)tag->type->leaf_kind,
                               .flags = flags | tag->type->leaf_flags,
                               .type = tag->type,
                               .path = inner.path};
    tag_place(&gathering, &leaf);
  }
  if (gathering.count > 0) {
    qsort(gathering.leaves, gathering.count, sizeof *gathering.leaves, compare_gathered);
  }
  emit_groups(layout, &gathering, type, flags);
  for (size_t i = 0; i < gathering.count; i++) {
    free(gathering.leaves[i].path);
  }
  free(gathering.leaves);
}
