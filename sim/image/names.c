/* Leaves, values and exceptions in words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/image/layout.h"
#include "sim/image/object.h"

enum { NAME_STEPS = 1000 * 1000 };

/* The leaf looked for, and what the walk found there. */
struct description {
  uint32_t offset;
  uint32_t size;
  const struct type *type; /* NULL: not found */
  const struct member *bits;
  uint32_t bit_count;
  char path[LONGEST_PATH];
};

static void describe_visit(void *user, const struct layout_leaf *leaf) {
  struct description *description = user;
  if (leaf->offset == description->offset && leaf->size == description->size) {
    description->type = leaf->type;
    description->bits = leaf->bits;
    description->bit_count = leaf->bit_count;
    snprintf(description->path, sizeof description->path, "%s", leaf->path);
  }
}

static struct description describe(const struct image *image, const struct leaf *leaf,
                                   enum layout_paths paths) {
  const struct variable *variable = &image->variables[leaf->variable];
  const struct variable_detail *detail = &image->details[leaf->variable];
  struct description description = {
      .offset = leaf->address - variable->address + detail->offset, .size = leaf->size};
  size_t budget = NAME_STEPS;
  struct layout layout = {
      .paths = paths,
      .low = description.offset,
      .high = description.offset + leaf->size,
      .budget = &budget,
      .visit = describe_visit,
      .user = &description,
  };
  layout_walk(&layout, detail->type);
  return description;
}

static char *text_of_address(const struct image *image, uint32_t address) {
  char *text = image_symbol_text(image, address);
  if (text == NULL && asprintf(&text, "0x%08x", address) < 0) {
    return NULL;
  }
  return text;
}

static char *leaf_text(const struct image *image, const struct leaf_table *table,
                       uint32_t index, enum layout_paths paths) {
  struct leaf leaf = leaf_get(table, index);
  if (index >= table->count) {
    return text_of_address(image, leaf.address);
  }
  struct description description = describe(image, &leaf, paths);
  const char *name = image->variables[leaf.variable].name;
  char *text = NULL;
  return asprintf(&text, "%s%s", name, description.path) >= 0 ? text : NULL;
}

char *image_leaf_name(const struct image *image, const struct leaf_table *table,
                      uint32_t leaf) {
  return leaf_text(image, table, leaf, LAYOUT_PATHS);
}

bool image_bit_field(const struct image *image, const struct leaf_table *table, uint32_t index,
                     const char *name, struct bit_field *field) {
  struct leaf leaf = leaf_get(table, index);
  if (index >= table->count || leaf.kind != LEAF_BITFIELD) {
    return false;
  }
  struct description description = describe(image, &leaf, LAYOUT_NO_PATHS);
  for (uint32_t i = 0; i < description.bit_count; i++) {
    const struct member *member = &description.bits[i];
    uint32_t first = member->bit_offset - 8 * description.bits[0].offset;
    bool fits = member->bit_size <= 64 && first + member->bit_size <= 8U * leaf.size;
    if (member->name != NULL && strcmp(member->name, name) == 0 && fits) {
      *field = (struct bit_field){.first = (uint8_t)first,
                                  .bits = (uint8_t)member->bit_size,
                                  .is_signed = (member->type->leaf_flags & LEAF_SIGNED) != 0};
      return true;
    }
  }
  return false;
}

char *image_leaf_key(const struct image *image, const struct leaf_table *table, uint32_t leaf) {
  return leaf_text(image, table, leaf, LAYOUT_KEYS);
}

const char *image_leaf_type(const struct image *image, const struct leaf_table *table,
                            uint32_t index) {
  struct leaf leaf = leaf_get(table, index);
  if (leaf.kind == LEAF_UNTYPED || index >= table->count) {
    const char *name = type_of_bytes(leaf.size);
    return name != NULL ? name : "bytes of memory";
  }
  const struct type *type = describe(image, &leaf, LAYOUT_NO_PATHS).type;
  return type != NULL ? type->name : "unknown type";
}

const char *image_value_name(const struct image *image, const struct leaf_table *table,
                             uint32_t index, uint64_t value) {
  struct leaf leaf = leaf_get(table, index);
  if (leaf.kind == LEAF_BOOL) {
    return value == 0 ? "false" : value == 1 ? "true" : NULL;
  }
  if (leaf.kind != LEAF_ENUM) {
    return NULL;
  }
  const struct type *type = describe(image, &leaf, LAYOUT_NO_PATHS).type;
  for (uint32_t i = 0; type != NULL && i < type->enumerator_count; i++) {
    if (type->enumerators[i].value == value) {
      return type->enumerators[i].name;
    }
  }
  return NULL;
}

static const char *system_exception(unsigned exception) {
  static const char *const NAMES[] = {
      "thread mode",  "Reset", "NMI",    "HardFault", "MemManage", "BusFault",
      "UsageFault",   NULL,    NULL,     NULL,        NULL,        "SVCall",
      "DebugMonitor", NULL,    "PendSV", "SysTick",
  };
  return exception < sizeof NAMES / sizeof *NAMES ? NAMES[exception] : NULL;
}

char *image_exception_name(const struct image *image, unsigned exception) {
  const char *name = system_exception(exception);
  const struct function *handler = NULL;
  char *text = NULL;
  if (name != NULL) {
    return duplicate_text(name);
  }
  if (exception < 16) {
    return asprintf(&text, "exception %u", exception) >= 0 ? text : NULL;
  }
  if (exception < image->vector_count && image->vector_words[exception] != 0) {
    handler = image_function_at(image, image->vector_words[exception]);
  }
  const char *irq = exception - 16 < IMAGE_IRQ_NAMES ? image->irq_names[exception - 16] : NULL;
  bool named = handler != NULL && !(handler->from_run && irq != NULL);
  name = named ? handler->name : irq;
  int length = name != NULL ? asprintf(&text, "IRQ %u (%s)", exception - 16, name)
                            : asprintf(&text, "IRQ %u", exception - 16);
  return length >= 0 ? text : NULL;
}
