/* Functions: from the symbol table, and from DWARF where it names more. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "sim/image/object.h"

static int compare_functions(const void *left, const void *right) {
  const struct function_entry *a = left;
  const struct function_entry *b = right;
  if (a->function.low != b->function.low) {
    return a->function.low < b->function.low ? -1 : 1;
  }
  if (a->preference != b->preference) {
    return a->preference < b->preference ? -1 : 1;
  }
  return strcmp(a->function.name, b->function.name);
}

static void function_add(struct image *image, struct function_entry entry) {
  void *functions = image->functions;
  array_reserve(&functions, &image->function_capacity, image->function_count + 1,
                sizeof *image->functions);
  image->functions = functions;
  image->functions[image->function_count++] = entry;
}

/* Outer spans that start here: the name that the source gives. */
static const struct span *span_starting(const struct image *image, uint32_t address) {
  size_t low = 0;
  size_t high = image->spans.count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (image->spans.spans[middle].low < address) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  bool found = low < image->spans.count && image->spans.spans[low].low == address;
  return found && image->spans.spans[low].depth == 0 ? &image->spans.spans[low] : NULL;
}

static uint32_t preference_of(const struct image *image, const struct symbol *symbol) {
  const struct span *span = span_starting(image, symbol->address);
  if (span != NULL && span->name != NULL && symbol_is_named(symbol, span->name)) {
    return 0;
  }
  return symbol->binding == STB_GLOBAL ? 1 : symbol->binding == STB_LOCAL ? 2 : 3;
}

/* Where an unsized function ends at the latest: the next one, or its section. */
static uint32_t next_limit(const struct image *image, const struct symbol *symbol) {
  const struct section *section = &image->sections[symbol->section];
  uint32_t limit = section->address + section->size;
  for (size_t i = (size_t)(symbol - image->symbols); i < image->symbol_count; i++) {
    const struct symbol *next = &image->symbols[i];
    if (next->address > symbol->address && next->type == STT_FUNC) {
      return next->address < limit ? next->address : limit;
    }
  }
  return limit;
}

static void functions_of_symbols(struct image *image) {
  for (size_t i = 0; i < image->symbol_count; i++) {
    const struct symbol *symbol = &image->symbols[i];
    if (symbol->type != STT_FUNC) {
      continue;
    }
    uint32_t high = symbol->address + symbol->size;
    if (symbol->size == 0 || high < symbol->address) {
      high = next_limit(image, symbol);
    }
    function_add(image, (struct function_entry){
                            .function = {symbol->name, symbol->address, high, false},
                            .raw = symbol->raw,
                            .preference = preference_of(image, symbol),
                        });
  }
}

static bool has_function_symbol(const struct image *image, uint32_t address) {
  for (size_t i = symbols_from(image, address);
       i < image->symbol_count && image->symbols[i].address == address; i++) {
    if (image->symbols[i].type == STT_FUNC) {
      return true;
    }
  }
  return false;
}

static void functions_of_spans(struct image *image) {
  for (size_t i = 0; i < image->spans.count; i++) {
    const struct span *span = &image->spans.spans[i];
    if (span->depth == 0 && span->name != NULL && !has_function_symbol(image, span->low)) {
      function_add(image, (struct function_entry){
                              .function = {span->name, span->low, span->high, false}});
    }
  }
}

/* Behind the last function that starts at or below pc. */
static size_t functions_behind(const struct image *image, uint32_t pc) {
  size_t low = 0;
  size_t high = image->function_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (image->functions[middle].function.low <= pc) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

static void functions_sort(struct image *image) {
  if (image->function_count > 0) {
    qsort(image->functions, image->function_count, sizeof *image->functions, compare_functions);
  }
}

void functions_load(struct image *image) {
  functions_of_symbols(image);
  functions_of_spans(image);
  functions_sort(image);
}

/* Behind the last byte of a function of which only the first is known: the next
 * one that is, or the end of the code around it. */
static uint32_t learned_limit(const struct image *image, uint32_t start) {
  enum { OF_COPIED_CODE = 0x1000 };
  uint32_t limit = start + OF_COPIED_CODE;
  for (size_t i = 0; i < image->segment_count; i++) {
    const struct segment *segment = &image->segments[i];
    if (start - segment->run_address < segment->memory_size) {
      limit = segment->run_address + segment->memory_size;
    }
  }
  size_t behind = functions_behind(image, start);
  if (behind < image->function_count && image->functions[behind].function.low < limit) {
    limit = image->functions[behind].function.low;
  }
  return limit;
}

void functions_learn(struct image *image, const uint32_t *starts, size_t count) {
  struct function_entry *learned = allocate(count + 1, sizeof *learned);
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    if (image_function_at(image, starts[i]) != NULL) {
      continue;
    }
    if (kept > 0 && learned[kept - 1].function.high > starts[i]) {
      learned[kept - 1].function.high = starts[i];
    }
    learned[kept++].function =
        (struct function){arena_format(&image->arena, "sub_%08x", starts[i]), starts[i],
                          learned_limit(image, starts[i]), true};
  }
  for (size_t i = 0; i < kept; i++) {
    function_add(image, learned[i]);
  }
  free(learned);
  functions_sort(image);
}

const struct function *image_function_at(const struct image *image, uint32_t pc) {
  enum { LOOK_BACK = 64 }; /* aliases, and labels inside a function */
  pc &= ~1U;
  size_t behind = functions_behind(image, pc);
  const struct function *best = NULL;
  for (size_t i = behind; i > 0 && behind - i < LOOK_BACK; i--) {
    const struct function *function = &image->functions[i - 1].function;
    if (best != NULL && function->low != best->low) {
      break;
    }
    if (pc < function->high) {
      best = function;
    }
  }
  return best;
}

const struct function *image_function_from(const struct image *image, uint32_t address) {
  size_t index = address > 0 ? functions_behind(image, address - 1) : 0;
  return index < image->function_count ? &image->functions[index].function : NULL;
}

const struct function *image_function_named(const struct image *image, const char *name) {
  const struct function *by_symbol = NULL;
  for (size_t i = 0; i < image->function_count; i++) {
    const struct function_entry *entry = &image->functions[i];
    if (strcmp(entry->function.name, name) == 0) {
      return &entry->function;
    }
    if (by_symbol == NULL && entry->raw != NULL && strcmp(entry->raw, name) == 0) {
      by_symbol = &entry->function;
    }
  }
  return by_symbol;
}
