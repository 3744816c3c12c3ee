/* Which function, and which inlined copies, each address belongs to. */
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "sim/image/dies.h"
#include "sim/image/object.h"

enum { MOST_RANGES = 100 * 1000, DEEPEST_INLINING = 200 };

static void span_add(struct image *image, struct span span) {
  void *spans = image->spans.spans;
  array_reserve(&spans, &image->spans.capacity, image->spans.count + 1, sizeof span);
  image->spans.spans = spans;
  image->spans.spans[image->spans.count++] = span;
}

/* Adds the live ranges of an entry; false if it has none. */
static bool ranges_add(struct image *image, Dwarf_Die *die, struct span span) {
  Dwarf_Addr base = 0;
  Dwarf_Addr start = 0;
  Dwarf_Addr end = 0;
  ptrdiff_t offset = 0;
  bool live = false;
  for (unsigned i = 0; i < MOST_RANGES; i++) {
    offset = dwarf_ranges(die, offset, &base, &start, &end);
    if (offset <= 0) {
      break;
    }
    if (start < end && end <= UINT32_MAX && !symbols_drop_code(image, start)) {
      span.low = (uint32_t)start & ~1U;
      span.high = (uint32_t)end;
      span_add(image, span);
      live = true;
    }
  }
  return live;
}

/* How deep the function around this entry is inlined; -1 if it is not there. */
static int outer_depth(const struct dies *dies, const int *depths, uint32_t entity) {
  for (uint32_t up = dies->entities[entity].parent; up != ENTITY_NONE;
       up = dies->entities[up].parent) {
    Dwarf_Die die = dies->entities[up].die;
    int tag = dwarf_tag(&die);
    if (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine) {
      return depths[up];
    }
  }
  return -1;
}

static struct span inlined_span(struct dies *dies, Dwarf_Die *die, unsigned depth) {
  uint64_t line = 0;
  uint64_t column = 0;
  die_number(die, DW_AT_call_line, &line);
  die_number(die, DW_AT_call_column, &column);
  return (struct span){
      .name = dies_qualified(dies, die),
      .depth = depth,
      .call_file = dies_file(dies, die, DW_AT_call_file),
      .call_line = line <= UINT32_MAX ? (uint32_t)line : 0,
      .call_column = column <= UINT32_MAX ? (uint32_t)column : 0,
  };
}

static int compare_spans(const void *left, const void *right) {
  const struct span *a = left;
  const struct span *b = right;
  if (a->low != b->low) {
    return a->low < b->low ? -1 : 1;
  }
  if (a->high != b->high) {
    return a->high > b->high ? -1 : 1;
  }
  if (a->depth != b->depth) {
    return a->depth < b->depth ? -1 : 1;
  }
  return strcmp(a->name != NULL ? a->name : "", b->name != NULL ? b->name : "");
}

/* Sorted, each span's surroundings are the last one open before it. */
static void spans_nest(struct span_table *table) {
  uint32_t open = UINT32_MAX;
  for (size_t i = 0; i < table->count; i++) {
    struct span *span = &table->spans[i];
    while (open != UINT32_MAX && table->spans[open].high <= span->low) {
      open = table->spans[open].outer;
    }
    span->outer = open;
    open = (uint32_t)i;
  }
}

void spans_load(struct image *image, struct dies *dies) {
  if (dies == NULL) {
    return;
  }
  int *depths = allocate(dies->count, sizeof *depths);
  for (uint32_t i = 0; i < dies->count; i++) {
    Dwarf_Die die = dies->entities[i].die;
    int tag = dwarf_tag(&die);
    depths[i] = -1;
    if (tag == DW_TAG_subprogram) {
      struct span span = {0};
      bool has_code = dwarf_hasattr(&die, DW_AT_low_pc) || dwarf_hasattr(&die, DW_AT_ranges);
      span.name = has_code ? dies_qualified(dies, &die) : NULL;
      depths[i] = has_code && ranges_add(image, &die, span) ? 0 : -1;
    } else if (tag == DW_TAG_inlined_subroutine) {
      int outer = outer_depth(dies, depths, i);
      if (outer >= 0 && outer < DEEPEST_INLINING) {
        struct span span = inlined_span(dies, &die, (unsigned)outer + 1);
        depths[i] = ranges_add(image, &die, span) ? outer + 1 : -1;
      }
    }
  }
  free(depths);
  if (image->spans.count > 0) {
    qsort(image->spans.spans, image->spans.count, sizeof *image->spans.spans, compare_spans);
  }
  spans_nest(&image->spans);
}

uint32_t spans_before(const struct span_table *spans, uint32_t pc) {
  size_t low = 0;
  size_t high = spans->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (spans->spans[middle].low <= pc) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low > 0 ? (uint32_t)(low - 1) : UINT32_MAX;
}
